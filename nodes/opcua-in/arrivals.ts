// Waiting for something to come, for a while.

import type { SourceClock } from './source'

export class Arrivals {
  #wake: () => void = () => {}

  /** Something came: those who wait look whether it is what they wait for. */
  tell(): void {
    this.#wake()
  }

  /** Until `isMissing` is no longer so, or the time is over. */
  async wait(isMissing: () => boolean, limit: { ms: number; clock: SourceClock; signal: AbortSignal }): Promise<void> {
    const { ms, clock, signal } = limit
    let isOver = signal.aborted
    const end = (): void => {
      isOver = true
      this.#wake()
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end, { once: true })
    while (!isOver && isMissing()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    signal.removeEventListener('abort', end)
    cancel()
  }
}
