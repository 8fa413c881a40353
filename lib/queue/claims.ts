// Who holds which messages, and which were put back. A message has a row in `claim` from its first claim until it leaves the
// queue; one that lasts keeps others from it. The claims of a holder that died end by themselves, when their lease is over.

import { randomInt } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { WEIGHT } from './columns'
import { lasts } from './lease'
import { type Row, sizeOfRow } from './message'
import { type Lot, lotOf, type Messages } from './messages'

/** Most messages received without a lease that a connection remembers, for their acknowledgement. */
const REMEMBERED_MAX = 100_000

export class Claims {
  /** This connection, among all there will ever be. */
  readonly #holder = randomInt(1, 2 ** 47)
  /** Ids received without a lease. */
  readonly #remembered = new Set<number>()
  readonly #messages: Messages
  readonly #claim: StatementSync
  readonly #held: StatementSync
  readonly #free: StatementSync
  readonly #extend: StatementSync
  readonly #putBack: StatementSync

  constructor(database: DatabaseSync, messages: Messages) {
    this.#messages = messages
    const given = `(SELECT value FROM json_each(?2))`
    this.#claim = database.prepare(`
      INSERT INTO claim (id, holder, due_ms, span_ms, attempts, put_back, weight)
      SELECT id, ?1, ?2, ?3, 1, 0, ${WEIGHT} FROM message WHERE id IN (SELECT value FROM json_each(?4))
      ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, due_ms = excluded.due_ms, span_ms = excluded.span_ms,
        attempts = attempts + 1`)
    this.#held = database.prepare(`
      SELECT id, ${WEIGHT} AS weight FROM message
      WHERE id IN ${given} AND EXISTS (SELECT 1 FROM claim WHERE claim.id = message.id AND claim.holder = ?1)`)
    this.#free = database.prepare(`
      SELECT id, ${WEIGHT} AS weight FROM message
      WHERE id IN ${given} AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.id = message.id AND ${lasts('?1')})`)
    this.#extend = database.prepare(
      'UPDATE claim SET due_ms = ?, span_ms = ? WHERE id IN (SELECT value FROM json_each(?))',
    )
    this.#putBack = database.prepare(`
      INSERT INTO claim (id, due_ms, span_ms, attempts, put_back, weight, reason)
      SELECT id, ?1, ?2, 0, 1, ${WEIGHT}, ?3 FROM message WHERE id IN (SELECT value FROM json_each(?4))
      ON CONFLICT (id) DO UPDATE SET holder = NULL, due_ms = excluded.due_ms, span_ms = excluded.span_ms, put_back = 1,
        reason = excluded.reason`)
  }

  /** Claims the next messages for a recipient, at least one if there is any; inside a write transaction. Returns their rows. */
  take(to: string, max: number, maxBytes: number, leaseMs: number, nowMs: number): Row[] {
    const taken: Row[] = []
    const rows = this.#messages.available(to, nowMs)
    let bytes = 0
    for (let step = rows.next(); !step.done; step = rows.next()) {
      bytes += sizeOfRow(step.value)
      if (taken.length > 0 && bytes > maxBytes) break
      taken.push(step.value)
      if (taken.length >= max || bytes >= maxBytes) break
    }
    // an open cursor would keep the log from being emptied
    rows.return?.()
    const ids = taken.map(({ id }) => Number(id))
    this.#claim.run(this.#holder, nowMs + leaseMs, leaseMs, JSON.stringify(ids))
    this.forget(ids)
    return taken
  }

  /** Notes what was received without a lease. */
  remember(id: number): void {
    if (this.#remembered.size < REMEMBERED_MAX) this.#remembered.add(id)
  }

  /** Which of these this connection may dispose of: claimed by it and by no other since, or received without a lease and free. */
  held(ids: readonly number[], nowMs: number): Lot {
    const leased = this.claimed(ids)
    const remembered = ids.filter((id) => this.#remembered.has(id))
    if (remembered.length === 0) return leased
    const free = lotOf(this.#free.all(nowMs, JSON.stringify(remembered)))
    return { ids: [...leased.ids, ...free.ids], weight: leased.weight + free.weight }
  }

  /** Which of these this connection has claimed, and no other since, whether or not its lease is over. */
  claimed(ids: readonly number[]): Lot {
    return lotOf(this.#held.all(this.#holder, JSON.stringify(ids)))
  }

  extend(ids: readonly number[], leaseMs: number, nowMs: number): void {
    this.#extend.run(nowMs + leaseMs, leaseMs, JSON.stringify(ids))
  }

  putBack(ids: readonly number[], delayMs: number, reason: string, nowMs: number): void {
    this.#putBack.run(nowMs + delayMs, delayMs, reason, JSON.stringify(ids))
    this.forget(ids)
  }

  /** To be called once messages have left the queue. */
  forget(ids: readonly number[]): void {
    if (this.#remembered.size === 0) return
    for (const id of ids) this.#remembered.delete(id)
  }
}
