// Short sleeps in the midst of synchronous work, so that another process can finish its own.

import { toQueueError } from './queue-error'

const neverNotified = new Int32Array(new SharedArrayBuffer(4))
/** A lock is held for some 0.1 ms to a few ms. SQLite's own waiting soon sleeps for 25 ms and longer, and misses its turns. */
const LOOK_EVERY_MS = 0.2

/** Blocks the thread. */
export function pause(ms: number): void {
  Atomics.wait(neverNotified, 0, 0, ms)
}

/** Does it, again and again while it throws that another connection has the lock, for a limited time. Blocks the thread. */
export function patiently<T>(timeoutMs: number, work: () => T): T {
  let end: number | undefined
  for (;;) {
    try {
      return work()
    } catch (thrown) {
      if (timeoutMs <= 0 || !toQueueError(thrown, '').busy) throw thrown
      end ??= performance.now() + timeoutMs
      if (performance.now() >= end) throw thrown
    }
    pause(LOOK_EVERY_MS)
  }
}
