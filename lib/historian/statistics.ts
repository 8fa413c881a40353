// What a historian counts and measures about itself, for the heartbeat.

import { Durations } from '../child/durations'
import type { Counters } from '../contract/control'
import type { Sink } from './sink'

const NO_TAGS = { total: 0, good: 0, bad: 0 }

export class Statistics {
  readonly writes = new Durations()
  #delivered = 0
  #cycles = 0

  /** Samples that are in the database now. */
  delivered(samples: number): void {
    this.#delivered += samples
  }

  cycle(): void {
    this.#cycles++
  }

  /** What a heartbeat says. A cycle is a write. */
  counters(loopDelayMs: number): Counters {
    return {
      samplesTotal: this.#delivered,
      dropped: 0,
      cyclesTotal: this.#cycles,
      overruns: 0,
      cycleMs: this.writes.summary(),
      tags: NO_TAGS,
      loopDelayMs,
    }
  }
}

/** The same sink; each write is measured. */
export function timed(sink: Sink, writes: Durations, nowMs: () => number): Sink {
  return {
    async write(readings, signal) {
      const startedMs = nowMs()
      const verdict = await sink.write(readings, signal)
      writes.add(nowMs() - startedMs)
      return verdict
    },
    ...(sink.keptMs !== undefined && { keptMs: sink.keptMs }),
    ...(sink.probe && { probe: sink.probe.bind(sink) }),
    close: () => sink.close(),
  }
}
