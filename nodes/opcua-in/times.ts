// Times of OPC UA: 100 ns since 1601-01-01 in 64 bits, of which both ends mean that the time is not known (OPC 10000-6, 5.2.2.5).

/** 1601-01-01 and 9999-12-31T23:59:59, ms since the epoch. */
const UNKNOWN_UNTIL_MS = -11_644_473_600_000
const UNKNOWN_FROM_MS = 253_402_300_799_000
const TICKS_PER_MS = 10_000n

export function isKnownTime(ms: number): boolean {
  return ms > UNKNOWN_UNTIL_MS && ms < UNKNOWN_FROM_MS
}

/** undefined for a time that is not known. */
export function dateOfTicks(ticks: bigint): Date | undefined {
  const ms = Number(ticks / TICKS_PER_MS) + UNKNOWN_UNTIL_MS
  return isKnownTime(ms) ? new Date(ms) : undefined
}
