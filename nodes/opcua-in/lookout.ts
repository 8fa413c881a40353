// Looks again and again, one look after the other, as long as its process is awake.

import type { SourceClock } from './source'

/** Between two looks, ms. */
export const LOOK_MS = 500

export class Lookout {
  readonly #clock: SourceClock
  readonly #look: (nowMs: number) => Promise<void>
  #lookedMs: number
  #stopped = false
  #cancel: () => void = () => {}
  #looking: Promise<void> = Promise.resolve()

  /** @param look must not reject */
  constructor(clock: SourceClock, look: (nowMs: number) => Promise<void>) {
    this.#clock = clock
    this.#look = look
    this.#lookedMs = clock.nowMs()
    this.#again()
  }

  /** Settles when the last look is over. */
  stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    return this.#looking
  }

  #again(): void {
    if (!this.#stopped) this.#cancel = this.#clock.after(LOOK_MS, () => this.#once())
  }

  #once(): void {
    const nowMs = this.#clock.nowMs()
    // A process that stood still has heard nothing in that time: what waits for it comes first.
    const wasAsleep = nowMs - this.#lookedMs > 3 * LOOK_MS
    this.#looking = (wasAsleep ? Promise.resolve() : this.#look(nowMs)).then(() => {
      this.#lookedMs = this.#clock.nowMs()
      this.#again()
    })
  }
}
