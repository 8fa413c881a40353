// Finds what is older than the database keeps. What holds for one reading holds for all before it: so it is one question where the
// database tells the time, or where all are too old, and else as many as it takes to halve them down to one.

import { halves } from './batch'
import type { Part } from './claim'
import { inTurn, isNotTaken, type NotTaken, type Outcome, WRITTEN } from './outcome'
import type { SearchParts } from './search-parts'
import { inTime } from './triage'

/** What a search by halves does with these. */
export type Around = {
  ask(batch: readonly Part[]): Promise<Outcome | NotTaken>
  takeApart(batch: Part[], answer: NotTaken): Promise<Outcome>
  write(batch: Part[]): Promise<Outcome>
}
type TooOld = NotTaken & { kind: 'too-old' }

export class TimeSearch {
  readonly #parts: Pick<SearchParts, 'horizon' | 'clock' | 'claim' | 'moved'>
  readonly #around: Around

  constructor(parts: Pick<SearchParts, 'horizon' | 'clock' | 'claim' | 'moved'>, around: Around) {
    this.#parts = parts
    this.#around = around
  }

  /** The database has refused these, since some of them are too old. */
  async withoutOld(parts: readonly Part[], { reason, throughMs }: TooOld): Promise<Outcome> {
    const sorted = parts.toSorted((one, other) => one.reading.time - other.reading.time)
    const { oldest, newest } = timesOf(sorted)
    if (throughMs !== undefined && oldest <= throughMs) {
      const rest = sorted.filter(({ reading }) => reading.time > throughMs)
      const old = sorted.slice(0, sorted.length - rest.length)
      return inTurn([() => this.#giveUp(old, throughMs, reason), () => this.#around.write(rest)])
    }
    if (oldest === newest) return this.#giveUp(sorted, newest, reason)
    // It does not say how old: most often all of a backlog is, which the newest tell.
    const at = sorted.findIndex(({ reading }) => reading.time === newest)
    return this.#boundary(sorted.slice(0, at), sorted.slice(at), reason)
  }

  /** Of all these, in order, some are too old: do the newer ones belong to them? */
  async #boundary(older: Part[], newer: Part[], reason: string): Promise<Outcome> {
    const answer = await this.#around.ask(newer)
    if (answer.kind === 'too-old') {
      const { newest } = timesOf(older)
      return inTurn([() => this.#giveUp(older, newest, reason), () => this.withoutOld(newer, answer)])
    }
    if (answer.kind !== 'written' && !isNotTaken(answer)) return answer
    const outcome = answer.kind === 'written' ? WRITTEN : await this.#around.takeApart(newer, answer)
    return inTurn([async () => outcome, () => this.#oldestOf(older, reason)])
  }

  /** The oldest of these, in order, is too old. */
  #oldestOf(sorted: Part[], reason: string): Promise<Outcome> {
    const { oldest, newest } = timesOf(sorted)
    const [older, newer] = halves(sorted) ?? []
    if (!older || !newer || oldest === newest) return this.#giveUp(sorted, newest, reason)
    return this.#boundary(older, newer, reason)
  }

  /** Dead letters, or written with the time of their reading where theirs is that of the source. */
  #giveUp(old: readonly Part[], throughMs: number, reason: string): Promise<Outcome> {
    const { horizon, clock, claim, moved } = this.#parts
    const now = { ms: clock.nowMs(), wallMs: clock.wallMs() }
    horizon.learn(throughMs, reason, now.ms)
    const kept: Part[] = []
    for (const one of old) {
      const { part, isMoved } = inTime(claim, one, { horizon, keptMs: undefined }, now)
      if (isMoved) kept.push(part)
      else claim.dead(part, { reason, scope: 'message' })
    }
    if (kept.length > 0) moved(kept.reduce((sum, { reading }) => sum + reading.fields.length, 0))
    return this.#around.write(kept)
  }
}

/** Of readings in order. */
function timesOf(sorted: readonly Part[]): { oldest: number; newest: number } {
  return { oldest: sorted[0]?.reading.time ?? 0, newest: sorted.at(-1)?.reading.time ?? 0 }
}
