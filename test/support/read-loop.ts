// The real reader of Modbus in the loop that a collector has, without a process around it: what comes of each cycle, by names.

import { systemClock } from '../../lib/child/clock'
import { ReadLoop } from '../../lib/collector/cycle'
import type { Reader } from '../../lib/collector/reader'
import { scheduleOf } from '../../lib/collector/schedule'
import { Statistics } from '../../lib/collector/statistics'
import type { Batch, Value } from '../../lib/contract/batch'
import type { ModbusConfig } from '../../nodes/modbus-in/fields'
import { modbusReader } from '../../nodes/modbus-in/reader'
import { until } from './until'

/** Times on the monotonic clock, ms. */
export type CycleSeen = {
  /** When the reading began; without one, because nothing was connected, as `endMs`. */
  startMs: number
  endMs: number
  values: Record<string, Value | null>
  quality: Record<string, string>
}

export type LoopOptions = {
  /** From [0, 1). */
  chance?: () => number
  onCycle?: (cycle: CycleSeen) => void
}

const GENERATION = 1
const CLOSE_MS = 2000

export class RunningLoop {
  readonly cycles: CycleSeen[] = []
  readonly logged: string[] = []
  /** Each new state of the link, with its reason. */
  readonly links: string[] = []
  readonly #loop: ReadLoop
  readonly #ended: Promise<void>

  constructor(config: ModbusConfig, { chance = Math.random, onCycle }: LoopOptions = {}) {
    const log = (level: string, text: string) => this.logged.push(`${level}: ${text}`)
    const create = () => modbusReader.create(config, log)
    const timed = new TimedReader(create())
    const now = { nowMs: systemClock.nowMs(), wallMs: systemClock.wallMs() }
    this.#loop = new ReadLoop({
      reader: timed,
      create,
      settings: config,
      clock: systemClock,
      chance,
      log,
      report: (link, reason) => {
        const told = reason === '' ? link : `${link}: ${reason}`
        if (this.links.at(-1) !== told) this.links.push(told)
      },
      generation: GENERATION,
      schedule: scheduleOf(config.name, config.interval, now),
      statistics: new Statistics(config.tags.length),
      emit: (batch) => {
        const cycle = seenOf(batch, config, timed.takeTimes())
        this.cycles.push(cycle)
        onCycle?.(cycle)
      },
    })
    this.#ended = this.#loop.run()
    // `stop` tells it
    this.#ended.catch(() => {})
  }

  get last(): CycleSeen | undefined {
    return this.cycles.at(-1)
  }

  /** The next so many cycles. */
  async next(count: number, deadlineMs = 10_000): Promise<CycleSeen[]> {
    const from = this.cycles.length
    await until(() => this.cycles.length >= from + count, deadlineMs)
    return this.cycles.slice(from, from + count)
  }

  /** The first cycle of which this is true, from now on. */
  async when(isTrue: (cycle: CycleSeen) => boolean, deadlineMs = 10_000): Promise<CycleSeen> {
    let at = this.cycles.length
    const found = (): CycleSeen | undefined => {
      for (; at < this.cycles.length; at++) {
        const cycle = this.cycles[at]
        if (cycle && isTrue(cycle)) return cycle
      }
      return undefined
    }
    let cycle = found()
    try {
      await until(() => {
        cycle ??= found()
        return cycle !== undefined
      }, deadlineMs)
    } catch {
      throw new Error(`no such cycle; the last one: ${JSON.stringify(this.last)}; link ${this.links.at(-1)}`)
    }
    if (!cycle) throw new Error('unreachable')
    return cycle
  }

  /** Rejects with a Fault of kind `bug` or `config` that ended it. */
  async stop(): Promise<void> {
    this.#loop.stop(CLOSE_MS)
    await this.#ended
  }
}

function seenOf({ values, bad }: Batch, { tags }: ModbusConfig, times: { startMs: number; endMs: number }): CycleSeen {
  const byName = tags.map(({ name }, column) => [name, values[column] ?? null])
  const quality = [...bad].map(([column, reason]) => [tags[column]?.name ?? '', reason])
  return { ...times, values: Object.fromEntries(byName), quality: Object.fromEntries(quality) }
}

/** Knows when the last reading began and ended. */
class TimedReader implements Reader {
  readonly #reader: Reader
  #times: { startMs: number; endMs: number } | undefined

  constructor(reader: Reader) {
    this.#reader = reader
  }

  takeTimes(): { startMs: number; endMs: number } {
    const nowMs = performance.now()
    const times = this.#times ?? { startMs: nowMs, endMs: nowMs }
    this.#times = undefined
    return times
  }

  get tags() {
    return this.#reader.tags
  }
  open(signal: AbortSignal) {
    return this.#reader.open(signal)
  }
  async read(signal: AbortSignal) {
    const startMs = performance.now()
    try {
      return await this.#reader.read(signal)
    } finally {
      this.#times = { startMs, endMs: performance.now() }
    }
  }
  forecast() {
    return this.#reader.forecast?.()
  }
  close() {
    return this.#reader.close()
  }
}
