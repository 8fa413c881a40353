// Finding out which items a device refuses, and whether it still does: in requests beyond the plan, as many as a cycle can
// spare. What is read on the way belongs to the reading.

import type { LogLevel } from '../contract/control'
import { blockAround } from '../registers/blocks'
import { type Finding, Search } from '../registers/search'
import type { Cycle } from './cycle'
import type { Exchange, Outcome } from './exchange'
import type { Item } from './item'
import type { Plan, Suspects } from './plan'
import type { Protocol } from './protocol'
import type { ReadBlock } from './requests'

export type CulpritSettings<Area extends string> = {
  protocol: Protocol<Area>
  /** From one cycle to the next. */
  intervalMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
  log(level: LogLevel, text: string): void
}

type Refused<Area extends string> = Extract<Outcome<Area>, { kind: 'refused' }>

/** Requests that a cycle may spend beyond the plan. */
const EXTRA_REQUESTS_MAX = 64
/** So many even if the interval is over, or a search would never end. */
const EXTRA_REQUESTS_MIN = 4
/** Blocks of items refused earlier that a cycle tries again in vain. */
const VAIN_PROBES_MAX = 8

export class Culprits<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #exchange: Exchange<Area>
  readonly #settings: CulpritSettings<Area>

  constructor(plan: Plan<Area>, exchange: Exchange<Area>, settings: CulpritSettings<Area>) {
    this.#plan = plan
    this.#exchange = exchange
    this.#settings = settings
  }

  /** A block of the plan was refused. One item alone is its own culprit, and of a whole area nothing else can be expected. */
  accuse(cycle: Cycle<Area>, block: ReadBlock<Area>, { whole, reason }: Refused<Area>): void {
    if (whole || block.items.length === 1) this.#refuse(cycle, block.items, reason)
    else this.#plan.suspect(block, `${reason} Which of them it is, is being found out`)
  }

  /** Goes on with every search until it is over or the cycle can spare no more requests. */
  async search(cycle: Cycle<Area>): Promise<void> {
    const tried = new Set<Suspects<Area>>()
    for (let suspects = this.#nextTo(tried); suspects; suspects = this.#nextTo(tried)) {
      tried.add(suspects)
      await this.#searchOn(cycle, suspects)
      for (const block of this.#plan.cleared()) await this.#readCleared(cycle, block)
    }
    for (const { search, reason } of this.#plan.suspects) cycle.markBad(search.pending, reason)
  }

  /** Refused items may have come into being: a device gets a new program, a module is plugged in. */
  async probe(cycle: Cycle<Area>): Promise<void> {
    let inVain = 0
    for (const block of this.#plan.probes(cycle.startedMs)) {
      if (inVain >= VAIN_PROBES_MAX || !this.#canSpare(cycle)) break
      const outcome = await this.#spend(cycle, block)
      if (outcome.kind === 'withheld') continue
      if (outcome.kind !== 'answered') inVain++
      if (outcome.kind === 'refused' && !outcome.whole && block.items.length > 1) await this.#probeParts(cycle, block)
      this.#plan.refusals.postpone(block.items, at(cycle))
    }
    if (cycle.answers + cycle.silences === 0) await this.#probeLast(cycle)
    for (const [item, { reason }] of this.#plan.refusals.reasons()) cycle.markBad([item], reason)
  }

  /** A device that is never asked is never missed. */
  async #probeLast(cycle: Cycle<Area>): Promise<void> {
    const block = this.#plan.lastProbe((unit) => this.#exchange.mayAsk(unit))
    if (!block) return
    const outcome = await this.#spend(cycle, block)
    if (outcome.kind === 'silent') this.#plan.refusals.postpone(block.items, at(cycle))
  }

  #nextTo(tried: ReadonlySet<Suspects<Area>>): Suspects<Area> | undefined {
    return this.#plan.suspects.find((suspects) => !tried.has(suspects))
  }

  async #searchOn(cycle: Cycle<Area>, suspects: Suspects<Area>): Promise<void> {
    const { unit, search } = suspects
    if (this.#plan.hasRange(suspects)) search.trySamples()
    for (let block = search.next(); block && this.#canSpare(cycle); block = search.next()) {
      const outcome = await this.#spend(cycle, { ...block, unit, silences: 0 })
      if (outcome.kind === 'answered') {
        const hole = search.answered()
        if (hole) this.#plan.avoid(suspects, hole)
      } else if (outcome.kind === 'refused') {
        const finding = search.refused()
        if (finding) this.#conclude(cycle, suspects, finding, outcome)
      } else {
        return
      }
      this.#plan.advanced(suspects)
      if (!this.#plan.suspects.includes(suspects)) return
    }
  }

  /** Which of several refused items may be read again: the others are not accused anew. */
  async #probeParts(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    const search = new Search(block, this.#plan.refusals.timesOf(block.items))
    search.trySamples()
    for (let part = search.next(); part && this.#canSpare(cycle); part = search.next()) {
      const outcome = await this.#spend(cycle, { ...part, unit: block.unit, silences: 0 })
      if (outcome.kind === 'answered') search.answered()
      else if (outcome.kind === 'refused') search.refused()
      else return
    }
  }

  async #readCleared(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    if (!this.#canSpare(cycle)) return cycle.markBad(block.items, 'it is read from the next cycle on')
    const outcome = await this.#spend(cycle, block)
    if (outcome.kind === 'refused') this.accuse(cycle, block, outcome)
    else if (outcome.kind !== 'answered') cycle.markBad(block.items, outcome.reason)
  }

  #conclude(
    cycle: Cycle<Area>,
    suspects: Suspects<Area>,
    finding: Finding<Item<Area>>,
    { reason, reasonAt }: Refused<Area>,
  ): void {
    const { unit, area } = suspects
    if (finding.kind === 'culprit') {
      this.#refuse(cycle, [finding.item], reason)
    } else if (finding.kind === 'range') {
      const range = { ...blockAround(area, finding.items), unit }
      this.#refuse(cycle, finding.items, reasonAt(range))
    } else {
      this.#separate(suspects, finding)
    }
  }

  #separate(suspects: Suspects<Area>, { address, length }: { address: number; length: number }): void {
    const { unit, area } = suspects
    const maxLength = this.#plan.shorten(suspects, length)
    if (maxLength === undefined) {
      this.#plan.avoid(suspects, { address, length: 0 })
    } else {
      const { protocol, log } = this.#settings
      const what = protocol.describeAmount(area, maxLength)
      const who = protocol.describeUnit(unit)
      log('warn', `${who} refuses long requests: from now on at most ${what} are asked for at once`)
    }
  }

  #refuse(cycle: Cycle<Area>, items: readonly Item<Area>[], reason: string): void {
    cycle.newRefusals.push(reason)
    this.#plan.refuse(items, reason, at(cycle))
  }

  async #spend(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<Outcome<Area>> {
    const outcome = await this.#exchange.request(cycle, block)
    if (outcome.kind !== 'withheld') cycle.extraRequests++
    if (outcome.kind === 'answered') {
      cycle.take(block, outcome.view, this.#settings.protocol.addressStep(block.area))
      this.#plan.answered(block)
    }
    return outcome
  }

  #canSpare({ extraRequests, startedMs }: Cycle<Area>): boolean {
    if (extraRequests < EXTRA_REQUESTS_MIN) return true
    return extraRequests < EXTRA_REQUESTS_MAX && this.#settings.nowMs() - startedMs < this.#settings.intervalMs
  }
}

function at({ startedMs, chance }: Pick<Cycle, 'startedMs' | 'chance'>): { nowMs: number; chance: number } {
  return { nowMs: startedMs, chance }
}
