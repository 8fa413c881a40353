// The clock that says how old the history is. Not the wall clock: one that jumps forward by years (a dead battery, a wrong
// setting) would make everything old at once, and it would be deleted before anybody could set it right.
//
// This clock stands in the file. It never goes back, and forward at most ten times as fast as time really passes while the
// program runs, so a machine that was switched off for a night catches up within two hours. What remains ahead for as long as
// values are kept is believed: by then everything written before it is as old as that, whatever the time. So a clock
// that started in 1970 and was set right later does not stop retention for ever.

/** As it stands in the file; ms. */
export type RetentionClock = {
  /** Since the epoch. */
  timeMs: number
  /** How long the wall clock has been ahead, without being caught up, while the program ran. */
  aheadMs: number
}

const SPEED = 10

/** The clock after so much time has really passed; `undefined` for a new history, which has nothing to lose. */
export function advance(
  clock: RetentionClock | undefined,
  { wallMs, elapsedMs, keptMs }: { wallMs: number; elapsedMs: number; keptMs: number },
): RetentionClock {
  if (!clock) return { timeMs: wallMs, aheadMs: 0 }
  const reachable = clock.timeMs + SPEED * elapsedMs
  if (wallMs <= reachable) return { timeMs: Math.max(clock.timeMs, wallMs), aheadMs: 0 }
  const aheadMs = clock.aheadMs + elapsedMs
  if (aheadMs >= keptMs) return { timeMs: wallMs, aheadMs: 0 }
  return { timeMs: reachable, aheadMs }
}

/** What time it is for retention: never later than the wall clock says. */
export function retentionTime(clock: RetentionClock, wallMs: number): number {
  return Math.min(clock.timeMs, wallMs)
}
