// The series of a history by the age of their oldest values, to be deleted from the oldest on. What is in `recent` does not
// count: it is there for a short time only.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { fromStoredTime, toStoredTime } from './stored-time'

/** Values that one step deletes: about 1 ms. */
const STEP_VALUES = 1000
/** Series looked at in one step. */
const STEP_SERIES = 500

export class OldestFirst {
  readonly #oldest = new Map<number, bigint>()
  readonly #empty: number[] = []
  /** Series that still have values before this time: all of them have their turn before the next time. */
  #sweep: { beforeMs: number; ids: number[] } = { beforeMs: Number.NEGATIVE_INFINITY, ids: [] }
  #timeMs: number | undefined
  readonly #inRecent: ReadonlySet<number>
  #seenId = 0
  readonly #look: StatementSync
  readonly #oldestOf: StatementSync
  readonly #boundOf: StatementSync
  readonly #delete: StatementSync
  readonly #remove: StatementSync
  readonly #countRemoved: StatementSync

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return statement
    }
    this.#look = prepare(`
      SELECT id, (SELECT min(time) FROM sample WHERE sample.series = series.id) AS time FROM series
      WHERE id > ? ORDER BY id LIMIT ${STEP_SERIES}`)
    this.#oldestOf = prepare('SELECT min(time) AS time FROM sample WHERE series = ?')
    this.#boundOf = prepare(
      `SELECT time FROM sample WHERE series = ? AND time < ? ORDER BY time LIMIT 1 OFFSET ${STEP_VALUES}`,
    )
    this.#delete = prepare('DELETE FROM sample WHERE series = ? AND time < ?')
    this.#remove = prepare(`
      DELETE FROM series WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sample WHERE series = ?1)
        AND NOT EXISTS (SELECT 1 FROM recent WHERE series = ?1)`)
    this.#countRemoved = prepare('UPDATE history SET series_removed = series_removed + 1 WHERE id = 1')
    const recent = prepare('SELECT DISTINCT series FROM recent').all()
    this.#inRecent = new Set(recent.map(({ series }) => Number(series)))
  }

  /** To be called until it is false: there are no more series. */
  lookAtMore(): boolean {
    const rows = this.#look.all(this.#seenId)
    for (const { id, time } of rows) {
      this.#seenId = Number(id)
      if (typeof time === 'bigint') this.#oldest.set(this.#seenId, time)
      else if (!this.#inRecent.has(this.#seenId)) this.#empty.push(this.#seenId)
    }
    return rows.length === STEP_SERIES
  }

  /** Of the oldest value when the sweep began, ms since the epoch; undefined if there is none. */
  timeMs(): number | undefined {
    if (this.#sweep.ids.length > 0) return this.#timeMs
    let first: bigint | undefined
    for (const time of this.#oldest.values()) if (first === undefined || time < first) first = time
    this.#timeMs = first === undefined ? undefined : fromStoredTime(first)
    return this.#timeMs
  }

  /** Deletes of one series some values before this time; returns how many. Inside a transaction. */
  deleteBefore(beforeMs: number): number {
    const before = BigInt(toStoredTime(beforeMs))
    if (beforeMs !== this.#sweep.beforeMs || this.#sweep.ids.length === 0) {
      const ids = [...this.#oldest].filter(([, time]) => time < before).map(([id]) => id)
      this.#sweep = { beforeMs, ids }
    }
    const id = this.#sweep.ids.at(-1)
    if (id === undefined) return 0
    const bound = this.#boundOf.get(id, before)?.time
    const { changes } = this.#delete.run(id, typeof bound === 'bigint' ? bound : before)
    if (typeof bound === 'bigint') return Number(changes)
    this.#sweep.ids.pop()
    const time = this.#oldestOf.get(id)?.time
    if (typeof time === 'bigint') this.#oldest.set(id, time)
    else {
      this.#oldest.delete(id)
      this.#empty.push(id)
    }
    return Number(changes)
  }

  /** Removes a series without values, unless it has got some meanwhile; false if there is none. Inside a transaction. */
  removeEmpty(): boolean {
    const id = this.#empty.pop()
    if (id === undefined) return false
    // whoever has remembered its id learns of it by this
    if (Number(this.#remove.run(id).changes) > 0) this.#countRemoved.run()
    return true
  }
}
