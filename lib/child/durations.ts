// How long something takes that is done again and again: the last time, and over the last few hundred times.

/** Times that p50, p99 and max look back on. */
const WINDOW = 600

export class Durations {
  readonly #window = new Float64Array(WINDOW)
  #count = 0
  #lastMs = 0

  add(ms: number): void {
    this.#lastMs = ms
    this.#window[this.#count++ % WINDOW] = ms
  }

  summary(): { last: number; p50: number; p99: number; max: number } {
    const sorted = this.#window.slice(0, Math.min(this.#count, WINDOW)).sort()
    return {
      last: this.#lastMs,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: quantile(sorted, 1),
    }
  }
}

/** Nearest rank; 0 of nothing. */
function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)] ?? 0
}
