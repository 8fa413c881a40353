// The read loop: every due cycle yields one batch, whether the device can be read or not.

import { type Clock, Pause } from '../child/clock'
import type { Batch } from '../contract/batch'
import type { Forecast } from '../contract/control'
import { Fault } from '../contract/fault'
import { Connection, type ConnectionParts } from './connection'
import type { EarlierValue } from './reader'
import { allBad, type Columns, columnsOf, earlierOf } from './reading'
import { dueMs, firstSlot, nextSlot, type Schedule } from './schedule'
import type { Statistics } from './statistics'

/** The columns of a collector's tags do not change while it runs. */
export const REVISION = 1

export type LoopParts = Omit<ConnectionParts, 'onUp'> & {
  generation: number
  schedule: Schedule
  statistics: Statistics
  /** @param earlier values from before these, for the database only */
  emit(batch: Batch, earlier: readonly EarlierValue[]): void
}

/** A batch counts them in one byte. */
const CLOCK_STEPS_MAX = 256

const NO_TIMES: ReadonlyMap<number, number> = new Map()

export class ReadLoop {
  readonly #parts: LoopParts
  readonly #clock: Clock
  readonly #pause: Pause
  readonly #connection: Connection
  #cycle = 0
  #lastTime = 0
  #clockSteps = 0
  #stopped = false

  constructor(parts: LoopParts) {
    this.#parts = parts
    this.#clock = parts.clock
    this.#pause = new Pause(parts.clock)
    this.#connection = new Connection({ ...parts, onUp: () => this.#pause.cut() })
  }

  forecast(): Forecast | undefined {
    return this.#connection.forecast()
  }

  /** Runs until `stop` and until the reader is closed; rejects with a Fault of kind `config` or `bug`. */
  async run(): Promise<void> {
    await Promise.all([this.#connection.keep(), this.#cycles()])
  }

  retry(): void {
    this.#connection.retry()
  }

  stop(closeMs: number): void {
    this.#stopped = true
    this.#connection.stop(closeMs)
    this.#pause.cut()
  }

  async #cycles(): Promise<void> {
    const { schedule, statistics } = this.#parts
    let slot = firstSlot(schedule, this.#clock.nowMs())
    while (!this.#stopped) {
      if (this.#connection.state !== 'unread') await this.#pause.for(dueMs(schedule, slot) - this.#clock.nowMs())
      if (this.#stopped) return
      const startedMs = this.#clock.nowMs()
      let planned = slot + 1
      // A link that has just come up is read at once, outside the grid: the first sample after a restart counts.
      if (this.#connection.state === 'unread') planned = Math.max(slot, firstSlot(schedule, startedMs))
      else statistics.lateness(startedMs - dueMs(schedule, slot))
      await this.#once(startedMs)
      const next = nextSlot(schedule, planned, this.#clock.nowMs())
      statistics.overrun(next.skipped)
      slot = next.slot
    }
  }

  async #once(startedMs: number): Promise<void> {
    const count = this.#parts.reader.tags.length
    if (this.#connection.state === 'down') {
      this.#emit(allBad(count, this.#connection.reason), this.#wallTime(), NO_TIMES)
      return
    }
    const reading = await this.#connection.read()
    if (reading === undefined) return
    this.#parts.statistics.duration(this.#clock.nowMs() - startedMs)
    if (reading instanceof Fault) {
      this.#emit(allBad(count, reading.message), this.#wallTime(), NO_TIMES)
      return
    }
    const { time = this.#wallTime(), sourceTimes = NO_TIMES } = reading
    this.#emit(columnsOf(reading, count), time, sourceTimes, earlierOf(reading, count))
  }

  /** A clock that is set back gives times a second time: the readings must not overwrite each other in the database. */
  #wallTime(): number {
    const time = this.#clock.wallMs()
    if (time <= this.#lastTime) this.#clockSteps = (this.#clockSteps + 1) % CLOCK_STEPS_MAX
    this.#lastTime = time
    return time
  }

  #emit(
    { values, bad }: Columns,
    time: number,
    sourceTimes: ReadonlyMap<number, number>,
    earlier: readonly EarlierValue[] = [],
  ): void {
    this.#parts.statistics.earlier(earlier.length)
    this.#parts.statistics.batch(values.length - bad.size, bad.size)
    const { generation } = this.#parts
    const [cycle, clockSteps] = [++this.#cycle, this.#clockSteps]
    const batch = { generation, revision: REVISION, cycle, time, values, bad, sourceTimes, clockSteps }
    this.#parts.emit(batch, earlier)
  }
}
