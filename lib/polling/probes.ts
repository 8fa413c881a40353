// Whether a device still refuses, or leaves unanswered, what has been put aside: asked for again when it is due.

import { Search } from '../registers/search'
import type { Cycle } from './cycle'
import type { Exchange } from './exchange'
import type { Extras } from './extras'
import type { Plan } from './plan'
import { newBlock, type ReadBlock } from './requests'

/** Blocks of items that have never been good which a cycle tries again in vain. */
const VAIN_PROBES_MAX = 8

export class Probes<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #exchange: Exchange<Area>
  readonly #extras: Extras<Area>

  constructor(plan: Plan<Area>, exchange: Exchange<Area>, extras: Extras<Area>) {
    this.#plan = plan
    this.#exchange = exchange
    this.#extras = extras
  }

  /** Refused items may have come into being: a device gets a new program, a module is plugged in, the sun rises. */
  async probe(cycle: Cycle<Area>): Promise<void> {
    let inVain = 0
    for (const block of this.#plan.probes(cycle.startedMs)) {
      if (!this.#extras.canSpare(cycle)) break
      const wasGood = this.#plan.wasGood(block.items)
      if (inVain >= VAIN_PROBES_MAX && !wasGood) continue
      // what is not answered costs a timeout, of which there is one in a cycle
      if (!this.#extras.canBeSilent(cycle) && this.#plan.isRefusedBySilence(block.items)) continue
      const outcome = await this.#extras.spend(cycle, block)
      if (outcome.kind === 'withheld') continue
      if (outcome.kind !== 'answered' && !wasGood) inVain++
      if (outcome.kind === 'refused' && block.items.length > 1) await this.#probeParts(cycle, block)
      this.#plan.refusals.postpone(block.items, outcome.kind === 'silent' ? { ...cycle.at, kind: 'silent' } : cycle.at)
    }
    if (cycle.answers + cycle.silences === 0) await this.#probeLast(cycle)
    for (const [item, { reason }] of this.#plan.refusals.reasons()) cycle.markBad([item], reason)
  }

  /** A device that is never asked is never missed. */
  async #probeLast(cycle: Cycle<Area>): Promise<void> {
    const block = this.#plan.lastProbe((unit) => this.#exchange.mayAsk(unit))
    if (!block) return
    const outcome = await this.#extras.spend(cycle, block)
    if (outcome.kind === 'silent') this.#plan.refusals.postpone(block.items, cycle.at)
  }

  /** Which of several refused items may be read again: the others are not accused anew. */
  async #probeParts(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    const search = new Search(block, this.#plan.refusals.timesOf(block.items))
    search.trySamples()
    for (let part = search.next(); part && this.#extras.canSpare(cycle); part = search.next()) {
      const outcome = await this.#extras.spend(cycle, newBlock(block.unit, part))
      if (outcome.kind === 'answered') search.answered()
      else if (outcome.kind === 'refused') search.refused()
      else return
    }
  }
}
