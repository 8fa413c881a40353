// Requests beyond the plan: how many a cycle can spare, and what is read on the way.

import type { Cycle } from './cycle'
import type { Exchange, Outcome } from './exchange'
import type { Plan } from './plan'
import type { Protocol } from './protocol'
import type { ReadBlock } from './requests'
import type { SilenceBudget } from './silence-budget'

export type ExtraSettings<Area extends string> = {
  protocol: Protocol<Area>
  /** From one cycle to the next. */
  intervalMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
}

/** Requests that a cycle may spend beyond the plan. */
const EXTRA_REQUESTS_MAX = 64
/** So many even if the interval is over, or a search would never end. */
const EXTRA_REQUESTS_MIN = 4

export class Extras<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #exchange: Exchange<Area>
  readonly #silenceBudget: SilenceBudget
  readonly #settings: ExtraSettings<Area>

  constructor(plan: Plan<Area>, exchange: Exchange<Area>, silenceBudget: SilenceBudget, settings: ExtraSettings<Area>) {
    this.#plan = plan
    this.#exchange = exchange
    this.#silenceBudget = silenceBudget
    this.#settings = settings
  }

  /** A request beyond the plan; what it reads belongs to the reading. */
  async spend(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<Outcome<Area>> {
    const outcome = await this.#exchange.request(cycle, block)
    if (outcome.kind !== 'withheld') cycle.extraRequests++
    if (outcome.kind === 'silent') cycle.extraSilences++
    if (outcome.kind === 'answered') {
      cycle.take(block, outcome.view, this.#settings.protocol.addressStep(block.area))
      this.#plan.answered(block)
    }
    return outcome
  }

  /** Whether a unit that was silent to what it was asked is there at all: it is asked for something small. */
  async isAlive(cycle: Cycle<Area>, unit: number): Promise<boolean> {
    if (cycle.heardUnits.has(unit)) return true
    const part = this.#plan.smallPart(unit)
    if (!part) return false
    this.#exchange.giveChance(unit)
    await this.spend(cycle, part)
    return cycle.heardUnits.has(unit)
  }

  /** Whether the cycle can afford a timeout: it can where there is nothing to lose. */
  canBeSilent({ extraSilences, answers }: Cycle<Area>): boolean {
    return extraSilences === 0 && (answers === 0 || !this.#silenceBudget.isSpent)
  }

  /** Whether the cycle has time for another request. */
  canSpare({ extraRequests, startedMs }: Cycle<Area>): boolean {
    if (extraRequests < EXTRA_REQUESTS_MIN) return true
    return extraRequests < EXTRA_REQUESTS_MAX && this.#settings.nowMs() - startedMs < this.#settings.intervalMs
  }
}
