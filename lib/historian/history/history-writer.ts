// Writes readings into an open history.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { TagColumn } from '../../contract/batch'
import { type Reading, singleFields } from '../reading'
import { inTransaction } from './layout'
import { toStoredTime } from './stored-time'
import { toStored } from './stored-value'

/** `recent` is moved when it has so many values: more would mean fewer writes to the disk, but slower queries. */
export const SETTLE_VALUES = 100_000
/** A writer counts what is in `recent` whenever it has written so many values: others write there, too. */
const COUNT_VALUES = 10_000
/** Series whose ids are remembered. */
const KNOWN_MAX = 200_000

export class HistoryWriter {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #insertSeries: StatementSync
  readonly #findSeries: StatementSync
  readonly #seriesRemoved: StatementSync
  readonly #countRecent: StatementSync
  /** Collector -> kind, unit and tag -> id of the series. */
  readonly #known = new Map<string, Map<string, number>>()
  #knownCount = 0
  #knownAt: unknown
  #uncounted = COUNT_VALUES

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#insert = database.prepare('INSERT OR REPLACE INTO recent (time, series, value) VALUES (?, ?, ?)')
    this.#insertSeries = database.prepare(
      'INSERT INTO series (collector, tag, unit, kind) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#findSeries = database.prepare(
      'SELECT id FROM series WHERE collector = ? AND tag = ? AND unit = ? AND kind = ?',
    )
    this.#seriesRemoved = database.prepare('SELECT series_removed FROM history WHERE id = 1')
    this.#countRecent = database.prepare('SELECT count(*) AS values_there FROM recent')
  }

  /** In one transaction. What was written before with the same time is replaced. Throws what SQLite throws. */
  write(readings: readonly Reading[]): void {
    if (this.#uncounted >= COUNT_VALUES) this.#settleIfMany()
    try {
      inTransaction(this.#database, () => {
        this.#forgetIfRemoved()
        for (const reading of readings) this.#insertReading(reading)
      })
    } catch (thrown) {
      // some of these series are not there, after all
      this.#forget()
      throw thrown
    }
  }

  #insertReading({ source, time, clockSteps, fields }: Reading): void {
    const storedTime = toStoredTime(time, clockSteps)
    const singles = singleFields(fields)
    for (const { column, value } of singles) {
      const stored = toStored(value, column.kind)
      if (stored !== undefined) this.#insert.run(storedTime, this.#seriesOf(source.collector, column), stored)
    }
    this.#uncounted += singles.length
  }

  #seriesOf(collector: string, { name, unit, kind }: TagColumn): number {
    let known = this.#known.get(collector)
    if (!known) {
      known = new Map()
      this.#known.set(collector, known)
    }
    // neither a kind nor the name of a tag has a NUL
    const key = `${kind}\0${unit}\0${name}`
    const id = known.get(key)
    if (id !== undefined) return id
    this.#insertSeries.run(collector, name, unit, kind)
    const found = Number(this.#findSeries.get(collector, name, unit, kind)?.id)
    known.set(key, found)
    this.#knownCount++
    return found
  }

  /** Inside a transaction: whoever removes series has counted that, so no value is written for one that has gone. */
  #forgetIfRemoved(): void {
    const removed = this.#seriesRemoved.get()?.series_removed
    if (removed !== this.#knownAt || this.#knownCount > KNOWN_MAX) this.#forget()
    this.#knownAt = removed
  }

  #forget(): void {
    this.#known.clear()
    this.#knownCount = 0
  }

  #settleIfMany(): void {
    this.#uncounted = 0
    if (Number(this.#countRecent.get()?.values_there) < SETTLE_VALUES) return
    inTransaction(this.#database, () => settle(this.#database))
  }
}

/** Moves the recent values to their places, about 1 µs each; inside a transaction of the caller. */
export function settle(database: DatabaseSync): void {
  database.exec(`
    INSERT OR REPLACE INTO sample (series, time, value) SELECT series, time, value FROM recent ORDER BY series, time;
    DELETE FROM recent`)
}
