// Writes the readings of a claim: what is known to be refused is set aside first, so that nothing waits for it.

import type { BatchLimit } from './batch'
import type { Claim } from './claim'
import { Horizon } from './horizon'
import { inTurn, type Outcome } from './outcome'
import { Search } from './search'
import type { SearchBudget } from './search-budget'
import type { SearchParts } from './search-parts'
import type { Sink } from './sink'
import { Suspects } from './suspects'
import { sortParts } from './triage'

export type DeliveryParts = {
  sink: Sink
  limit: BatchLimit
  budget: SearchBudget
  clock: { nowMs(): number; wallMs(): number }
  /** While it lasts, others must not get the messages. */
  beforeWrite(claim: Claim): void
  /** Something is in the database. */
  afterSuccess(): void
  /** So many samples are stored with the time of their reading: the database keeps nothing so old as their source times. */
  moved(samples: number): void
}

export class Delivery {
  readonly #parts: DeliveryParts
  #suspects = new Suspects()
  #horizon = new Horizon()
  #resumeWith = Number.POSITIVE_INFINITY

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** What is known to be refused. */
  forget(): void {
    this.#suspects = new Suspects()
    this.#horizon = new Horizon()
  }

  /**
   * Ends early when the database cannot take more just now, or when the signal aborts. `resumed`: what was set aside is taken up
   * again, and every request for it belongs to a search.
   */
  async deliver(claim: Claim, signal: AbortSignal, { resumed = false } = {}): Promise<Outcome> {
    const { clock, sink, budget } = this.#parts
    const known = { suspects: this.#suspects, horizon: this.#horizon, keptMs: sink.keptMs }
    const now = { ms: clock.nowMs(), wallMs: clock.wallMs() }
    const { clean, suspect, refused, old, moved } = sortParts(claim, claim.parts, known, now)
    if (moved > 0) this.#parts.moved(moved)
    for (const { part, reason } of refused) claim.dead(part, { reason })
    for (const { part, reason } of old) claim.dead(part, { reason, scope: 'message' })
    const search: SearchParts = { ...this.#parts, claim, signal, suspects: this.#suspects, horizon: this.#horizon }
    const run = new Search(search, resumed)
    budget.begin(now.ms, resumed)
    try {
      const outcome = await inTurn([
        () => run.writeAll(clean, resumed ? this.#resumeWith : undefined),
        () => run.writeSuspects(suspect),
      ])
      if (outcome.kind === 'set-aside') this.#resumeWith = Math.min(this.#resumeWith, run.brokenOffAt)
      else if (resumed) this.#resumeWith = Number.POSITIVE_INFINITY
      return outcome
    } finally {
      budget.end(clock.nowMs())
    }
  }
}
