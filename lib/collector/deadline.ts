// An operation that may never settle, held to a time limit.

import type { Clock } from '../child/clock'

export type Limit = {
  ms: number
  clock: Clock
  /** Ends the wait at once when it aborts; the promise then rejects with its reason. */
  signal?: AbortSignal
  /** What the promise rejects with when the time is over. */
  fault(): Error
}

/**
 * Settles with the operation, or rejects when the limit is reached, whatever the operation does about the signal it was
 * given. What it still says after that is ignored.
 */
export function within<T>(limit: Limit, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { ms, clock, signal, fault } = limit
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const release = (): void => {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    const giveUp = (reason: unknown): void => {
      release()
      reject(reason)
      controller.abort(reason)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const cancel = clock.after(ms, () => giveUp(fault()))
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) return onAbort()
    // The async function turns what is thrown at once into a rejection.
    const running = (async () => operation(controller.signal))()
    running.then(
      (value) => {
        release()
        resolve(value)
      },
      (thrown) => {
        release()
        reject(thrown)
      },
    )
  })
}
