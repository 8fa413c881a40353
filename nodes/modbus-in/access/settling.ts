// How long a device is quiet after a connection was made: what the connections so far have shown. Pure.

/** Waits before the first request that are tried one after the other, ms. */
const WAITS_MS = [0, 700, 1600, 5100] as const
/** What a wait exceeds the quiet time by that it is meant for, ms. */
const MARGIN_MS = 100

export type Settling = {
  /** Index of the wait for the next connection. */
  readonly wait: number
  /** The device needs this wait: it answered with it, never without, and was not away for long in between. */
  readonly isKnown: boolean
  /** Index of a wait that has helped once, when it may have been chance. */
  readonly fallback: number
  /** A connection has been answered on without any wait. */
  readonly hasAnsweredAtOnce: boolean
  /** Connections in a row on which no request was answered. */
  readonly failures: number
  /** Connections in a row on which the first request was missed and the same one answered later. */
  readonly missed: number
}

export type SettlingEvent =
  /** A connection ended on which requests were sent, and nothing ever came. */
  | { readonly type: 'silent-connection' }
  /** The device closed a connection on which it had answered nothing: it is not for want of a wait. */
  | { readonly type: 'closed-connection' }
  /**
   * The first answer on a connection. `silentAfterMs`: how long after connecting the first of the requests before it was sent,
   * if there were any.
   */
  | { readonly type: 'first-answer'; readonly silentAfterMs?: number }

export const NOTHING_KNOWN: Settling = {
  wait: 0,
  isKnown: false,
  fallback: 0,
  hasAnsweredAtOnce: false,
  failures: 0,
  missed: 0,
}

/** One request may be lost in any other way. */
const MISSED_MIN = 2

export function waitMs({ wait }: Settling): number {
  return WAITS_MS[wait] ?? 0
}

export function step(settling: Settling, event: SettlingEvent): Settling {
  const { wait, fallback, hasAnsweredAtOnce, failures } = settling
  if (event.type === 'silent-connection') {
    const next = wait === 0 && fallback > 0 ? fallback : (wait + 1) % WAITS_MS.length
    return { ...settling, wait: next, isKnown: false, failures: failures + 1, missed: 0 }
  }
  if (event.type === 'closed-connection') return settling.isKnown || wait === 0 ? settling : { ...settling, wait: 0 }
  const { silentAfterMs } = event
  const answered = { ...settling, failures: 0, missed: 0 }
  if (silentAfterMs !== undefined) {
    const longer = WAITS_MS.findIndex((ms) => ms > silentAfterMs)
    // a device that has answered at once, or is silent for longer, has lost that request in another way
    if (hasAnsweredAtOnce || longer <= wait) return answered
    const missed = settling.missed + 1
    return missed < MISSED_MIN ? { ...answered, missed } : { ...answered, wait: longer, isKnown: true }
  }
  if (wait === 0) return { ...answered, hasAnsweredAtOnce: true }
  if (settling.isKnown) return answered
  // each shorter wait has been tried once: the device was there all the time
  if (!hasAnsweredAtOnce && failures <= wait) return { ...answered, isKnown: true }
  return { ...answered, wait: 0, fallback: wait }
}

/** What an operator should know after this step; undefined if it is nothing new. */
export function newsOf(before: Settling, after: Settling): string | undefined {
  if (!after.isKnown || (before.isKnown && before.wait === after.wait)) return undefined
  const ms = waitMs(after)
  return `the device is quiet for about ${ms - MARGIN_MS} ms after connecting: connectDelay = ${ms}`
}
