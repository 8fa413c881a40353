// Answers that may still come to a named port of this computer, in frames without numbers (3E, 1E over UDP): until they have come, or
// it has been quiet for long enough, nothing is asked from that port, since a late answer could be taken for the next one. A PLC is
// told to give up before we do (`timerWithin`), so what is longer on its way than that is lost.

export type OwedAnswers = {
  readonly count: number
  /** Monotonic clock. */
  readonly untilMs: number
}

export const NOTHING_OWED: OwedAnswers = { count: 0, untilMs: 0 }

/** How long an answer that is late is waited for, in timeouts. */
const QUIET_TIMEOUTS = 3

/** A request was given up. */
export function gaveUp({ count }: OwedAnswers, nowMs: number, timeoutMs: number): OwedAnswers {
  return { count: count + 1, untilMs: nowMs + QUIET_TIMEOUTS * timeoutMs }
}

/** Something came while nothing was asked: of a request that is answered once, it is the answer. */
export function arrived({ count, untilMs }: OwedAnswers): OwedAnswers {
  return count > 1 ? { count: count - 1, untilMs } : NOTHING_OWED
}

/** How long not to ask, ms. */
export function waitMs({ count, untilMs }: OwedAnswers, nowMs: number): number {
  return count === 0 ? 0 : Math.max(0, untilMs - nowMs)
}
