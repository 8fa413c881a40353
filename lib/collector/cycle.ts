// The read loop: every due cycle yields one batch, whether the device can be read or not.

import { type Clock, Pause } from '../child/clock'
import type { Batch } from '../contract/batch'
import type { Forecast } from '../contract/control'
import { Fault } from '../contract/fault'
import { type ReadNow, readNow } from '../contract/read-now'
import { isTenfold } from '../contract/tenfold'
import { Connection, type ConnectionParts } from './connection'
import { Held } from './held'
import type { EarlierValue, Reading } from './reader'
import { allBad, type Columns, columnsOf, earlierOf } from './reading'
import { dueMs, firstSlot, nextSlot, type Schedule } from './schedule'
import { believed, isSourceTime } from './source-times'
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
/** Who asks for a reading waits for the next cycle when it is due within this, ms; else he gets one of his own. */
const SOON_MS = 10_000
/** Persons who want to see a reading, at a time. */
const ASKED_MAX = 10

type Read = {
  columns: Columns
  time: number
  sourceTimes: ReadonlyMap<number, number>
  /** Column -> ms since the epoch, of good values that were read in an earlier cycle. */
  held?: ReadonlyMap<number, number>
  tookMs: number
  degraded?: string
}
type Asked = { resolve(answer: ReadNow): void; reject(fault: Fault): void }

const STOPPING = new Fault('link', 'stopped', 'the reader is stopping')

export class ReadLoop {
  readonly #parts: LoopParts
  readonly #clock: Clock
  readonly #pause: Pause
  readonly #connection: Connection
  readonly #held = new Held()
  #cycle = 0
  #lastTime = 0
  #clockSteps = 0
  #strangeTimes = 0
  #stopped = false
  #asked: Asked[] = []
  /** For the next cycle: a reading between two of them may have brought some. */
  readonly #earlier: EarlierValue[] = []

  constructor(parts: LoopParts) {
    this.#parts = parts
    this.#clock = parts.clock
    this.#pause = new Pause(parts.clock)
    this.#connection = new Connection({ ...parts, onUp: () => this.#pause.cut() })
  }

  forecast(): Forecast | undefined {
    return this.#connection.forecast()
  }

  /**
   * What the next cycle reads, or a reading between two cycles that are far apart: neither moves a cycle nor adds one. Rejects with
   * a Fault.
   */
  readNow(): Promise<ReadNow> {
    if (this.#stopped) return Promise.reject(STOPPING)
    if (this.#asked.length >= ASKED_MAX) {
      return Promise.reject(new Fault('device', 'busy', 'too many are waiting for a reading already'))
    }
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject })
      this.#pause.cut()
    })
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
    for (const { reject } of this.#asked.splice(0)) reject(STOPPING)
  }

  async #cycles(): Promise<void> {
    const { schedule, statistics } = this.#parts
    let slot = firstSlot(schedule, this.#clock.nowMs())
    while (!this.#stopped) {
      await this.#untilDue(dueMs(schedule, slot))
      if (this.#stopped) return
      const startedMs = this.#clock.nowMs()
      let planned = slot + 1
      // A link that has just come up is read at once, outside the grid: the first sample after a restart counts.
      if (this.#connection.state === 'unread') planned = Math.max(slot, firstSlot(schedule, startedMs))
      const read = await this.#read(startedMs)
      if (read) {
        this.#emit(read)
        this.#answer(read)
      }
      const next = nextSlot(schedule, planned, this.#clock.nowMs())
      statistics.overrun(next.skipped)
      slot = next.slot
    }
  }

  /** Also returns when a link has come up, and when all is over. */
  async #untilDue(atMs: number): Promise<void> {
    let paused = false
    while (!this.#stopped && this.#connection.state !== 'unread') {
      const waitMs = atMs - this.#clock.nowMs()
      if (waitMs <= 0) {
        if (paused) this.#parts.statistics.lateness(-waitMs)
        return
      }
      paused = waitMs <= SOON_MS || this.#asked.length === 0
      if (paused) await this.#pause.for(waitMs)
      else await this.#readBetween()
    }
  }

  async #readBetween(): Promise<void> {
    const read = await this.#read(this.#clock.nowMs())
    if (read) this.#answer(read)
  }

  /** undefined when stopped meanwhile. */
  async #read(startedMs: number): Promise<Read | undefined> {
    const count = this.#parts.reader.tags.length
    const failed = (reason: string): Read => {
      const tookMs = this.#clock.nowMs() - startedMs
      return { columns: allBad(count, reason), time: this.#wallTime(), sourceTimes: NO_TIMES, tookMs }
    }
    if (this.#connection.state === 'down') return failed(this.#connection.reason)
    const reading = await this.#connection.read()
    if (reading === undefined) return undefined
    const tookMs = this.#clock.nowMs() - startedMs
    this.#parts.statistics.duration(tookMs)
    if (reading instanceof Fault) return failed(reading.message)
    const columns = columnsOf(this.#held.fill(reading), count)
    const { sourceTimes = NO_TIMES, degraded } = reading
    const time = this.#timeOf(reading)
    const held = this.#held.note(columns, time, reading.held)
    const earlier = earlierOf(reading, count)
    this.#earlier.push(...earlier)
    const sane = believed(sourceTimes, time)
    this.#tellStrange([...sourceTimes.values(), ...earlier.map((value) => value.time)], time)
    const others = { ...(held && { held }), ...(degraded !== undefined && { degraded }) }
    return { columns, time, sourceTimes: sane, tookMs, ...others }
  }

  #answer({ columns, sourceTimes, held = NO_TIMES, ...reading }: Read): void {
    if (this.#asked.length === 0) return
    const names = this.#parts.reader.tags.map(({ name }) => name)
    const statusOf = (column: number) => this.#connection.status(column)
    const times = new Map([...sourceTimes, ...held])
    const answer = readNow({ names, ...columns, sourceTimes: times, statusOf }, reading)
    for (const { resolve } of this.#asked.splice(0)) resolve(answer)
  }

  #timeOf({ time }: Reading): number {
    const wallTime = this.#clock.wallMs()
    return time !== undefined && isSourceTime(time, wallTime) ? time : this.#wallTime()
  }

  /** Times that no source can mean: the values have that of their reading. */
  #tellStrange(times: readonly number[], readingMs: number): void {
    const strange = times.filter((time) => !isSourceTime(time, readingMs))
    const before = this.#strangeTimes
    this.#strangeTimes += strange.length
    if (strange.length === 0 || !isTenfold(before, this.#strangeTimes)) return
    const text = `${this.#strangeTimes} source times so far were unknown or absurd, e.g. ${shownTime(strange[0] ?? 0)}`
    this.#parts.log('warn', `${text}: such values have the time of their reading; is the clock of the device set?`)
  }

  /** A clock that is set back gives times a second time: the readings must not overwrite each other in the database. */
  #wallTime(): number {
    const time = this.#clock.wallMs()
    if (time <= this.#lastTime) this.#clockSteps = (this.#clockSteps + 1) % CLOCK_STEPS_MAX
    this.#lastTime = time
    return time
  }

  #emit({ columns: { values, bad }, time, sourceTimes, held }: Read): void {
    const earlier = this.#earlier.splice(0)
    this.#parts.statistics.earlier(earlier.length)
    const good = values.length - bad.size
    this.#parts.statistics.batch(good, bad.size, good - (held?.size ?? 0))
    const { generation } = this.#parts
    const [cycle, clockSteps] = [++this.#cycle, this.#clockSteps]
    const ids = { generation, revision: REVISION, cycle }
    const batch = { ...ids, time, values, bad, sourceTimes, clockSteps, ...(held && { held }) }
    this.#parts.emit(batch, earlier)
  }
}

function shownTime(timeMs: number): string {
  const date = new Date(timeMs)
  return Number.isNaN(date.getTime()) ? `${timeMs} ms` : date.toISOString()
}
