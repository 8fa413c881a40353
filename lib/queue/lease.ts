// Until when a message is claimed or put back: a time on the machine's monotonic clock.

/** Longest lease or delay: a day. What stands in a file beyond it is nonsense. */
export const SPAN_MAX_MS = 24 * 60 * 60 * 1000

/**
 * SQL: whether the span of a row of `claim` lasts at the time `now`. What is due further ahead than its span was written before
 * the machine started: the clock has begun anew, and it is over.
 */
export function lasts(now: string): string {
  return `(claim.due_ms > ${now} AND claim.due_ms - claim.span_ms <= ${now} AND claim.due_ms <= ${now} + ${SPAN_MAX_MS})`
}

/** A whole number of ms from `least` to a day. Throws a RangeError, since only a program can be wrong about it. */
export function checkedSpan(ms: number, least: 0 | 1, name: string): number {
  if (ms >= least && ms <= SPAN_MAX_MS) return Math.ceil(ms)
  throw new RangeError(`${name} must be from ${least} to ${SPAN_MAX_MS} ms: ${ms}`)
}
