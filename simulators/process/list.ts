// Lists in the commands to a simulator.

/** undefined for anything that is not a list of such items. */
export function listOf<T>(input: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(input)) return undefined
  const parsed = input.map(parse)
  return parsed.every((item) => item !== undefined) ? parsed : undefined
}
