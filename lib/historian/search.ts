// Writes readings and finds those that the database refuses: by its words where they accuse a field or tell a time, else by halves. Halving what
// was refused leads to the one reading, halving its fields to the one value at fault, and all others are written. It asks no more
// than its budget allows: what is not found by then is set aside.

import { withoutDates } from '../contract/refused-cause'
import { bytesOf, halves } from './batch'
import type { Part } from './claim'
import { inTurn, isNotTaken, type NotTaken, type Outcome, WRITTEN } from './outcome'
import type { Reading } from './reading'
import { accusedIn, isTypeConflict } from './refusal-words'
import type { SearchParts } from './search-parts'
import type { ReadingFault } from './sink'
import { suspectKey } from './suspects'
import { TimeSearch } from './time-search'

type Ask = { isSearch: boolean; spare?: boolean }

const SEARCHING: Ask = { isSearch: true }

export class Search {
  readonly #parts: SearchParts
  readonly #first: Ask
  readonly #times: TimeSearch
  #lastRefusal = 'the database has refused something of it'

  /** Readings in the smallest part that was refused and could not be asked about any more: a search goes on with such. */
  brokenOffAt = Number.POSITIVE_INFINITY

  /** `resumed`: every request belongs to a search. */
  constructor(parts: SearchParts, resumed: boolean) {
    this.#parts = parts
    this.#first = { isSearch: resumed }
    this.#times = new TimeSearch(parts, {
      ask: (batch) => this.#ask(batch, SEARCHING),
      takeApart: (batch, answer) => this.#takeApart(batch, answer, SEARCHING),
      write: (batch) => this.#writeSome(batch),
    })
  }

  /** Batch after batch, in order, of so many readings at most. */
  async writeAll(parts: readonly Part[], readingsMax = Number.POSITIVE_INFINITY): Promise<Outcome> {
    let outcome = WRITTEN
    for (let at = 0; at < parts.length; ) {
      const batch = this.#parts.limit.next(parts, at).slice(0, readingsMax)
      outcome = await inTurn([async () => outcome, () => this.#write(batch, this.#first)])
      if (outcome.kind !== 'written' && outcome.kind !== 'set-aside') return outcome
      at += batch.length
    }
    return outcome
  }

  /** Fields that were refused before, each in a part of its own. */
  writeSuspects(parts: readonly Part[]): Promise<Outcome> {
    const { suspects } = this.#parts
    const isConflict = ({ reading }: Part): boolean => {
      const [field] = reading.fields
      return field !== undefined && suspects.refusedType(reading, field) !== undefined
    }
    const others = parts.filter((part) => !isConflict(part))
    return inTurn([() => this.#writeSome(others), () => this.#tryTypes(parts.filter(isConflict))])
  }

  async #writeHalf(half: Part[]): Promise<Outcome> {
    const outcome = await this.#writeSome(half)
    if (outcome.kind === 'set-aside') this.brokenOffAt = Math.min(this.brokenOffAt, half.length)
    return outcome
  }

  #writeSome(parts: Part[]): Promise<Outcome> {
    return parts.length === 0 ? Promise.resolve(WRITTEN) : this.#write(parts, SEARCHING)
  }

  async #write(batch: Part[], how: Ask): Promise<Outcome> {
    const answer = await this.#ask(batch, how)
    return isNotTaken(answer) ? this.#takeApart(batch, answer, how) : answer
  }

  async #takeApart(parts: Part[], answer: NotTaken, how: Ask): Promise<Outcome> {
    const [only] = parts
    if (!only) return WRITTEN
    switch (answer.kind) {
      case 'too-large':
        return parts.length === 1 ? this.#dissect(only, answer) : this.writeAll(parts)
      case 'too-old':
        return this.#times.withoutOld(parts, answer)
      case 'refused':
        if (answer.faults) return this.#withoutFaults(parts, answer.faults, how)
        return (await this.#withoutAccused(parts, answer.reason)) ?? this.#halve(parts, answer)
      default:
        return answer satisfies never
    }
  }

  #halve(parts: Part[], answer: NotTaken): Promise<Outcome> {
    const [first, second] = halves(parts) ?? []
    if (first && second) return inTurn([() => this.#writeHalf(first), () => this.#writeHalf(second)])
    return parts[0] ? this.#dissect(parts[0], answer) : Promise.resolve(WRITTEN)
  }

  /** A reading was not taken in whole: which of its fields is at fault? */
  async #dissect(part: Part, answer: NotTaken): Promise<Outcome> {
    const { claim, suspects, clock } = this.#parts
    const { reason } = answer
    const split = claim.halve(part)
    if (!split) {
      suspects.add(part.reading, reason, clock.nowMs())
      claim.dead(part, { reason })
      return WRITTEN
    }
    const faults: { half: Part; answer: NotTaken }[] = []
    for (const half of split) {
      const answer = await this.#ask([half], SEARCHING)
      if (isNotTaken(answer)) faults.push({ half, answer })
      else if (answer.kind !== 'written') return answer
    }
    if (isFaultOfAll(faults.map(({ answer }) => answer))) {
      for (const half of split) claim.dead(half, { reason, scope: 'reading' })
      return WRITTEN
    }
    return inTurn(
      faults.map(
        ({ half, answer }) =>
          () =>
            this.#takeApart([half], answer, SEARCHING),
      ),
    )
  }

  /** It is known what is at fault, and nobody was asked: the rest goes again. */
  #withoutFaults(parts: readonly Part[], faults: readonly ReadingFault[], how: Ask): Promise<Outcome> {
    const { claim } = this.#parts
    const byIndex = new Map(faults.map((fault) => [fault.index, fault]))
    const rest: Part[] = []
    parts.forEach((part, index) => {
      const fault = byIndex.get(index)
      const isAtFault = ({ column: { name } }: { column: { name: string } }): boolean =>
        fault?.column === undefined || isFieldOf(name, fault.column)
      const [others, bad] = fault ? claim.sever(part, isAtFault) : [part]
      if (others) rest.push(others)
      if (fault && bad)
        claim.dead(bad, { reason: fault.reason, ...(fault.column === undefined && { scope: 'reading' }) })
    })
    return rest.length === 0 ? Promise.resolve(WRITTEN) : this.#write(rest, how)
  }

  /** The field that the words accuse, and all others; undefined where they accuse none, or that alone was refused. */
  async #withoutAccused(parts: readonly Part[], reason: string): Promise<Outcome | undefined> {
    const accused = accusedIn(reason)
    if (!accused) return undefined
    const { claim } = this.#parts
    const severed = parts.map((part) =>
      claim.sever(part, ({ column }) => {
        const isThere = accused.measurement === undefined || accused.measurement === part.reading.source.measurement
        return isThere && isFieldOf(column.name, accused.field)
      }),
    )
    const others = severed.flatMap(([other]) => other ?? [])
    const named = severed.flatMap(([, fitting]) => fitting ?? [])
    if (named.length === 0 || (others.length === 0 && named.length === 1)) return undefined
    return inTurn([() => this.#tryTypes(named), () => this.#writeSome(others)])
  }

  /** Fields in parts of their own: one of each name and type is asked about, and what holds for that holds for all. */
  #tryTypes(parts: readonly Part[]): Promise<Outcome> {
    const byKey = new Map<string, Part[]>()
    for (const part of parts) {
      const [field] = part.reading.fields
      const key = field ? suspectKey(part.reading, field) : ''
      const group = byKey.get(key)
      if (group) group.push(part)
      else byKey.set(key, [part])
    }
    return inTurn([...byKey.values()].map((group) => () => this.#tryType(group)))
  }

  async #tryType(group: readonly Part[]): Promise<Outcome> {
    const { suspects, claim, clock } = this.#parts
    const [probe, ...others] = group
    const field = probe?.reading.fields[0]
    if (!probe || !field) return WRITTEN
    const known = suspects.refusedType(probe.reading, field)
    const answer = await this.#ask([probe], { isSearch: true, spare: known !== undefined })
    if (answer.kind === 'set-aside' && known !== undefined) {
      for (const part of group) claim.dead(part, { reason: known })
      return WRITTEN
    }
    if (answer.kind === 'refused' && isTypeConflict(answer.reason) && !answer.faults) {
      suspects.add(probe.reading, answer.reason, clock.nowMs())
      for (const part of group) claim.dead(part, { reason: answer.reason })
      return WRITTEN
    }
    if (isNotTaken(answer)) {
      return inTurn([() => this.#takeApart([probe], answer, SEARCHING), () => this.#writeSome(others)])
    }
    return answer.kind === 'written' ? this.#writeSome(others) : answer
  }

  async #ask(batch: readonly Part[], { isSearch, spare = false }: Ask): Promise<Outcome | NotTaken> {
    const { sink, limit, signal, budget, clock, claim, suspects } = this.#parts
    if (signal.aborted) return { kind: 'stopped' }
    if (isSearch && !budget.take(clock.nowMs(), { spare })) return { kind: 'set-aside', reason: this.#lastRefusal }
    this.#parts.beforeWrite(claim)
    const readings = batch.map(({ reading }) => reading)
    const verdict = await sink.write(readings, signal)
    switch (verdict.kind) {
      case 'accepted':
        limit.accepted(sizeOf(readings))
        if (suspects.size > 0) for (const reading of readings) suspects.clear(reading)
        claim.done(batch)
        this.#parts.afterSuccess()
        return WRITTEN
      case 'too-large':
        limit.tooLarge(sizeOf(readings))
        return verdict
      case 'later':
        return signal.aborted ? { kind: 'stopped' } : verdict
      case 'refused':
      case 'too-old':
        this.#lastRefusal = verdict.reason
        return verdict
      case 'blocked':
        return verdict
      default:
        return verdict satisfies never
    }
  }
}

function sizeOf(readings: readonly Reading[]): number {
  return readings.reduce((sum, reading) => sum + bytesOf(reading), 0)
}

/** Of an array each element is a field. */
function isFieldOf(name: string, field: string): boolean {
  return field === name || field.startsWith(`${name}[`)
}

/**
 * Both halves of a reading refused in the same words: it is not a field, which would be named in them, but their time, say,
 * or the name of their series.
 */
function isFaultOfAll([first, second]: NotTaken[]): boolean {
  if (first?.kind !== 'refused' || second?.kind !== 'refused' || first.faults || second.faults) return false
  return withoutDates(first.reason) === withoutDates(second.reason)
}
