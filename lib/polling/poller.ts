// One read cycle: asks block by block, asks again what was busy, then searches what was refused, as far as the interval
// allows. Knows nothing of sockets.

import type { Reading } from '../collector/reader'
import type { Forecast } from '../contract/control'
import { type CulpritSettings, Culprits } from './culprits'
import { Cycle } from './cycle'
import { Exchange, type ExchangeSettings } from './exchange'
import { type ExtraSettings, Extras } from './extras'
import type { Plan } from './plan'
import { Probes } from './probes'
import type { Ask } from './protocol'
import type { ReadBlock } from './requests'
import { SilenceBudget, type SilenceBudgetSettings } from './silence-budget'
import { type SilenceSettings, Silences } from './silences'

export type PollerSettings<Area extends string> = ExchangeSettings<Area> &
  ExtraSettings<Area> &
  CulpritSettings<Area> &
  SilenceSettings &
  SilenceBudgetSettings & {
    /** Number of tags. */
    columns: number
    /** What a request takes beside its bytes on the line, as long as none has been answered. */
    assumedMs: number
    /** From [0, 1). */
    chance(): number
    /** Resolves after that time, or at once when the signal aborts. */
    pause(ms: number, signal: AbortSignal | undefined): Promise<void>
  }

/** Waits, ms, before what was busy is asked again. */
const BUSY_WAITS_MS = [50, 100, 200]

const SPARED = 'it is asked for rarely, since each silence costs the connection, and others their values'
const NOT_ASKED = 'it was not asked for, since the device did not answer other requests'

type Failed<Area extends string> = { readonly block: ReadBlock<Area>; readonly reason: string }
/** Blocks without an answer of use: what is to be done with them is known when the others have been asked for. */
type Troubled<Area extends string> = {
  readonly busy: Failed<Area>[]
  readonly failed: Failed<Area>[]
  readonly silent: ReadBlock<Area>[]
}

export class Poller<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #settings: PollerSettings<Area>
  readonly #exchange: Exchange<Area>
  readonly #extras: Extras<Area>
  readonly #culprits: Culprits<Area>
  readonly #probes: Probes<Area>
  readonly #silences: Silences<Area>
  readonly #silenceBudget: SilenceBudget

  constructor(plan: Plan<Area>, settings: PollerSettings<Area>) {
    this.#plan = plan
    this.#settings = settings
    this.#exchange = new Exchange(plan.units, settings)
    this.#silenceBudget = new SilenceBudget(settings)
    this.#extras = new Extras(plan, this.#exchange, this.#silenceBudget, settings)
    this.#culprits = new Culprits(plan, this.#extras, settings)
    this.#probes = new Probes(plan, this.#exchange, this.#extras)
    this.#silences = new Silences(plan, this.#exchange, { extras: this.#extras, culprits: this.#culprits }, settings)
  }

  /** Throws a `link` Fault when the device does not answer at all, and whatever `ask` throws. */
  async poll(ask: Ask<Area>, signal?: AbortSignal): Promise<Reading> {
    const cycle = new Cycle(ask, this.#settings.columns, this.#settings.nowMs(), this.#settings.chance())
    this.#exchange.begin(cycle.startedMs)
    this.#plan.turns.begin()
    const troubled: Troubled<Area> = { busy: [], failed: [], silent: [] }
    for (const block of this.#exchange.byHope(this.#plan.blocks())) {
      if (cycle.seemsDead) cycle.markBad(block.items, NOT_ASKED)
      else if (this.#isSpared(block)) cycle.markBad(block.items, `${this.#exchange.silence(cycle)}; ${SPARED}`)
      else await this.#read(cycle, block, troubled)
    }
    for (const ms of BUSY_WAITS_MS) {
      if (troubled.busy.length > 0 && this.#hasTime(cycle, ms)) await this.#readAgain(cycle, troubled, ms, signal)
    }
    for (const { block, reason } of troubled.failed) this.#culprits.failed(cycle, block, 'failed', reason)
    for (const { block, reason } of troubled.busy) this.#culprits.failed(cycle, block, 'busy', reason)
    await this.#silences.settle(cycle, troubled.silent)
    for (const block of troubled.silent) cycle.markBad(block.items, this.#exchange.silence(cycle))
    await this.#culprits.search(cycle)
    await this.#probes.probe(cycle)
    this.#exchange.end(cycle)
    this.#silenceBudget.note(cycle)
    this.#logRefusals(cycle)
    const degraded = this.#exchange.degraded(cycle) ?? deviationOf(cycle)
    const held = this.#held(cycle)
    const { values, bad } = cycle
    return { values, bad, ...(degraded !== undefined && { degraded }), ...(held && { held }) }
  }

  /** The connection is a new one: what was out of reach or refused may be there now. */
  reconnected(): void {
    this.#exchange.reconnected()
    this.#plan.refusals.makeDue(() => true)
    this.#plan.turns.restart()
  }

  /** The next cycles by what is planned now, by the answers so far, and by what units cost that do not answer. */
  forecast(): Forecast {
    const { assumedMs, lineMs, timeoutMs, intervalMs } = this.#settings
    let requests = 0
    let cycleMs = 0
    for (const block of this.#plan.blocks()) {
      const { breaker, spentMs = assumedMs } = this.#exchange.unit(block.unit)
      if (breaker.state !== 'closed') continue
      requests++
      cycleMs += block.record.silences > 0 ? timeoutMs : Math.max(spentMs + lineMs(block), 0)
    }
    for (const { breaker } of this.#exchange.units.values()) {
      if (breaker.state === 'open') cycleMs += timeoutMs * Math.min(intervalMs / breaker.waitMs, 1)
    }
    return { requests, cycleMs }
  }

  /** It was silent, there are others to read, and one more silence would cost too many of their cycles. */
  #isSpared({ record }: ReadBlock<Area>): boolean {
    return record.isSilent && this.#silenceBudget.isSpent && !this.#plan.isSilent()
  }

  async #read(cycle: Cycle<Area>, block: ReadBlock<Area>, troubled: Troubled<Area>): Promise<void> {
    const { unit } = block
    // a block with something in it that is never answered would keep the unit dead for ever
    if (this.#exchange.isOnTrial(unit) && this.#plan.isSilent(unit) && !(await this.#extras.isAlive(cycle, unit))) {
      return cycle.markBad(block.items, this.#exchange.unit(unit).reason)
    }
    const outcome = await this.#exchange.request(cycle, block)
    switch (outcome.kind) {
      case 'answered':
        cycle.take(block, outcome.view, this.#settings.protocol.addressStep(block.area))
        return this.#plan.answered(block)
      case 'refused':
        return this.#culprits.accuse(cycle, block, outcome)
      case 'busy':
        troubled.busy.push({ block, reason: outcome.reason })
        return
      case 'silent':
        troubled.silent.push(block)
        return
      case 'failed':
        if (!outcome.mayBeAddress) return cycle.markBad(block.items, outcome.reason)
        troubled.failed.push({ block, reason: outcome.reason })
        return
      case 'withheld':
        return cycle.markBad(block.items, outcome.reason)
      default:
        return outcome satisfies never
    }
  }

  /** What was busy comes after everything else, so that waiting for it delays nothing. */
  async #readAgain(cycle: Cycle<Area>, troubled: Troubled<Area>, ms: number, signal?: AbortSignal): Promise<void> {
    await this.#settings.pause(ms, signal)
    for (const { block } of troubled.busy.splice(0)) await this.#read(cycle, block, troubled)
  }

  /** Columns that it was not the turn of; what was missed has its turn in the next cycle. */
  #held({ values, bad }: Cycle<Area>): ReadonlySet<number> | undefined {
    const { turns } = this.#plan
    if (turns.rare.length === 0) return undefined
    const held = new Set<number>()
    for (const item of turns.rare) {
      const columns = item.targets.map(({ column }) => column)
      if (turns.isDue(item))
        turns.note(item, this.#plan.refusals.has(item) || columns.some((at) => values[at] !== null))
      else for (const column of columns) if (values[column] === null && !bad.has(column)) held.add(column)
    }
    return held
  }

  #hasTime({ startedMs }: Cycle<Area>, ms: number): boolean {
    return this.#settings.nowMs() + ms - startedMs < this.#settings.intervalMs
  }

  #logRefusals({ newRefusals: [first, ...others] }: Cycle<Area>): void {
    if (first === undefined) return
    this.#settings.log('warn', others.length === 0 ? first : `${first} (and ${others.length} more like it)`)
  }
}

/** Where nothing but that came, somebody has to change a setting. */
function deviationOf<Area extends string>({ values, deviation }: Cycle<Area>): string | undefined {
  return deviation !== undefined && values.every((value) => value === null) ? deviation : undefined
}
