// Rows that could not be read: noted while reading, and moved out of the way as soon as the file can be written.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Unreadable } from './message'

/** So many are kept; an older one that is pushed out counts as dropped. */
const DEAD_LETTERS_MAX = 250
/** So much of a body is kept as evidence, bytes. */
const EVIDENCE_BYTES = 2048
const EVIDENCE_TEXT_BYTES = 1000
/** So many unreadable rows are remembered while the file cannot be written; what is beyond them is met again. */
const NOTED_MAX = 10_000

export class DeadLetters {
  readonly #noted = new Map<number, string>()
  readonly #copy: StatementSync
  readonly #remove: StatementSync
  readonly #trim: StatementSync
  readonly #dropOldest: StatementSync
  readonly #count: StatementSync

  constructor(database: DatabaseSync, messageBytes: number) {
    const text = (column: string) => `CASE WHEN octet_length(${column}) <= ${EVIDENCE_TEXT_BYTES} THEN ${column} END`
    this.#copy = database.prepare(`
      INSERT INTO dead_letter (id, recipient, title, origin, time, priority, kind, crc, body, reason)
      SELECT id, ${text('recipient')}, ${text('title')}, ${text('origin')}, ${text('time')},
        ${text('priority')}, ${text('kind')}, ${text('crc')},
        CASE WHEN octet_length(body) <= ${messageBytes} THEN substr(CAST(body AS BLOB), 1, ${EVIDENCE_BYTES}) END, ?
      FROM message WHERE id = ?`)
    this.#remove = database.prepare('DELETE FROM message WHERE id = ?')
    this.#trim = database.prepare(`
      DELETE FROM dead_letter
      WHERE place <= (SELECT place FROM dead_letter ORDER BY place DESC LIMIT 1 OFFSET ${DEAD_LETTERS_MAX})`)
    this.#dropOldest = database.prepare(
      'DELETE FROM dead_letter WHERE place IN (SELECT place FROM dead_letter ORDER BY place LIMIT ?)',
    )
    this.#count = database.prepare('SELECT count(*) AS dead FROM dead_letter')
  }

  /** Rows that are noted, but not moved yet. */
  get noted(): number {
    return this.#noted.size
  }

  note({ id, reason }: Unreadable): void {
    if (this.#noted.size < NOTED_MAX) this.#noted.set(id, reason)
  }

  /** Moves what is noted; inside a write transaction. Returns how many dead letters fell out at the other end. */
  bury(): number {
    if (this.#noted.size === 0) return 0
    for (const [id, reason] of this.#noted) {
      this.#copy.run(reason, id)
      this.#remove.run(id)
    }
    return Number(this.#trim.run().changes)
  }

  /** To be called once the transaction of `bury` is committed. */
  forgetNoted(): void {
    this.#noted.clear()
  }

  /** Gives up the oldest; inside a write transaction. Returns how many. */
  dropOldest(count: number): number {
    return Number(this.#dropOldest.run(count).changes)
  }

  count(): number {
    return Number(this.#count.get()?.dead)
  }
}
