// When cycles are due. A schedule is a grid of slots on the monotonic clock: slot k is due at originMs + k * intervalMs,
// so that no delay of one cycle ever moves the next. A slot that passes while a cycle is still running is skipped.

export type Schedule = { originMs: number; intervalMs: number }

/**
 * The grid of one reader. Its phase comes from the name, so that many readers with one interval do not fire together, and
 * it is laid against the wall clock once, here, so that a reader finds its place between the others again after a restart.
 */
export function scheduleOf(name: string, intervalMs: number, now: { nowMs: number; wallMs: number }): Schedule {
  const phaseMs = phaseOf(name) * intervalMs
  const sinceSlotMs = (now.wallMs - phaseMs) % intervalMs
  return { originMs: now.nowMs - sinceSlotMs, intervalMs }
}

/** FNV-1a with a final mix (names often differ in the last digit only), as a fraction of an interval: [0, 1). */
export function phaseOf(name: string): number {
  let hash = 0x81_1c_9d_c5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01_00_01_93)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

export function dueMs(schedule: Schedule, slot: number): number {
  return schedule.originMs + slot * schedule.intervalMs
}

/**
 * The first slot for a reader that has just begun, or has just read outside the grid: at least half an interval away, so
 * that such a reading is not followed by another one a moment later.
 */
export function firstSlot(schedule: Schedule, nowMs: number): number {
  return Math.ceil((nowMs + schedule.intervalMs / 2 - schedule.originMs) / schedule.intervalMs)
}

/** The planned slot, or the first one that has not passed yet; `skipped` is how many were missed. */
export function nextSlot(schedule: Schedule, planned: number, nowMs: number): { slot: number; skipped: number } {
  const passed = Math.floor((nowMs - schedule.originMs) / schedule.intervalMs)
  const slot = Math.max(planned, passed + 1)
  return { slot, skipped: slot - planned }
}
