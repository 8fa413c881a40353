// How long to wait between attempts to reach something that does not answer: a device, or Node-RED.

const FIRST_MS = 1000
const LONGEST_MS = 30_000
/** Part of the wait that chance takes away, so that many do not return together. */
const JITTER = 0.25

/** ms to wait before an attempt, after this many failed ones. The first is made at once. `chance` is from [0, 1). */
export function backoffMs(failedAttempts: number, chance: number): number {
  if (failedAttempts === 0) return 0
  return Math.min(FIRST_MS * 2 ** (failedAttempts - 1), LONGEST_MS) * (1 - JITTER * chance)
}
