// One transition of one process, for people and programs that want to know what happened.

import type { Status } from './lifecycle'

export type ExitFacts = { code: number | null; signal: string | null }

export type ProcessEvent = {
  /** Rises by one with every event of this Node-RED. */
  seq: number
  name: string
  supervisor: string
  from: Status
  to: Status
  reason: string
  /** ISO 8601. */
  time: string
  generation: number
  exit?: ExitFacts
  last_error?: string
  /** ms since the epoch. */
  next_restart_at?: number
  /** What the process said last, oldest first: at most 50 lines, only where a process ended. */
  log?: string[]
}
