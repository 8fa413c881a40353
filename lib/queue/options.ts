// What the calls of a queue take and tell.

import type { Outgoing } from './message'
import type { Durability, WhenFull } from './settings'
import type { Sums } from './totals'

export type ConnectOptions = {
  /** How long a call may wait, blocking, for another process's lock; then AccessFailed with `busy`. 0 = not at all. Default 1000. */
  busyTimeoutMs?: number
  /** Bodies above this are compressed where that saves something; so does this connection alone. Default: never. */
  compressAboveBytes?: number
  /** The clock of leases and delays, ms. Default: the machine's monotonic clock. */
  clock?: () => number
}

export type CreateOptions = ConnectOptions & {
  /**
   * At least CAPACITY_MIN_BYTES. Senders keep the pages in use below it; when many idle ones begin at once, each may go
   * 1/64 beyond for a moment. The log comes on top: 1 to 3 MB, at most as much again if a reader stands still.
   */
  capacityBytes: number
  /** Largest body, before compression. Default 4 MB. */
  messageBytes?: number
  /** What survives a loss of power. Default `none`. */
  durability?: Durability
  /** What a send does when there is no room. Default `drop-oldest`. */
  whenFull?: WhenFull
  /** How much of a file that is there is looked at: all of it (`deep`, the default; 0.5 ms a MB), or only what it is. */
  check?: 'tables' | 'deep'
  /** What becomes of a file that is there and is no intact queue: a new one takes its place (the default), or CorruptedData is thrown. */
  whenDamaged?: WhenDamaged
  /** For the name of a file that is set aside. Default: the wall clock. */
  now?: Date
}

export type WhenDamaged = 'set-aside' | 'refuse'

export type SendOptions = {
  /** An integer, default 0; the higher is received first. */
  priority?: number
}

export type ReceiveOptions = {
  /** Most messages. */
  max: number
  /** Claims them: other consumers do not get them for this time, ms, from 1 to a day. Default: they are not claimed. */
  leaseMs?: number
  /** Bodies of no more than this together, before compression; but always one message, if there is any. Default and limit 4 MB. */
  maxBytes?: number
}

export type WaitOptions = ReceiveOptions & {
  leaseMs: number
  timeoutMs: number
  signal?: AbortSignal
}

export type RetryOptions = {
  /** Time, ms, for which no consumer gets them, from 0 to a day. */
  delayMs: number
  reason: string
}

export type Settlement = {
  done: readonly number[]
  dead: readonly { message: Outgoing; reason: string }[]
}

/**
 * All but the last four in weight, over the life of the file:
 * sent = delivered + pending + claimed + retry + dead + dropped, at every moment.
 */
export type QueueStatus = Sums & {
  /** In use, of `capacity`. */
  bytes: number
  capacity: number
}
