// A database in memory that answers as the test says, and a historian at work on it with a stepped clock.

import assert from 'node:assert/strict'
import type { Clock } from '../../../lib/child/clock'
import type { Value } from '../../../lib/contract/batch'
import type { Link } from '../../../lib/contract/lifecycle'
import { Historian } from '../../../lib/historian/historian'
import type { Reading } from '../../../lib/historian/reading'
import type { Sink, Verdict } from '../../../lib/historian/sink'
import { SteppedClock } from '../child/stepped-clock'
import { MemoryQueue } from './memory-queue'

type Answer = Verdict | 'hang'

export class ScriptedDatabase implements Sink {
  readonly #clock: Clock
  /** By series, time and field. */
  readonly values = new Map<string, Value>()
  /** Times of the readings in the order in which they came, again and again where that was so. */
  readonly times: number[] = []
  /** Readings in each write. */
  readonly writes: number[] = []
  closed = 0
  /** undefined: accepted. */
  answer: (readings: readonly Reading[]) => Answer | undefined = () => undefined
  /** Duration of a write, ms. */
  takesMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async write(readings: readonly Reading[], signal: AbortSignal): Promise<Verdict> {
    this.writes.push(readings.length)
    const answer = this.answer(readings)
    if (answer === 'hang') {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
        this.#clock.after(30_000, resolve)
      })
      return { kind: 'later', reason: 'no answer' }
    }
    if (this.takesMs > 0) await new Promise<void>((resolve) => this.#clock.after(this.takesMs, resolve))
    if (answer && answer.kind !== 'accepted') return answer
    for (const reading of readings) {
      this.times.push(reading.time)
      for (const { column, value } of reading.fields) this.values.set(keyOf(reading, column.name), value)
    }
    return { kind: 'accepted' }
  }

  close(): void {
    this.closed++
  }
}

export function keyOf({ source, time, clockSteps }: Reading, field: string): string {
  return `${source.collector} ${time}+${clockSteps} ${field}`
}

export class HistorianBench {
  readonly clock = new SteppedClock()
  readonly queue = new MemoryQueue(this.clock)
  readonly database = new ScriptedDatabase(this.clock)
  readonly links: { link: Link; reason: string }[] = []
  readonly failures: string[] = []
  readonly logs: string[] = []
  cycles = 0
  delivered = 0
  refused = 0
  ended: 'running' | 'stopped' | unknown = 'running'
  /** Thrown by the next openings of the queue. */
  readonly closedDoors: Error[] = []
  readonly historian: Historian

  constructor({ batchSize = 5000, probe }: { batchSize?: number; probe?: () => Promise<Verdict> } = {}) {
    const { database } = this
    this.historian = new Historian({
      open: () => {
        const fault = this.closedDoors.shift()
        if (fault) throw fault
        return this.queue
      },
      sink: probe ? { write: database.write.bind(database), close: () => database.close(), probe } : database,
      clock: this.clock,
      chance: () => 0.5,
      batchSize,
      report: (report) => this.links.push(report),
      log: (_level, text) => this.logs.push(text),
      progress: {
        cycle: () => {
          this.cycles++
        },
        delivered: (samples) => {
          this.delivered += samples
        },
        refused: (samples) => {
          this.refused += samples
        },
        failed: (reason) => this.failures.push(reason),
      },
    })
  }

  start(): this {
    this.historian.run().then(
      () => {
        this.ended = 'stopped'
      },
      (thrown: unknown) => {
        this.ended = thrown
      },
    )
    return this
  }

  get link(): Link | undefined {
    return this.links.at(-1)?.link
  }

  /** Everything that was sent is somewhere, once, and the historian has told the same story as the queue. */
  assertBalanced(): void {
    const { sent, delivered } = this.queue
    const { pending, claimed, retry, dead } = this.queue.status()
    assert.equal(sent, delivered + pending + claimed + retry + dead)
  }

  async stop(): Promise<void> {
    this.historian.stop(1000)
    await this.clock.advance(2000)
    assert.equal(this.ended, 'stopped')
    assert.equal(this.queue.status().claimed, 0, 'something is still claimed')
    this.assertBalanced()
  }
}
