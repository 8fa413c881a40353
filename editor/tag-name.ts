// Names for new tags and nodes: the number at the end goes on.

/** `pump1` -> `pump2`, `tank_09` -> `tank_10`, `oven` -> `oven2`; the first that is not taken. */
export function nextName(name: string, taken: ReadonlySet<string>): string {
  const digits = /\d*$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - digits.length)
  for (let number = digits === '' ? 2n : BigInt(digits) + 1n; ; number++) {
    const next = stem + String(number).padStart(digits.length, '0')
    if (!taken.has(next)) return next
  }
}
