// When the event loop of this process stood still: what a test measures of times then says nothing of what it tests.

const EVERY_MS = 10
/** What stood still for so long may have had a request time out: a reader takes its time to forget that. */
const LATE_MS = 40
const AFTERMATH_MS = 2000

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

  /** Whether what happened between these times, on the monotonic clock, may be due to a stand-still. */
  disturbed(fromMs: number, toMs: number): boolean {
    return this.#stood.some((still) => still.fromMs < toMs && still.toMs + AFTERMATH_MS > fromMs)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
