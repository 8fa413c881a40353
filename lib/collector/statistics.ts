// What a collector counts and measures about itself, for the heartbeat.

import type { Counters } from '../contract/control'

/** Cycles that p50, p99 and max look back on. */
const WINDOW = 600

export class Statistics {
  #samplesTotal = 0
  #cyclesTotal = 0
  #overruns = 0
  #tags: Counters['tags']
  #lastMs = 0
  readonly #durations = new Float64Array(WINDOW)
  #durationsTotal = 0
  #latenessMs = 0

  constructor(tagsTotal: number) {
    this.#tags = { total: tagsTotal, good: 0, bad: tagsTotal }
  }

  /** A batch went out. Samples are its good values. */
  batch(good: number, bad: number): void {
    this.#cyclesTotal++
    this.#samplesTotal += good
    this.#tags = { total: good + bad, good, bad }
  }

  /** The device was read, well or not, and it took this long. */
  duration(ms: number): void {
    this.#lastMs = ms
    this.#durations[this.#durationsTotal++ % WINDOW] = ms
  }

  overrun(cycles: number): void {
    this.#overruns += cycles
  }

  /** A timer fired so much later than planned: what stands between is the delay of the event loop. */
  lateness(ms: number): void {
    this.#latenessMs = Math.max(this.#latenessMs, ms)
  }

  /** What a heartbeat says; the lateness begins anew. */
  counters(dropped: number): Counters {
    const loopDelayMs = this.#latenessMs
    this.#latenessMs = 0
    const sorted = this.#durations.slice(0, Math.min(this.#durationsTotal, WINDOW)).sort()
    return {
      samplesTotal: this.#samplesTotal,
      dropped,
      cyclesTotal: this.#cyclesTotal,
      overruns: this.#overruns,
      cycleMs: {
        last: this.#lastMs,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
        max: quantile(sorted, 1),
      },
      tags: this.#tags,
      loopDelayMs,
    }
  }
}

/** Nearest rank; 0 of nothing. */
function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)] ?? 0
}
