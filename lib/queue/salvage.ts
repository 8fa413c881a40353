// What can still be read of a queue file that was set aside. Where pages are damaged, the rows behind them are looked for. The
// file itself stays as it is.

import { DatabaseSync } from 'node:sqlite'
import { LAST_ID, messageColumns, READABLE_ID } from './columns'
import { ID_MAX } from './layout'
import { type Message, type Row, readMessage } from './message'

/** Rows that are asked for together. */
const ROWS_AT_ONCE = 200

/** Messages that may have come since the highest id was known. */
const UNKNOWN_IDS = 10_000

export class Salvage {
  readonly #database: DatabaseSync | undefined
  readonly #messageBytes: number
  #lastId: number
  #cursor = 0

  /** `lastId`: about the highest id, where the file does not say it any more. A file that cannot even be opened has nothing to give. */
  constructor(path: string, { messageBytes, lastId }: { messageBytes: number; lastId: number }) {
    this.#messageBytes = messageBytes
    this.#lastId = 0
    try {
      this.#database = new DatabaseSync(path, { readOnly: true })
    } catch {
      return
    }
    this.#lastId = lastIdOf(this.#database) ?? lastId + UNKNOWN_IDS
  }

  /** Some of the messages, in the order of their ids; undefined when there are no more. Never throws. */
  next(): Message[] | undefined {
    if (this.#cursor >= this.#lastId) return undefined
    const rows = this.#rowsAfter(this.#cursor, ROWS_AT_ONCE) ?? this.#rowsOneByOne()
    this.#cursor = rows.length > 0 ? Number(rows.at(-1)?.id) : this.#lastId
    return rows.flatMap((row) => {
      const message = readMessage(row, this.#messageBytes)
      return 'reason' in message ? [] : [message]
    })
  }

  close(): void {
    this.#database?.close()
  }

  /** Up to the damage; where it begins right behind the cursor, the first row behind the damage. */
  #rowsOneByOne(): Row[] {
    const rows: Row[] = []
    let cursor = this.#cursor
    while (rows.length < ROWS_AT_ONCE) {
      const row = this.#rowsAfter(cursor, 1)?.[0]
      if (!row) break
      rows.push(row)
      cursor = Number(row.id)
    }
    return rows.length > 0 ? rows : this.#beyondDamage()
  }

  /** Ever larger steps find a row that can be read, ever smaller ones the first of them. */
  #beyondDamage(): Row[] {
    let unreadable = this.#cursor
    let step = 1
    while (!this.#rowsAfter(unreadable + step, 1)) {
      unreadable += step
      step *= 2
      if (unreadable >= this.#lastId) return []
    }
    let readable = unreadable + step
    while (readable - unreadable > 1) {
      const middle = unreadable + Math.floor((readable - unreadable) / 2)
      if (this.#rowsAfter(middle, 1)) readable = middle
      else unreadable = middle
    }
    return this.#rowsAfter(readable, 1) ?? []
  }

  /** undefined where the file is damaged. */
  #rowsAfter(id: number, count: number): Row[] | undefined {
    try {
      return this.#database
        ?.prepare(
          `SELECT ${messageColumns(this.#messageBytes)} FROM message WHERE id > ? AND ${READABLE_ID} ORDER BY id LIMIT ?`,
        )
        .all(id, count)
    } catch {
      return undefined
    }
  }
}

function lastIdOf(database: DatabaseSync): number | undefined {
  try {
    return Number(database.prepare(`SELECT min(${LAST_ID}, ${ID_MAX}) AS id`).get()?.id)
  } catch {
    return undefined
  }
}
