// A property may be left to the environment: Node-RED puts the value in when the flow starts.

/** The whole value must be one `${NAME}`; Node-RED replaces nothing within a text. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{\S+\}$/.test(value)
}
