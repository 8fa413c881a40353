// Work that is done in steps, so that whoever runs it may do something else after each, or stop.

import { setImmediate } from 'node:timers/promises'

/** The value that it returns is the result. */
export type Steps<T> = Generator<undefined, T, undefined>

/** All steps at once. */
export function resultOf<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Does the steps in slices; the event loop gets its turn after each. When the signal is aborted, what the steps have opened is
 * closed, and it rejects with the reason of the signal.
 */
export async function inSlices<T>(
  steps: Steps<T>,
  { sliceMs, nowMs, signal }: { sliceMs: number; nowMs: () => number; signal: AbortSignal },
): Promise<T> {
  try {
    for (;;) {
      const endMs = nowMs() + sliceMs
      do {
        const step = steps.next()
        if (step.done) return step.value
      } while (nowMs() < endMs)
      await setImmediate()
      signal.throwIfAborted()
    }
  } finally {
    end(steps)
  }
}

/** Has the steps close what they have opened, if they are not through. */
function end(steps: Iterator<undefined, unknown, undefined>): void {
  steps.return?.()
}
