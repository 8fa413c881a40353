// How often to tell of what is counted: at the first, and whenever there are ten times as many.

export function isTenfold(before: number, now: number): boolean {
  return now > 0 && (before <= 0 || Math.floor(Math.log10(before)) < Math.floor(Math.log10(now)))
}
