// The table of messages: rows in, rows in order, rows out. A row leaves together with what `claim` knows of it.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { integer, LAST_ID, messageColumns, READABLE_ID, TEXT_MAX, WEIGHT } from './columns'
import { lasts } from './lease'
import type { Encoded, Row } from './message'

/** Messages by their ids, and what they count for together. */
export type Lot = { ids: number[]; weight: number }
export type Rows = Iterable<Row> & Iterator<Row>

/** Messages of one kind that were removed. */
export type RemovedLot = { origin: string; title: string; count: number; weight: number }

export class Messages {
  readonly #insert: StatementSync
  readonly #tail: StatementSync
  readonly #available: StatementSync
  readonly #isAvailable: StatementSync
  readonly #lastId: StatementSync
  readonly #oldest: StatementSync
  readonly #oldestFree: StatementSync
  readonly #remove: StatementSync
  readonly #removeClaims: StatementSync
  readonly #weighThrough: StatementSync
  readonly #removeThrough: StatementSync
  readonly #removeClaimsThrough: StatementSync
  readonly #weighOf: StatementSync
  readonly #removeOf: StatementSync
  readonly #removeClaimsOf: StatementSync

  constructor(database: DatabaseSync, messageBytes: number) {
    const columns = messageColumns(messageBytes)
    const isFree = `NOT EXISTS (SELECT 1 FROM claim WHERE claim.id = message.id AND ${lasts('?1')})`
    const attempts = `(SELECT ${integer('attempts', 0)} FROM claim WHERE claim.id = message.id) AS attempts`
    const forRecipient = `FROM message WHERE recipient = ?2 AND ${READABLE_ID} AND ${isFree}`
    const given = 'id IN (SELECT value FROM json_each(?))'
    this.#insert = database.prepare(`
      INSERT INTO message (recipient, title, origin, time, priority, weight, kind, crc, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#tail = database.prepare(`SELECT ${columns} FROM message WHERE id > ? AND ${READABLE_ID} ORDER BY id`)
    // by the column, not by what is selected under its name: only so the index gives the order
    this.#available = database.prepare(`
      SELECT ${columns}, ${attempts} ${forRecipient}
      ORDER BY message.priority DESC, id`)
    this.#isAvailable = database.prepare(`SELECT 1 ${forRecipient} LIMIT 1`)
    this.#lastId = database.prepare(`SELECT ${LAST_ID} AS id`)
    this.#oldest = database.prepare(`SELECT id, ${WEIGHT} AS weight FROM message ORDER BY id LIMIT ?`)
    this.#oldestFree = database.prepare(
      `SELECT id, ${WEIGHT} AS weight FROM message WHERE ${isFree} ORDER BY id LIMIT ?2`,
    )
    this.#remove = database.prepare(`DELETE FROM message WHERE ${given}`)
    this.#removeClaims = database.prepare(`DELETE FROM claim WHERE ${given}`)
    this.#weighThrough = database.prepare(
      `SELECT count(*) AS messages, coalesce(sum(${WEIGHT}), 0) AS weight FROM message WHERE id <= ?`,
    )
    this.#removeThrough = database.prepare('DELETE FROM message WHERE id <= ?')
    this.#removeClaimsThrough = database.prepare('DELETE FROM claim WHERE id <= ?')
    this.#weighOf = database.prepare(
      `SELECT ${shortText('origin')} AS origin, ${shortText('title')} AS title, count(*) AS messages, sum(${WEIGHT}) AS weight
       FROM message WHERE recipient = ? AND id > ? GROUP BY 1, 2`,
    )
    this.#removeOf = database.prepare('DELETE FROM message WHERE recipient = ? AND id > ?')
    this.#removeClaimsOf = database.prepare(
      'DELETE FROM claim WHERE id IN (SELECT id FROM message WHERE recipient = ? AND id > ?)',
    )
  }

  /** Returns its id. */
  insert({ to, title, origin, time, weight, body }: Encoded, priority: number): number {
    const { kind, crc, bytes } = body
    return Number(this.#insert.run(to, title, origin, time, priority, weight, kind, crc, bytes).lastInsertRowid)
  }

  /** Rows after an id, in the order of their ids. */
  tail(afterId: number): Rows {
    return this.#tail.iterate(afterId)
  }

  /** Rows for a recipient that are not held, highest priority first, then oldest. Held ones are stepped over: 0.3 µs each. */
  available(to: string, nowMs: number): Rows {
    return this.#available.iterate(nowMs, to)
  }

  isAvailable(to: string, nowMs: number): boolean {
    return this.#isAvailable.get(nowMs, to) !== undefined
  }

  lastId(): number {
    return Number(this.#lastId.get()?.id)
  }

  oldest(count: number): Lot {
    return lotOf(this.#oldest.all(count))
  }

  /** The oldest that are not held. */
  oldestFree(count: number, nowMs: number): Lot {
    return lotOf(this.#oldestFree.all(nowMs, count))
  }

  remove(ids: readonly number[]): void {
    const list = JSON.stringify(ids)
    this.#remove.run(list)
    this.#removeClaims.run(list)
  }

  /** Removes all for one recipient after an id; returns how many they were and what they counted for, by origin and title. */
  removeOf(recipient: string, afterId: number): RemovedLot[] {
    const rows = this.#weighOf.all(recipient, afterId)
    this.#removeClaimsOf.run(recipient, afterId)
    this.#removeOf.run(recipient, afterId)
    return rows.map(({ origin, title, messages, weight }) => {
      return { origin: String(origin), title: String(title), count: Number(messages), weight: Number(weight) }
    })
  }

  /** Removes all up to an id; returns how many they were and what they counted for. */
  removeThrough(id: number): { count: number; weight: number } {
    const row = this.#weighThrough.get(id)
    this.#removeThrough.run(id)
    this.#removeClaimsThrough.run(id)
    return { count: Number(row?.messages), weight: Number(row?.weight) }
  }
}

/** A text as it may be looked at, however long it is in the file. */
function shortText(column: string): string {
  return `CASE WHEN typeof(${column}) = 'text' THEN substr(${column}, 1, ${TEXT_MAX}) ELSE '' END`
}

/** Of rows with `id` and `weight`. */
export function lotOf(rows: readonly Row[]): Lot {
  const lot: Lot = { ids: [], weight: 0 }
  for (const { id, weight } of rows) {
    lot.ids.push(Number(id))
    lot.weight += Number(weight)
  }
  return lot
}
