// The clock that all processes share: of leases and delays, and of what one says to another about time.

/** ms on the machine's monotonic clock: the same for all its processes, never set; it begins anew when the machine starts. */
export function monotonicMs(): number {
  return Math.floor(monotonicExactMs())
}

/** The same, with its fraction. */
export function monotonicExactMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
