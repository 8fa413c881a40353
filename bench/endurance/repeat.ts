// Something that is done again and again until it is told to end.

import { setTimeout as delay } from 'node:timers/promises'

/** Waits first. Rejects with what `act` rejects with. */
export async function repeat(pauseMs: () => number, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  for (;;) {
    await delay(pauseMs(), undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    await act()
  }
}
