// What a collector counts and measures about itself, for the heartbeat.

import { Durations } from '../child/durations'
import type { Counters } from '../contract/control'

export class Statistics {
  #samplesTotal = 0
  #cyclesTotal = 0
  #overruns = 0
  #tags: Counters['tags']
  readonly #durations = new Durations()
  #latenessMs = 0

  constructor(tagsTotal: number) {
    this.#tags = { total: tagsTotal, good: 0, bad: tagsTotal }
  }

  /** A batch went out. Samples are the good values that were read for it. */
  batch(good: number, bad: number, samples = good): void {
    this.#cyclesTotal++
    this.#samplesTotal += samples
    this.#tags = { total: good + bad, good, bad }
  }

  /** Samples went into the database that stand for no cycle. */
  earlier(samples: number): void {
    this.#samplesTotal += samples
  }

  /** The device was read, well or not, and it took this long. */
  duration(ms: number): void {
    this.#durations.add(ms)
  }

  overrun(cycles: number): void {
    this.#overruns += cycles
  }

  /** A timer fired later than planned, by this much: the delay of the event loop. */
  lateness(ms: number): void {
    this.#latenessMs = Math.max(this.#latenessMs, ms)
  }

  /** What a heartbeat says; the lateness begins anew. */
  counters(dropped: number): Counters {
    const loopDelayMs = this.#latenessMs
    this.#latenessMs = 0
    return {
      samplesTotal: this.#samplesTotal,
      dropped,
      cyclesTotal: this.#cyclesTotal,
      overruns: this.#overruns,
      cycleMs: this.#durations.summary(),
      tags: this.#tags,
      loopDelayMs,
    }
  }
}
