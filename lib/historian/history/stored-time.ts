// Times as the history keeps them: whole µs since the epoch. The µs are there to tell apart the readings of a clock that was
// set back: their ms may be the same, how often it was set back is not.

import { DATE_MAX_MS } from '../../contract/history-query'

const US_PER_MS = 1000

/** A number where that is exact. The time must pass `isStorableTime`. */
export function toStoredTime(timeMs: number, clockSteps = 0): number | bigint {
  const time = Math.round(timeMs * US_PER_MS) + clockSteps
  return Number.isSafeInteger(time) ? time : BigInt(Math.round(timeMs)) * BigInt(US_PER_MS) + BigInt(clockSteps)
}

/** Any time that a Date can hold. */
export function isStorableTime(timeMs: number): boolean {
  return Math.abs(timeMs) <= DATE_MAX_MS
}

/** ms since the epoch, the fraction cut off. */
export function fromStoredTime(time: bigint): number {
  const ms = time / BigInt(US_PER_MS)
  return Number(time < 0n && time % BigInt(US_PER_MS) !== 0n ? ms - 1n : ms)
}
