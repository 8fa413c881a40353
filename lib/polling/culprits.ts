// Finding out which items a device refuses, or never answers. What is read on the way belongs to the reading.

import type { LogLevel } from '../contract/control'
import { blockAround } from '../registers/blocks'
import type { Finding } from '../registers/search'
import type { Cycle } from './cycle'
import type { Outcome } from './exchange'
import type { Extras } from './extras'
import type { Item } from './item'
import type { Cause, Plan, Suspects } from './plan'
import type { Protocol } from './protocol'
import type { RefusalKind } from './refusals'
import { newBlock, type ReadBlock } from './requests'

export type CulpritSettings<Area extends string> = {
  protocol: Protocol<Area>
  timeoutMs: number
  log(level: LogLevel, text: string): void
}

type Refused<Area extends string> = Extract<Outcome<Area>, { kind: 'refused' }>
type Unanswered<Area extends string> = Exclude<Outcome<Area>, { kind: 'answered' }>

/** Cycles in which a search got no further before what it meets counts as a refusal. */
const STALLS_MAX = 2
/** Cycles in a row in which a block is refused for another reason than its addresses before it is searched all the same. */
const FAILURES_MAX: Record<'failed' | 'busy', number> = { failed: 2, busy: 3 }

export class Culprits<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #extras: Extras<Area>
  readonly #settings: CulpritSettings<Area>
  /** Searches that begin with the next cycle: a timeout has been spent on each in this one. */
  readonly #fresh = new Set<Suspects<Area>>()

  constructor(plan: Plan<Area>, extras: Extras<Area>, settings: CulpritSettings<Area>) {
    this.#plan = plan
    this.#extras = extras
    this.#settings = settings
  }

  /** A block of the plan was refused. One item alone is its own culprit. */
  accuse(cycle: Cycle<Area>, block: ReadBlock<Area>, refused: Refused<Area>): void {
    const { whole, reason } = refused
    if (block.items.length === 1) {
      this.#refuse(cycle, block.items, reason, kindOf(refused))
      return
    }
    const { search } = this.#search(block, reason, 'refused')
    // where the device says that it is the whole area, a few samples show whether that is so
    if (whole) search.trySamples()
  }

  /** A block of the plan failed for a reason that has nothing to do with addresses, says the device. */
  failed(cycle: Cycle<Area>, block: ReadBlock<Area>, kind: 'failed' | 'busy', reason: string): void {
    cycle.markBad(block.items, reason)
    // a gateway has spoken for the unit, or the unit is busy as a whole
    const { heardUnits, givingUnits } = cycle
    if (!(kind === 'busy' ? givingUnits : heardUnits).has(block.unit)) return
    block.record.failures++
    if (block.record.failures < FAILURES_MAX[kind] || block.items.length === 1) return
    this.#search(block, reason, kind)
  }

  /** A block of the plan is not answered, though its unit answers other requests. */
  accuseOfSilence(cycle: Cycle<Area>, block: ReadBlock<Area>): void {
    const reason = this.#silenceAt(block)
    if (block.items.length === 1) this.#refuse(cycle, block.items, reason, 'silent')
    else this.#fresh.add(this.#search(block, reason, 'silent'))
  }

  /** Goes on with every search until it is over or the cycle can spare no more requests. */
  async search(cycle: Cycle<Area>): Promise<void> {
    const tried = new Set(this.#fresh)
    this.#fresh.clear()
    for (let suspects = this.#nextTo(tried); suspects; suspects = this.#nextTo(tried)) {
      tried.add(suspects)
      await this.#searchOn(cycle, suspects)
      for (const block of this.#plan.cleared()) await this.#readCleared(cycle, block)
    }
    for (const { search, reason } of this.#plan.suspects) cycle.markBad(search.pending, reason)
  }

  #search(block: ReadBlock<Area>, reason: string, cause: Cause): Suspects<Area> {
    return this.#plan.suspect(block, `${reason} (which of the tags it is, is being found out)`, cause)
  }

  #nextTo(tried: ReadonlySet<Suspects<Area>>): Suspects<Area> | undefined {
    return this.#plan.suspects.find((suspects) => !tried.has(suspects))
  }

  async #searchOn(cycle: Cycle<Area>, suspects: Suspects<Area>): Promise<void> {
    const { unit, search, cause } = suspects
    if (this.#plan.hasRange(suspects)) search.trySamples()
    for (let block = search.next(); block && this.#extras.canSpare(cycle); block = search.next()) {
      if (cause === 'silent' && !this.#extras.canBeSilent(cycle)) return
      const outcome = await this.#extras.spend(cycle, newBlock(unit, block))
      if (outcome.kind === 'answered') {
        const hole = search.answered()
        if (hole) this.#plan.avoid(suspects, hole)
      } else if (await this.#isNo(cycle, suspects, outcome)) {
        const finding = search.refused()
        if (finding) this.#conclude(cycle, suspects, finding, outcome)
      } else {
        if (outcome.kind !== 'withheld') suspects.stalls++
        return
      }
      suspects.stalls = 0
      this.#plan.advanced(suspects)
      if (!this.#plan.suspects.includes(suspects)) return
    }
  }

  /** Whether the outcome says something of what was asked for; what may be chance says so when it comes again and again. */
  async #isNo(
    cycle: Cycle<Area>,
    { unit, cause, stalls }: Suspects<Area>,
    outcome: Unanswered<Area>,
  ): Promise<boolean> {
    const isExpected = outcome.kind === cause || stalls >= STALLS_MAX
    switch (outcome.kind) {
      case 'refused':
        return true
      case 'failed':
        return outcome.mayBeAddress && cycle.heardUnits.has(unit)
      case 'silent':
        return isExpected && (await this.#extras.isAlive(cycle, unit))
      case 'busy':
        return isExpected
      case 'withheld':
        return false
    }
  }

  async #readCleared(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    if (!this.#extras.canSpare(cycle)) return cycle.markBad(block.items, 'it is read from the next cycle on')
    const outcome = await this.#extras.spend(cycle, block)
    if (outcome.kind === 'refused') this.accuse(cycle, block, outcome)
    else if (outcome.kind !== 'answered') cycle.markBad(block.items, outcome.reason)
  }

  #conclude(
    cycle: Cycle<Area>,
    suspects: Suspects<Area>,
    finding: Finding<Item<Area>>,
    outcome: Unanswered<Area>,
  ): void {
    const { unit, area } = suspects
    const kind = kindOf(outcome)
    if (finding.kind === 'culprit') {
      this.#refuse(cycle, [finding.item], this.#reasonAt(finding.item, outcome), kind)
    } else if (finding.kind === 'range') {
      const range = { ...blockAround(area, finding.items), unit }
      this.#refuse(cycle, finding.items, this.#reasonAt(range, outcome), kind)
    } else {
      this.#separate(suspects, finding)
    }
  }

  #reasonAt(place: Pick<ReadBlock<Area>, 'unit' | 'area' | 'address' | 'length'>, outcome: Unanswered<Area>): string {
    if (outcome.kind === 'refused') return outcome.reasonAt(place)
    return outcome.kind === 'silent' ? this.#silenceAt(place) : outcome.reason
  }

  #silenceAt(place: Pick<ReadBlock<Area>, 'unit' | 'area' | 'address' | 'length'>): string {
    const { protocol, timeoutMs } = this.#settings
    const where = protocol.describePlace(place)
    return `no answer within ${timeoutMs} ms at ${where}, while the device answers other requests; does it exist there?`
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

  #refuse(cycle: Cycle<Area>, items: readonly Item<Area>[], reason: string, kind: RefusalKind = 'refused'): void {
    cycle.newRefusals.push(reason)
    this.#plan.refuse(items, reason, { ...cycle.at, kind })
  }
}

function kindOf<Area extends string>(outcome: Unanswered<Area>): RefusalKind {
  if (outcome.kind === 'silent') return 'silent'
  return outcome.kind === 'refused' && outcome.deviates ? 'deviating' : 'refused'
}
