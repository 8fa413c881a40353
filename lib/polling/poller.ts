// One read cycle: asks block by block, asks again what was busy, then searches what was refused, as far as the interval
// allows. Knows nothing of sockets.

import type { Reading } from '../collector/reader'
import type { Forecast } from '../contract/control'
import { type CulpritSettings, Culprits } from './culprits'
import { Cycle } from './cycle'
import { Exchange, type ExchangeSettings } from './exchange'
import type { Plan } from './plan'
import type { Ask } from './protocol'
import type { ReadBlock } from './requests'

export type PollerSettings<Area extends string> = ExchangeSettings<Area> &
  CulpritSettings<Area> & {
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

type Busy<Area extends string> = { readonly block: ReadBlock<Area>; readonly reason: string }

export class Poller<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #settings: PollerSettings<Area>
  readonly #exchange: Exchange<Area>
  readonly #culprits: Culprits<Area>

  constructor(plan: Plan<Area>, settings: PollerSettings<Area>) {
    this.#plan = plan
    this.#settings = settings
    this.#exchange = new Exchange(plan.units, settings)
    this.#culprits = new Culprits(plan, this.#exchange, settings)
  }

  /** Throws a `link` Fault when the device does not answer at all, and whatever `ask` throws. */
  async poll(ask: Ask<Area>, signal?: AbortSignal): Promise<Reading> {
    const cycle = new Cycle(ask, this.#settings.columns, this.#settings.nowMs(), this.#settings.chance())
    this.#exchange.begin(cycle.startedMs)
    let busy: Busy<Area>[] = []
    for (const block of this.#exchange.byHope(this.#plan.blocks())) await this.#read(cycle, block, busy)
    for (const ms of BUSY_WAITS_MS) {
      if (busy.length > 0 && this.#hasTime(cycle, ms)) busy = await this.#readAgain(cycle, busy, ms, signal)
    }
    for (const { block, reason } of busy) cycle.markBad(block.items, reason)
    await this.#culprits.search(cycle)
    await this.#culprits.probe(cycle)
    this.#exchange.end(cycle)
    this.#logRefusals(cycle)
    const degraded = this.#exchange.degraded(cycle)
    const { values, bad } = cycle
    return degraded === undefined ? { values, bad } : { values, bad, degraded }
  }

  /** The connection is a new one: what was out of reach or refused may be there now. */
  reconnected(): void {
    this.#exchange.reconnected()
    this.#plan.refusals.makeDue(() => true)
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
      cycleMs += block.silences > 0 ? timeoutMs : Math.max(spentMs + lineMs(block), 0)
    }
    for (const { breaker } of this.#exchange.units.values()) {
      if (breaker.state === 'open') cycleMs += timeoutMs * Math.min(intervalMs / breaker.waitMs, 1)
    }
    return { requests, cycleMs }
  }

  async #read(cycle: Cycle<Area>, block: ReadBlock<Area>, busy: Busy<Area>[]): Promise<void> {
    const outcome = await this.#exchange.request(cycle, block)
    switch (outcome.kind) {
      case 'answered':
        cycle.take(block, outcome.view, this.#settings.protocol.addressStep(block.area))
        return this.#plan.answered(block)
      case 'refused':
        return this.#culprits.accuse(cycle, block, outcome)
      case 'busy':
        busy.push({ block, reason: outcome.reason })
        return
      default:
        return cycle.markBad(block.items, outcome.reason)
    }
  }

  /** What was busy comes after everything else, so that waiting for it delays nothing. Returns what still is. */
  async #readAgain(
    cycle: Cycle<Area>,
    busy: readonly Busy<Area>[],
    ms: number,
    signal?: AbortSignal,
  ): Promise<Busy<Area>[]> {
    await this.#settings.pause(ms, signal)
    const still: Busy<Area>[] = []
    for (const { block } of busy) await this.#read(cycle, block, still)
    return still
  }

  #hasTime({ startedMs }: Cycle<Area>, ms: number): boolean {
    return this.#settings.nowMs() + ms - startedMs < this.#settings.intervalMs
  }

  #logRefusals({ newRefusals: [first, ...others] }: Cycle<Area>): void {
    if (first === undefined) return
    this.#settings.log('warn', others.length === 0 ? first : `${first} (and ${others.length} more like it)`)
  }
}
