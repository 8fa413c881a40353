// Finding out which items a device refuses, or never answers, and whether it still does: in requests beyond the plan, as
// many as a cycle can spare. What is read on the way belongs to the reading.

import type { LogLevel } from '../contract/control'
import { blockAround } from '../registers/blocks'
import { type Finding, Search } from '../registers/search'
import type { Cycle } from './cycle'
import type { Exchange, Outcome } from './exchange'
import type { Item } from './item'
import type { Cause, Plan, Suspects } from './plan'
import type { Protocol } from './protocol'
import type { RefusalKind } from './refusals'
import { newBlock, type ReadBlock } from './requests'
import type { SilenceBudget } from './silence-budget'

export type CulpritSettings<Area extends string> = {
  protocol: Protocol<Area>
  /** From one cycle to the next. */
  intervalMs: number
  timeoutMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
  log(level: LogLevel, text: string): void
}

type Refused<Area extends string> = Extract<Outcome<Area>, { kind: 'refused' }>
type Unanswered<Area extends string> = Exclude<Outcome<Area>, { kind: 'answered' }>

/** Requests that a cycle may spend beyond the plan. */
const EXTRA_REQUESTS_MAX = 64
/** So many even if the interval is over, or a search would never end. */
const EXTRA_REQUESTS_MIN = 4
/** Blocks of items that have never been good which a cycle tries again in vain. */
const VAIN_PROBES_MAX = 8
/** Cycles in which a search got no further before what it meets counts as a refusal. */
const STALLS_MAX = 2
/** Cycles in a row in which a block is refused for another reason than its addresses before it is searched all the same. */
const FAILURES_MAX: Record<'failed' | 'busy', number> = { failed: 2, busy: 3 }

export class Culprits<Area extends string = string> {
  readonly #plan: Plan<Area>
  readonly #exchange: Exchange<Area>
  readonly #silenceBudget: SilenceBudget
  readonly #settings: CulpritSettings<Area>
  /** Searches that begin with the next cycle: a timeout has been spent on each in this one. */
  readonly #fresh = new Set<Suspects<Area>>()

  constructor(
    plan: Plan<Area>,
    exchange: Exchange<Area>,
    silenceBudget: SilenceBudget,
    settings: CulpritSettings<Area>,
  ) {
    this.#silenceBudget = silenceBudget
    this.#plan = plan
    this.#exchange = exchange
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

  /** Refused items may have come into being: a device gets a new program, a module is plugged in, the sun rises. */
  async probe(cycle: Cycle<Area>): Promise<void> {
    let inVain = 0
    for (const block of this.#plan.probes(cycle.startedMs)) {
      if (!this.#canSpare(cycle)) break
      const wasGood = this.#plan.wasGood(block.items)
      if (inVain >= VAIN_PROBES_MAX && !wasGood) continue
      // what is not answered costs a timeout, of which there is one in a cycle
      if (!this.#canBeSilent(cycle) && this.#plan.isRefusedBySilence(block.items)) continue
      const outcome = await this.spend(cycle, block)
      if (outcome.kind === 'withheld') continue
      if (outcome.kind !== 'answered' && !wasGood) inVain++
      if (outcome.kind === 'refused' && block.items.length > 1) await this.#probeParts(cycle, block)
      this.#plan.refusals.postpone(block.items, outcome.kind === 'silent' ? { ...cycle.at, kind: 'silent' } : cycle.at)
    }
    if (cycle.answers + cycle.silences === 0) await this.#probeLast(cycle)
    for (const [item, { reason }] of this.#plan.refusals.reasons()) cycle.markBad([item], reason)
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

  /** A request beyond the plan. */
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

  /** A device that is never asked is never missed. */
  async #probeLast(cycle: Cycle<Area>): Promise<void> {
    const block = this.#plan.lastProbe((unit) => this.#exchange.mayAsk(unit))
    if (!block) return
    const outcome = await this.spend(cycle, block)
    if (outcome.kind === 'silent') this.#plan.refusals.postpone(block.items, cycle.at)
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
    for (let block = search.next(); block && this.#canSpare(cycle); block = search.next()) {
      if (cause === 'silent' && !this.#canBeSilent(cycle)) return
      const outcome = await this.spend(cycle, newBlock(unit, block))
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
        return isExpected && (await this.isAlive(cycle, unit))
      case 'busy':
        return isExpected
      case 'withheld':
        return false
    }
  }

  /** Which of several refused items may be read again: the others are not accused anew. */
  async #probeParts(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    const search = new Search(block, this.#plan.refusals.timesOf(block.items))
    search.trySamples()
    for (let part = search.next(); part && this.#canSpare(cycle); part = search.next()) {
      const outcome = await this.spend(cycle, newBlock(block.unit, part))
      if (outcome.kind === 'answered') search.answered()
      else if (outcome.kind === 'refused') search.refused()
      else return
    }
  }

  async #readCleared(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<void> {
    if (!this.#canSpare(cycle)) return cycle.markBad(block.items, 'it is read from the next cycle on')
    const outcome = await this.spend(cycle, block)
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

  /** Whether the cycle can afford a timeout: it can where there is nothing to lose. */
  #canBeSilent({ extraSilences, answers }: Cycle<Area>): boolean {
    return extraSilences === 0 && (answers === 0 || !this.#silenceBudget.isSpent)
  }

  #canSpare({ extraRequests, startedMs }: Cycle<Area>): boolean {
    if (extraRequests < EXTRA_REQUESTS_MIN) return true
    return extraRequests < EXTRA_REQUESTS_MAX && this.#settings.nowMs() - startedMs < this.#settings.intervalMs
  }
}

function kindOf<Area extends string>(outcome: Unanswered<Area>): RefusalKind {
  if (outcome.kind === 'silent') return 'silent'
  return outcome.kind === 'refused' && outcome.deviates ? 'deviating' : 'refused'
}
