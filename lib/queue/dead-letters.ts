// Messages that could not be delivered: those that consumers gave up, whole, and rows that could not be read, as
// evidence. Those are noted while reading, and moved out of the way as soon as the file can be written.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LETTER_BYTES, messageColumns, READABLE_ID, TEXT_MAX, WEIGHT } from './columns'
import { type Row, readMessage, type Unreadable } from './message'
import { type Lot, lotOf, type Messages } from './messages'
import type { Settings } from './settings'
import type { Totals } from './totals'

/** As it is listed. */
export type DeadLetter = {
  /** That of the message. */
  id: number
  to: string
  title: string
  origin: string
  /** ISO 8601, of the message. */
  time: string
  weight: number
  reason: string
  /** Undefined where it could not be read. */
  data: unknown
}

/** They take at most this part of the capacity; of what is beyond, the oldest count as dropped. */
const SHARE = 1 / 4
/** Bytes of an unreadable body that are kept as evidence. */
const EVIDENCE_BYTES = 2048
const EVIDENCE_TEXT_BYTES = 1000
/** Unreadable rows that are remembered while the file cannot be written; those beyond are met again. */
const NOTED_MAX = 10_000
/** Letters that are looked at in one step. */
const STEP_MAX = 64

const COLUMNS = 'id, recipient, title, origin, time, priority, weight, kind, crc, body'
const GIVEN = 'id IN (SELECT value FROM json_each(?))'

export class DeadLetters {
  readonly #messages: Messages
  readonly #totals: Totals
  readonly #messageBytes: number
  readonly #limitBytes: number
  readonly #noted = new Map<number, string>()
  readonly #keep: StatementSync
  readonly #keepEvidence: StatementSync
  readonly #weigh: StatementSync
  readonly #weighWhole: StatementSync
  readonly #oldest: StatementSync
  readonly #all: StatementSync
  readonly #idsAfter: StatementSync
  readonly #lastId: StatementSync
  readonly #putBack: StatementSync
  readonly #remove: StatementSync
  readonly #list: StatementSync

  constructor(database: DatabaseSync, { messageBytes, capacityBytes }: Settings, messages: Messages, totals: Totals) {
    this.#messages = messages
    this.#totals = totals
    this.#messageBytes = messageBytes
    this.#limitBytes = capacityBytes * SHARE
    const text = (column: string) => `CASE WHEN octet_length(${column}) <= ${EVIDENCE_TEXT_BYTES} THEN ${column} END`
    const bytes = `${LETTER_BYTES} AS bytes`
    const weighed = `SELECT id, ${WEIGHT} AS weight, ${bytes} FROM dead_letter`
    this.#keep = database.prepare(`
      INSERT OR REPLACE INTO dead_letter (${COLUMNS}, whole, reason)
      SELECT ${COLUMNS}, 1, ? FROM message WHERE id = ? RETURNING ${WEIGHT} AS weight, ${bytes}`)
    this.#keepEvidence = database.prepare(`
      INSERT OR REPLACE INTO dead_letter (${COLUMNS}, whole, reason)
      SELECT id, ${text('recipient')}, ${text('title')}, ${text('origin')}, ${text('time')},
        ${text('priority')}, weight, ${text('kind')}, ${text('crc')},
        CASE WHEN octet_length(body) <= ${messageBytes} THEN substr(CAST(body AS BLOB), 1, ${EVIDENCE_BYTES}) END, 0, ?
      FROM message WHERE id = ? RETURNING ${WEIGHT} AS weight, ${bytes}`)
    this.#weigh = database.prepare(`${weighed} WHERE ${GIVEN}`)
    this.#weighWhole = database.prepare(`${weighed} WHERE whole = 1 AND ${GIVEN}`)
    this.#oldest = database.prepare(`${weighed} WHERE ${READABLE_ID} ORDER BY id LIMIT ?`)
    this.#all = database.prepare(`SELECT id FROM dead_letter WHERE ${READABLE_ID} ORDER BY id`)
    this.#idsAfter = database.prepare(`SELECT id FROM dead_letter WHERE id > ? AND ${READABLE_ID} ORDER BY id LIMIT ?`)
    this.#lastId = database.prepare(`SELECT max(id) AS id FROM dead_letter WHERE ${READABLE_ID}`)
    this.#putBack = database.prepare(
      `INSERT OR REPLACE INTO message (${COLUMNS}) SELECT ${COLUMNS} FROM dead_letter WHERE ${GIVEN}`,
    )
    this.#remove = database.prepare(`DELETE FROM dead_letter WHERE ${GIVEN}`)
    this.#list = database.prepare(
      `SELECT ${messageColumns(messageBytes)}, substr(reason, 1, ${TEXT_MAX}) AS reason FROM dead_letter WHERE id > ? AND ${READABLE_ID} ORDER BY id`,
    )
  }

  /** Unreadable rows that are not moved yet. */
  get noted(): number {
    return this.#noted.size
  }

  note({ id, reason }: Unreadable): void {
    if (this.#noted.size < NOTED_MAX) this.#noted.set(id, reason)
  }

  /** To be called once the transaction of `buryNoted` is committed. */
  forgetNoted(): void {
    this.#noted.clear()
  }

  /** Moves what is noted; inside a write transaction. */
  buryNoted(): void {
    if (this.#noted.size > 0) this.#bury(this.#keepEvidence, this.#noted)
  }

  /** Moves messages that are whole; inside a write transaction. */
  bury(letters: Iterable<readonly [id: number, reason: string]>): void {
    this.#bury(this.#keep, letters)
  }

  #bury(keep: StatementSync, letters: Iterable<readonly [id: number, reason: string]>): void {
    const kept: Row[] = []
    for (const [id, reason] of letters) {
      const row = keep.get(reason.replaceAll('\0', '').slice(0, TEXT_MAX), id)
      if (row) kept.push({ ...row, id })
    }
    const { ids, weight } = lotOf(kept)
    this.#messages.remove(ids)
    this.#totals.add({ removed: ids.length, dead: weight, deadBytes: bytesOf(kept) })
    this.#trim()
  }

  /** Gives up the oldest, no more than necessary. */
  #trim(): void {
    let excess = this.#totals.deadBytes() - this.#limitBytes
    while (excess > 0) {
      const dropped: Row[] = []
      for (const row of this.#oldest.all(STEP_MAX)) {
        if (excess <= 0) break
        excess -= Number(row.bytes)
        dropped.push(row)
      }
      if (this.#drop(dropped).ids.length === 0) return
    }
  }

  /** Gives up the oldest; inside a write transaction. False when there are none. */
  dropOldest(count: number): boolean {
    return this.#drop(this.#oldest.all(count)).ids.length > 0
  }

  /** Back into the queue, in their old place; inside a write transaction. Returns how many: unreadable ones stay. */
  requeue(ids: readonly number[] = this.#ids()): number {
    const rows = this.#weighWhole.all(JSON.stringify(ids))
    const lot = lotOf(rows)
    const list = JSON.stringify(lot.ids)
    this.#putBack.run(list)
    this.#remove.run(list)
    this.#totals.add({ removed: -lot.ids.length, dead: -lot.weight, deadBytes: -bytesOf(rows) })
    return lot.ids.length
  }

  /** Inside a write transaction. Returns how many there were. */
  discard(ids: readonly number[] = this.#ids()): number {
    return this.#drop(this.#weigh.all(JSON.stringify(ids))).ids.length
  }

  #drop(rows: Row[]): Lot {
    const lot = lotOf(rows)
    this.#remove.run(JSON.stringify(lot.ids))
    this.#totals.add({ dead: -lot.weight, deadBytes: -bytesOf(rows), dropped: lot.weight })
    return lot
  }

  #ids(): number[] {
    return this.#all.all().map(({ id }) => Number(id))
  }

  idsAfter(after: number, max: number): number[] {
    return this.#idsAfter.all(after, max).map(({ id }) => Number(id))
  }

  lastId(): number {
    return Number(this.#lastId.get()?.id ?? 0)
  }

  list(max: number, after: number, maxBytes: number): DeadLetter[] {
    const letters: DeadLetter[] = []
    const rows = this.#list.iterate(after)
    let bytes = 0
    for (let step = rows.next(); !step.done && letters.length < max && bytes < maxBytes; step = rows.next()) {
      const { to, title, origin, time, weight, reason, body } = step.value
      const message = readMessage(step.value, this.#messageBytes)
      letters.push({
        id: Number(step.value.id),
        to: textOf(to),
        title: textOf(title),
        origin: textOf(origin),
        time: textOf(time),
        weight: Number(weight),
        reason: textOf(reason),
        data: 'data' in message ? message.data : undefined,
      })
      bytes += body instanceof Uint8Array ? body.length : 0
    }
    rows.return?.()
    return letters
  }
}

function bytesOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { bytes }) => sum + Number(bytes), 0)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
