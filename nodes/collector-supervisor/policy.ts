// When a process that ended is started again, and when it is given up. Pure: time and chance are arguments.

import type { SupervisorConfig } from './fields'

/** Times in ms. */
export type RestartPolicy = {
  autoRestart: boolean
  /** Restarts in a row without a healthy minute between them. */
  maxRestarts: number
  restartDelayMs: number
  restartDelayMaxMs: number
  /** 0 = never. */
  slowRetryMs: number
  stopTimeoutMs: number
}

export function policyOf(config: SupervisorConfig): RestartPolicy {
  return {
    autoRestart: config.autoRestart,
    maxRestarts: config.maxRestarts,
    restartDelayMs: config.restartDelay * 1000,
    restartDelayMaxMs: config.restartDelayMax * 1000,
    slowRetryMs: config.slowRetry * 1000,
    stopTimeoutMs: config.stopTimeout * 1000,
  }
}

/** Readiness: configuration accepted and queue opened, not the device connected. */
export const READY_TIMEOUT_MS = 30_000
/** Running this long without trouble forgets earlier crashes. */
export const HEALTHY_AFTER_MS = 60_000
/** Between SIGTERM and SIGKILL for a process that hangs: a blocked event loop cannot run handlers anyway. */
export const QUICK_STOP_MS = 2_000
/** After SIGKILL a process should be gone; one in uninterruptible sleep is not. */
export const REAP_TIMEOUT_MS = 5_000
/** Catches what dies every 90 seconds and so looks healthy each time. */
export const FLAPPING_EXITS = 30
export const FLAPPING_WINDOW_MS = 3_600_000
/** Up to this fraction is added to a delay, so that many readers of one gateway do not come back at once. */
export const JITTER = 0.25

/** Delay before restart number `step` (0, 1, 2, ...) in a row, ms; `chance` within [0, 1). */
export function restartDelay(step: number, chance: number, policy: RestartPolicy): number {
  const exponential = policy.restartDelayMs * 2 ** Math.min(step, 30)
  return Math.round(Math.min(exponential, policy.restartDelayMaxMs) * (1 + JITTER * chance))
}

export type Exits = {
  /** Unexpected exits since the process was last healthy. */
  consecutive: number
  /** Times of the unexpected exits of the last hour, ms on the monotonic clock. */
  recent: readonly number[]
}

export function countExit(exits: Exits, now: number): Exits {
  return { consecutive: exits.consecutive + 1, recent: recentExits(exits, now).concat(now) }
}

function recentExits(exits: Exits, now: number): number[] {
  return exits.recent.filter((at) => now - at < FLAPPING_WINDOW_MS)
}

/** Why no further restart is due, or undefined. */
export function restartLimit(exits: Exits, now: number, policy: RestartPolicy): string | undefined {
  if (!policy.autoRestart) return 'automatic restart is off'
  if (exits.consecutive > policy.maxRestarts) return `gave up after ${policy.maxRestarts} restarts in a row`
  const recent = recentExits(exits, now).length
  if (recent >= FLAPPING_EXITS) return `gave up: ${recent} unexpected exits within an hour`
  return undefined
}
