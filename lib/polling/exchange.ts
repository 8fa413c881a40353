// One request and what became of it, with what that says of the unit and of the device: a unit that requests do not get
// through to is left alone, a device whose units are all silent is lost.

import { Fault } from '../contract/fault'
import { LOST_MAX } from './breaker'
import type { Cycle } from './cycle'
import type { Answer, Protocol, ReadRequest } from './protocol'
import type { ReadBlock } from './requests'
import { Unit } from './unit'

export type ExchangeSettings<Area extends string> = {
  protocol: Protocol<Area>
  /** How long an answer is waited for. */
  timeoutMs: number
  /** What the bytes of a request and of its answer take on the line; 0 where they do not count. */
  lineMs(request: ReadRequest<Area>): number
  /** ms on a monotonic clock. */
  nowMs(): number
}

export type Outcome<Area extends string = string> =
  | { readonly kind: 'answered'; readonly view: DataView }
  /** For the addresses asked for, or, with `whole`, for the whole area. `deviates`: by an answer that holds no value. */
  | {
      readonly kind: 'refused'
      readonly deviates: boolean
      readonly whole: boolean
      readonly reason: string
      reasonAt(place: ReadRequest<Area>): string
    }
  /** For another reason, says the device; `mayBeAddress`: it may be wrong in that. */
  | { readonly kind: 'failed'; readonly reason: string; readonly mayBeAddress: boolean }
  /** `withheld`: its unit is not to be asked now, or there is no connection. */
  | { readonly kind: 'busy' | 'silent' | 'withheld'; readonly reason: string }

/** A device that leaves so many requests unanswered at the start of a cycle, to two units if there are two, is taken for dead. */
const SILENCES_MAX = 2
/** The same in the middle of a cycle: so many units in a row, of requests that were answered the last time. */
const FRESHLY_SILENT_UNITS_MAX = 3

export class Exchange<Area extends string = string> {
  readonly #settings: ExchangeSettings<Area>
  readonly #units: ReadonlyMap<number, Unit>

  constructor(units: Iterable<number>, settings: ExchangeSettings<Area>) {
    this.#units = new Map([...units].map((id) => [id, new Unit(id, settings.protocol.describeUnit(id))]))
    this.#settings = settings
  }

  get units(): ReadonlyMap<number, Unit> {
    return this.#units
  }

  unit(id: number): Unit {
    const unit = this.#units.get(id)
    if (!unit) throw new Fault('bug', 'unit-unknown', `unit ${id} has no items`)
    return unit
  }

  mayAsk(unit: number): boolean {
    return this.unit(unit).mayAsk
  }

  /** It is taken for dead, and its next request is to show whether it still is. */
  isOnTrial(unit: number): boolean {
    return this.unit(unit).breaker.state === 'half-open'
  }

  giveChance(unit: number): void {
    this.unit(unit).makeDue()
  }

  /** A cycle begins. When no unit is worth asking, the one whose turn comes first is asked all the same. */
  begin(nowMs: number): void {
    let first: Unit | undefined
    let some = false
    for (const unit of this.#units.values()) {
      unit.begin(nowMs)
      some ||= unit.mayAsk
      if (!first || unit.untilMs < first.untilMs) first = unit
    }
    if (!some) first?.makeDue()
  }

  /** Sorts blocks: those of units out of reach come last, and those that left their last request unanswered. */
  byHope(blocks: ReadBlock<Area>[]): readonly ReadBlock<Area>[] {
    let hopeless = blocks.some(({ record }) => record.silences > 0)
    for (const { losses } of this.#units.values()) hopeless ||= losses > 0
    if (!hopeless) return blocks
    return blocks.sort(
      (a, b) => this.unit(a.unit).losses - this.unit(b.unit).losses || a.record.silences - b.record.silences,
    )
  }

  /** Throws whatever `ask` throws. Sees to it that the cycle knows when the device seems to be dead. */
  async request(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<Outcome<Area>> {
    const unit = this.unit(block.unit)
    // one try of a dead unit that costs a timeout is enough for a cycle in which others are read
    const onTrial = unit.breaker.state === 'half-open'
    if (!unit.mayAsk || (onTrial && cycle.timeSpentOnTrial && cycle.answers > 0)) {
      return { kind: 'withheld', reason: unit.reason }
    }
    const startedMs = this.#settings.nowMs()
    const answer = await ask(cycle, block)
    if (answer.kind === 'withheld') return answer
    if (answer.kind === 'silence') {
      if (onTrial) cycle.timeSpentOnTrial = true
      return this.#silent(cycle, block, unit, onTrial, answer.instead)
    }
    cycle.heard()
    block.record.silences = 0
    block.record.isSilent = false
    if (answer.kind === 'deviation') {
      cycle.heardUnits.add(unit.id)
      unit.answered(this.#settings.nowMs() - startedMs - this.#settings.lineMs(block))
      cycle.deviation = answer.text
      return { kind: 'refused', deviates: true, whole: false, reason: answer.text, reasonAt: () => answer.text }
    }
    const concern = answer.kind === 'data' ? undefined : this.#settings.protocol.concernOf(answer.code)
    if (concern === 'unit') this.#lost(cycle, unit)
    else {
      cycle.heardUnits.add(unit.id)
      unit.answered(this.#settings.nowMs() - startedMs - this.#settings.lineMs(block))
    }
    if (answer.kind === 'data') {
      cycle.givingUnits.add(unit.id)
      return { kind: 'answered', view: answer.view }
    }
    const { code } = answer
    const reasonAt = (place: ReadRequest<Area>): string => this.#settings.protocol.describeException(code, place)
    const reason = reasonAt(block)
    if (concern === 'address' || concern === 'area')
      return { kind: 'refused', deviates: false, whole: concern === 'area', reason, reasonAt }
    if (concern === 'busy') return { kind: 'busy', reason }
    return { kind: 'failed', reason, mayBeAddress: concern === 'request' || concern === 'unit' }
  }

  /**
   * To be asked at the end of a cycle: throws a `link` Fault if nothing was answered in it. One answer lost by the only
   * unit that lives beside dead ones is not the end.
   */
  end(cycle: Cycle<Area>): void {
    if (cycle.answers > 0) return
    let dead = 0
    let doubtful = 0
    for (const { breaker } of this.#units.values()) {
      if (breaker.state !== 'closed') dead++
      else if (breaker.lost < LOST_MAX) doubtful++
    }
    if (dead === 0 || doubtful === 0) throw this.noAnswer(cycle)
  }

  /** Why a request that was not answered has no value. */
  silence({ instead }: Cycle<Area>): string {
    const reason = `no answer within ${this.#settings.timeoutMs} ms`
    return instead === undefined ? reason : `${reason}, but ${instead}`
  }

  /** The device is taken for dead. */
  noAnswer({ silences, instead }: Cycle<Area>): Fault {
    return this.#settings.protocol.noAnswer(silences, instead)
  }

  /** Units that answered nothing, or not all, of what they were asked for; undefined when there are none. */
  degraded({ lost }: Cycle<Area>): string | undefined {
    const units: string[] = []
    for (const { id, name, breaker } of this.#units.values()) {
      const count = lost.get(id)
      if (breaker.state !== 'closed') units.push(name)
      else if (count !== undefined) units.push(`${name} (${count === 1 ? '1 request' : `${count} requests`})`)
    }
    return units.length === 0 ? undefined : `no answer from ${units.join(', ')}`
  }

  /** The connection is a new one: a unit that was out of reach may be there now. */
  reconnected(): void {
    for (const unit of this.#units.values()) unit.makeDue()
  }

  #silent(
    cycle: Cycle<Area>,
    { record }: ReadBlock<Area>,
    unit: Unit,
    onTrial: boolean,
    instead?: string,
  ): Outcome<Area> {
    cycle.silences++
    cycle.instead = instead ?? cycle.instead
    if (record.silences === 0) cycle.freshlySilentUnits.add(unit.id)
    record.silences++
    record.isSilent = true
    this.#lost(cycle, unit)
    // that a dead unit is still dead says nothing of the others
    if (!onTrial || this.#allOut()) {
      cycle.tellingSilences++
      cycle.silentUnits.add(unit.id)
    }
    const deadFromStart =
      cycle.answers === 0 &&
      cycle.tellingSilences >= SILENCES_MAX &&
      cycle.silentUnits.size >= Math.min(SILENCES_MAX, this.#unitsWorthAsking(cycle))
    if (deadFromStart || cycle.freshlySilentUnits.size >= FRESHLY_SILENT_UNITS_MAX) cycle.seemsDead = true
    return { kind: 'silent', reason: this.silence(cycle) }
  }

  #lost(cycle: Cycle<Area>, unit: Unit): void {
    cycle.lose(unit.id)
    unit.lost(this.#settings.nowMs(), cycle.chance)
  }

  #allOut(): boolean {
    for (const { breaker } of this.#units.values()) if (breaker.state === 'closed') return false
    return true
  }

  /** Those that have been asked in this cycle, or may be. */
  #unitsWorthAsking({ silentUnits }: Cycle<Area>): number {
    let count = 0
    for (const unit of this.#units.values()) if (unit.mayAsk || silentUnits.has(unit.id)) count++
    return count
  }
}

/** A request that ended the connection comes last from then on, so that the others are read. */
async function ask<Area extends string>(cycle: Cycle<Area>, block: ReadBlock<Area>): Promise<Answer> {
  try {
    return await cycle.ask(block)
  } catch (thrown) {
    block.record.silences++
    throw thrown
  }
}
