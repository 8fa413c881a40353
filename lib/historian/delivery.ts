// Writes the readings of a claim, batch after batch, and finds those that the database refuses: halving what was refused
// leads to the one reading, halving its fields to the one value at fault, and all others are written.

import { type BatchLimit, bytesOf, halves } from './batch'
import type { Claim, Part } from './claim'
import type { Reading } from './reading'
import type { Sink, Verdict } from './sink'
import { Suspects } from './suspects'

/** `written`: each reading is written or refused for good; otherwise the claim holds what is left. */
export type Outcome = { kind: 'written' } | { kind: 'stopped' } | Extract<Verdict, { kind: 'later' | 'blocked' }>

export type DeliveryParts = {
  sink: Sink
  limit: BatchLimit
  /** While it lasts, others must not get the messages. */
  beforeWrite(claim: Claim): void
  /** Something is in the database. */
  afterSuccess(): void
}

const WRITTEN: Outcome = { kind: 'written' }

export class Delivery {
  readonly #parts: DeliveryParts
  readonly #suspects = new Suspects()

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Ends early when the database cannot take more just now, or when the signal aborts. */
  async deliver(claim: Claim, signal: AbortSignal): Promise<Outcome> {
    const run = new Run(claim, this.#parts, this.#suspects, signal)
    const { clean, suspect } = this.#sort(claim)
    const outcome = await run.writeAll(clean)
    return outcome.kind === 'written' ? run.writeAll(suspect) : outcome
  }

  #sort(claim: Claim): { clean: Part[]; suspect: Part[] } {
    if (this.#suspects.size === 0) return { clean: claim.parts, suspect: [] }
    const clean: Part[] = []
    const suspect: Part[] = []
    for (const part of claim.parts) {
      const isSuspect = (field: Reading['fields'][number]): boolean => this.#suspects.has(part.reading, field)
      const split = claim.split(part, isSuspect)
      if (split) {
        clean.push(split[0])
        suspect.push(split[1])
      } else if (part.reading.fields.every(isSuspect)) suspect.push(part)
      else clean.push(part)
    }
    return { clean, suspect }
  }
}

/** One delivery of one claim. */
class Run {
  readonly #claim: Claim
  readonly #parts: DeliveryParts
  readonly #suspects: Suspects
  readonly #signal: AbortSignal

  constructor(claim: Claim, parts: DeliveryParts, suspects: Suspects, signal: AbortSignal) {
    this.#claim = claim
    this.#parts = parts
    this.#suspects = suspects
    this.#signal = signal
  }

  async writeAll(parts: readonly Part[]): Promise<Outcome> {
    let at = 0
    while (at < parts.length) {
      const batch = this.#parts.limit.next(parts, at)
      const outcome = await this.#write(batch)
      if (outcome.kind !== 'written') return outcome
      at += batch.length
    }
    return WRITTEN
  }

  async #write(batch: Part[]): Promise<Outcome> {
    const answer = await this.#ask(batch)
    if (!isNotTaken(answer)) return answer
    const [first, second] = halves(batch) ?? []
    if (!first || !second) return batch[0] ? this.#dissect(batch[0], answer) : WRITTEN
    const outcome = await this.#write(first)
    return outcome.kind === 'written' ? this.#write(second) : outcome
  }

  /** A reading was not taken in whole: which of its fields is at fault? */
  async #dissect(part: Part, { reason }: NotTaken): Promise<Outcome> {
    const split = this.#claim.halve(part)
    if (!split) {
      this.#suspects.add(part.reading)
      this.#claim.dead(part, reason)
      return WRITTEN
    }
    const faults: { half: Part; answer: NotTaken }[] = []
    for (const half of split) {
      const answer = await this.#ask([half])
      if (isNotTaken(answer)) faults.push({ half, answer })
      else if (answer.kind !== 'written') return answer
    }
    if (isFaultOfAll(faults.map(({ answer }) => answer))) {
      for (const half of split) this.#claim.dead(half, reason)
      return WRITTEN
    }
    for (const { half, answer } of faults) {
      const outcome = await this.#dissect(half, answer)
      if (outcome.kind !== 'written') return outcome
    }
    return WRITTEN
  }

  async #ask(batch: readonly Part[]): Promise<Outcome | NotTaken> {
    const { sink, limit } = this.#parts
    if (this.#signal.aborted) return { kind: 'stopped' }
    this.#parts.beforeWrite(this.#claim)
    const readings = batch.map(({ reading }) => reading)
    const verdict = await sink.write(readings, this.#signal)
    switch (verdict.kind) {
      case 'accepted':
        limit.accepted(sizeOf(readings))
        if (this.#suspects.size > 0) for (const reading of readings) this.#suspects.clear(reading)
        this.#claim.done(batch)
        this.#parts.afterSuccess()
        return WRITTEN
      case 'too-large':
        limit.tooLarge(sizeOf(readings))
        return verdict
      case 'later':
        return this.#signal.aborted ? { kind: 'stopped' } : verdict
      case 'refused':
      case 'blocked':
        return verdict
      default:
        return verdict satisfies never
    }
  }
}

type NotTaken = Extract<Verdict, { kind: 'refused' | 'too-large' }>

function isNotTaken(answer: Outcome | NotTaken): answer is NotTaken {
  return answer.kind === 'refused' || answer.kind === 'too-large'
}

function sizeOf(readings: readonly Reading[]): number {
  return readings.reduce((sum, reading) => sum + bytesOf(reading), 0)
}

/**
 * Both halves of a reading refused in the same words: it is not a field, which would be named in them, but their time, say,
 * or the name of their series.
 */
function isFaultOfAll([first, second]: NotTaken[]): boolean {
  if (first?.kind !== 'refused' || second?.kind !== 'refused') return false
  return withoutDates(first.reason) === withoutDates(second.reason)
}

/** How far back a database keeps readings moves on from one answer to the next. */
function withoutDates(reason: string): string {
  return reason.replace(/\d{4}-\d\d-\d\d[T ][\d:.]+/g, '')
}
