// The clock of leases and delays.

/** ms on the machine's monotonic clock: the same for all its processes, never set; it begins anew when the machine starts. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + Math.floor(nanoseconds / 1e6)
}
