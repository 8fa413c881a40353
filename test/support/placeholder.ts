// The text that Node-RED replaces by an environment variable.

export function placeholder(name: string): string {
  return `\${${name}}`
}
