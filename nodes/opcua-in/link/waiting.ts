// Waiting no longer than one wants to for operations that cannot be stopped.

/** To end a session and a connection; the collector waits 2 s. */
const GOODBYE_MS = 1500

/** A server that is gone lets goodbyes wait for long: they go on behind, and nobody waits for them. */
export function briefly(goodbye: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GOODBYE_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    goodbye.then(done, done)
  })
}

/** The operation goes on behind, but nobody waits for it: who started it ends its client. */
export function unlessAborted<T>(signal: AbortSignal, operation: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    operation.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
