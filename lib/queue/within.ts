// Waiting for something to come, without blocking the thread.

import { setTimeout as delay } from 'node:timers/promises'
import { QueueError } from './queue-error'

/** How often it is looked: a look at an empty queue costs some 10 µs. */
const LOOK_EVERY_MS = 10

/**
 * What `look` finds, as soon as it finds anything. After `timeoutMs` throws QueueEmpty, or that the queue is busy; when aborted,
 * the signal's reason; and what else `look` throws, at once.
 */
export async function within<T>(look: () => T[], timeoutMs: number, signal?: AbortSignal): Promise<T[]> {
  const end = performance.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    let busy: QueueError | undefined
    try {
      const found = look()
      if (found.length > 0) return found
    } catch (thrown) {
      if (!(thrown instanceof QueueError && thrown.busy)) throw thrown
      busy = thrown
    }
    const leftMs = end - performance.now()
    if (!(leftMs > 0)) throw busy ?? new QueueError('QueueEmpty', `nothing came within ${timeoutMs} ms`)
    // rejects only when aborted, which the next turn tells
    await delay(Math.min(leftMs, LOOK_EVERY_MS), undefined, { signal }).catch(() => {})
  }
}
