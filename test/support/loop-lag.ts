// When the event loop of this process stood still: what a test measures of times then says nothing of what it tests.

const EVERY_MS = 10
const LATE_MS = 35

export class LoopLag {
  readonly #stood: { fromMs: number; toMs: number }[] = []
  readonly #timer: NodeJS.Timeout
  #lastMs = performance.now()

  constructor() {
    this.#timer = setInterval(() => {
      const nowMs = performance.now()
      if (nowMs - this.#lastMs > EVERY_MS + LATE_MS) this.#stood.push({ fromMs: this.#lastMs, toMs: nowMs })
      this.#lastMs = nowMs
    }, EVERY_MS)
  }

  /** How often it stood still. */
  get times(): number {
    return this.#stood.length
  }

  /** Whether it stood still at some time between these, on the monotonic clock. */
  was(fromMs: number, toMs: number): boolean {
    return this.#stood.some((still) => still.fromMs < toMs && still.toMs > fromMs)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
