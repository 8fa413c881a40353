// What is not answered: asked again where it may have been lost on its way, searched where the unit answers other requests,
// and tried with a small request before a unit or the whole device is taken for dead.

import type { Culprits } from './culprits'
import type { Cycle } from './cycle'
import type { Exchange } from './exchange'
import type { Extras } from './extras'
import type { Plan } from './plan'
import type { ReadBlock } from './requests'

export type SilenceSettings = {
  /** How often a request that was not answered is sent again in its cycle. */
  retries: number
  /** From one cycle to the next. */
  intervalMs: number
  timeoutMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
}

/**
 * A block that was silent as often in a row, of a unit that answers other requests, holds something that is never answered. One that
 * was answered before has had bad luck for longer.
 */
const SILENCES_MAX = 2
const PROVEN_SILENCES_MAX = 4

export class Silences<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #exchange: Exchange<Area>
  readonly #extras: Extras<Area>
  readonly #culprits: Culprits<Area>
  readonly #settings: SilenceSettings

  constructor(
    plan: Plan<Area>,
    exchange: Exchange<Area>,
    { extras, culprits }: { extras: Extras<Area>; culprits: Culprits<Area> },
    settings: SilenceSettings,
  ) {
    this.#plan = plan
    this.#exchange = exchange
    this.#extras = extras
    this.#culprits = culprits
    this.#settings = settings
  }

  /** After the blocks of the plan: `silent` are those without an answer. Throws a `link` Fault when the device is dead. */
  async settle(cycle: Cycle<Area>, silent: readonly ReadBlock<Area>[]): Promise<void> {
    if (silent.length === 0) return
    if (cycle.answers === 0 || cycle.seemsDead) await this.#lastChance(cycle, silent)
    let vain = false
    for (const block of silent) {
      if (!cycle.heardUnits.has(block.unit) && !mayBeLost(block)) continue
      if (block.record.silences > 0 && !vain) vain = !(await this.#askAgain(cycle, block))
      const silencesMax = block.proven ? PROVEN_SILENCES_MAX : SILENCES_MAX
      if (block.record.silences >= silencesMax && cycle.heardUnits.has(block.unit))
        this.#culprits.accuseOfSilence(cycle, block)
    }
  }

  /** What was answered in the cycle before is asked for once more; what never was may hold something that is not answered. */
  async #lastChance(cycle: Cycle<Area>, silent: readonly ReadBlock<Area>[]): Promise<void> {
    const block = this.#plan.isSilent() ? silent[0] : undefined
    if (!block) {
      if (cycle.seemsDead) throw this.#exchange.noAnswer(cycle)
      return
    }
    const isAlive = mayBeLost(block)
      ? await this.#askAgain(cycle, block)
      : await this.#extras.isAlive(cycle, block.unit)
    if (!isAlive && cycle.seemsDead) throw this.#exchange.noAnswer(cycle)
  }

  /** False if it was not answered again. */
  async #askAgain(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<boolean> {
    for (let retry = 0; retry < this.#settings.retries; retry++) {
      // the first one may be late, the others have to fit
      if (retry > 0 && !this.#hasTime(cycle)) return false
      this.#exchange.giveChance(block.unit)
      const { kind } = await this.#extras.spend(cycle, block)
      if (kind === 'withheld') return false
      if (kind !== 'silent') return true
    }
    return false
  }

  #hasTime({ startedMs }: Cycle<Area>): boolean {
    const { nowMs, timeoutMs, intervalMs } = this.#settings
    return nowMs() + timeoutMs - startedMs <= intervalMs
  }
}

/** A block that was answered until now: one answer may have been lost on its way. */
function mayBeLost({ proven, record }: ReadBlock): boolean {
  return proven && record.silences === 1
}
