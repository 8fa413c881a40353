// One read cycle: asks block by block, halves what the device refuses until the culprit is found, and tells the silence
// of a block or a unit from that of the device. Knows nothing of sockets.

import type { Reading } from '../../lib/collector/reader'
import type { Value } from '../../lib/contract/batch'
import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { splitBlock } from '../../lib/registers/blocks'
import { Unreadable } from '../../lib/registers/decoder'
import { type Area, describeRange, isBitArea } from './addresses'
import { concernOf, describeException } from './exceptions'
import type { Plan, ReadBlock } from './plan'

export type ReadRequest = { unit: number; area: Area; address: number; length: number }

/** `data`: registers as on the wire, or packed bits, exactly as many as asked for. */
export type Answer = { kind: 'data'; view: DataView } | { kind: 'exception'; code: number } | { kind: 'silence' }

/** Asks the device; throws a Fault when the connection is lost. */
export type Ask = (request: ReadRequest) => Promise<Answer>

export type PollerSettings = {
  /** Number of tags. */
  columns: number
  /** Unit id of the node: other ones are named in messages. */
  unitId: number
  /** How long an answer is waited for. */
  timeoutMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
  log(level: LogLevel, text: string): void
}

/** A device that leaves this many requests unanswered before the first answer of a cycle is taken for dead. */
const SILENCES_MAX = 2
/** The same in the middle of a cycle, of blocks that were answered the last time. */
const FRESH_SILENCES_MAX = 3
/** A unit that this many requests in a row did not get through to, now or earlier, is not asked again in this cycle. */
const LOST_MAX = 2
/** Requests that a cycle may spend, beyond the plan, on finding refused items and on trying them again. */
const EXTRA_REQUESTS_MAX = 32
const RETRY_REFUSED_MS = 60_000

/** What became of a block: data, a refusal whose reason was found within it, or neither. */
type Outcome = 'answered' | 'explained' | 'unread'

/** What is known so far of the cycle under way. */
type Cycle = {
  readonly ask: Ask
  readonly values: (Value | null)[]
  readonly bad: Map<number, string>
  /** Data and exceptions alike. */
  answers: number
  silences: number
  freshSilencesInARow: number
  /** Unit -> requests that did not get through to it. */
  readonly lost: Map<number, number>
  /** Units that are not asked again in this cycle. */
  readonly givenUp: Set<number>
  extraRequests: number
  readonly newRefusals: string[]
}

export class Poller {
  readonly #plan: Plan
  readonly #settings: PollerSettings

  constructor(plan: Plan, settings: PollerSettings) {
    this.#plan = plan
    this.#settings = settings
  }

  /** Throws a `link` Fault when the device does not answer at all, and whatever `ask` throws. */
  async poll(ask: Ask): Promise<Reading> {
    const cycle = newCycle(ask, this.#settings.columns)
    for (const block of this.#plan.blocks()) await this.#read(cycle, block)
    await this.#probe(cycle)
    for (const [item, { reason }] of this.#plan.refusals) {
      for (const { column } of item.targets) cycle.bad.set(column, reason)
    }
    if (cycle.answers === 0) throw this.#noAnswer(cycle)
    this.#logRefusals(cycle)
    const { values, bad, lost } = cycle
    return lost.size === 0 ? { values, bad } : { values, bad, degraded: describeLost(lost) }
  }

  async #read(cycle: Cycle, block: ReadBlock): Promise<Outcome> {
    if (cycle.givenUp.has(block.unit)) {
      markBad(cycle, block, `unit ${block.unit} does not answer`)
      return 'unread'
    }
    const answer = await cycle.ask(block)
    if (answer.kind === 'silence') return this.#silent(cycle, block)
    cycle.answers++
    cycle.freshSilencesInARow = 0
    block.silences = 0
    if (answer.kind === 'exception') return await this.#refused(cycle, block, answer.code)
    this.#plan.reached(block.unit)
    take(cycle, block, answer.view)
    if (this.#plan.refusals.size > 0) for (const item of block.items) this.#plan.accept(item)
    return 'answered'
  }

  #silent(cycle: Cycle, block: ReadBlock): Outcome {
    cycle.silences++
    if (block.silences === 0) cycle.freshSilencesInARow++
    block.silences++
    this.#lost(cycle, block.unit)
    const deadFromStart = cycle.answers === 0 && cycle.silences >= SILENCES_MAX
    if (deadFromStart || cycle.freshSilencesInARow >= FRESH_SILENCES_MAX) throw this.#noAnswer(cycle)
    markBad(cycle, block, `no answer within ${this.#settings.timeoutMs} ms`)
    return 'unread'
  }

  #lost(cycle: Cycle, unit: number): void {
    cycle.lost.set(unit, (cycle.lost.get(unit) ?? 0) + 1)
    if (this.#plan.lost(unit) >= LOST_MAX) cycle.givenUp.add(unit)
  }

  async #refused(cycle: Cycle, block: ReadBlock, code: number): Promise<Outcome> {
    const concern = concernOf(code)
    if (concern === 'unit') this.#lost(cycle, block.unit)
    else this.#plan.reached(block.unit)
    const halves = concern === 'address' ? this.#halve(cycle, block) : undefined
    if (halves) return await this.#search(cycle, ...halves)
    const reason = describeException(code, block.area, this.#where(block))
    markBad(cycle, block, reason)
    if (concern !== 'address' || block.items.length > 1) return 'unread'
    this.#refuse(cycle, block, reason)
    return 'explained'
  }

  /** Two halves that are given one by one, though not together, are apart from now on: too long, or a hole between them. */
  async #search(cycle: Cycle, left: ReadBlock, right: ReadBlock): Promise<Outcome> {
    const outcomes = [await this.#read(cycle, left), await this.#read(cycle, right)]
    if (outcomes.includes('unread')) return 'unread'
    if (!outcomes.includes('explained')) this.#plan.cutBefore(right)
    return 'explained'
  }

  /** Undefined for a single item, and when this cycle has asked enough. */
  #halve(cycle: Cycle, block: ReadBlock): [ReadBlock, ReadBlock] | undefined {
    const halves = splitBlock(block)
    if (!halves || cycle.extraRequests + 2 > EXTRA_REQUESTS_MAX) return undefined
    cycle.extraRequests += 2
    const [left, right] = halves
    return [
      { ...left, unit: block.unit, silences: block.silences },
      { ...right, unit: block.unit, silences: block.silences },
    ]
  }

  #refuse(cycle: Cycle, { items }: ReadBlock, reason: string): void {
    for (const item of items) {
      if (!this.#plan.refusals.has(item)) cycle.newRefusals.push(reason)
      this.#plan.refuse(item, { reason, retryAtMs: this.#settings.nowMs() + RETRY_REFUSED_MS })
    }
  }

  /** Refused items may have come into being: a device gets a new program, a module is plugged in. */
  async #probe(cycle: Cycle): Promise<void> {
    for (const block of this.#plan.probes(this.#settings.nowMs())) {
      if (cycle.extraRequests >= EXTRA_REQUESTS_MAX) return
      cycle.extraRequests++
      const silences = cycle.silences
      await this.#read(cycle, block)
      if (cycle.silences > silences) this.#postpone(block)
    }
  }

  /** Waiting in vain for a refused item must not slow down every cycle. */
  #postpone({ items }: ReadBlock): void {
    const retryAtMs = this.#settings.nowMs() + RETRY_REFUSED_MS
    for (const item of items) {
      const refusal = this.#plan.refusals.get(item)
      if (refusal) this.#plan.refuse(item, { ...refusal, retryAtMs })
    }
  }

  #where({ unit, area, address, length }: ReadRequest): string {
    return describeRange(area, address, length) + (unit === this.#settings.unitId ? '' : ` of unit ${unit}`)
  }

  #noAnswer({ silences }: Cycle): Fault {
    const requests = silences === 1 ? 'a request' : `${silences} requests`
    const text = `the device is connected but left ${requests} unanswered for ${this.#settings.timeoutMs} ms; is the unit id right?`
    return new Fault('link', 'no-answer', text)
  }

  #logRefusals({ newRefusals: [first, ...others] }: Cycle): void {
    if (first === undefined) return
    this.#settings.log('warn', others.length === 0 ? first : `${first} (and ${others.length} more like it)`)
  }
}

function newCycle(ask: Ask, columns: number): Cycle {
  return {
    ask,
    values: new Array<Value | null>(columns).fill(null),
    bad: new Map(),
    answers: 0,
    silences: 0,
    freshSilencesInARow: 0,
    lost: new Map(),
    givenUp: new Set(),
    extraRequests: 0,
    newRefusals: [],
  }
}

function take(cycle: Cycle, block: ReadBlock, view: DataView): void {
  const step = isBitArea(block.area) ? 1 : 2
  for (const { address, targets } of block.items) {
    const at = (address - block.address) * step
    for (const { column, decode } of targets) {
      const value = decode(view, at)
      if (value instanceof Unreadable) cycle.bad.set(column, value.reason)
      else cycle.values[column] = value
    }
  }
}

function markBad({ bad }: Cycle, { items }: ReadBlock, reason: string): void {
  for (const { targets } of items) for (const { column } of targets) bad.set(column, reason)
}

function describeLost(lost: ReadonlyMap<number, number>): string {
  const units = [...lost].map(([unit, count]) => `unit ${unit} (${count === 1 ? '1 request' : `${count} requests`})`)
  return `no answer from ${units.join(', ')}`
}
