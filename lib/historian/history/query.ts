// Answers questions about the past, from a connection that only reads. Every part of an answer is one range of the primary
// key: 600 000 values into 500 buckets take about 0.1 s. Answers are generators: whoever runs one may do something else, or
// stop, after each step, and no step looks at more than STEP_VALUES values.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { TAG_KINDS, type TagKind } from '../../contract/batch'
import {
  HISTORY_POINTS_MAX,
  HISTORY_TAG_BYTES_MAX,
  HISTORY_TAGS_MAX,
  type HistoryAnswer,
  type HistoryBucket,
  type HistoryPoint,
  type HistoryQuery,
  type HistorySeries,
} from '../../contract/history-query'
import { asOneOf } from '../../contract/parse'
import { resultOf, type Steps } from './steps'
import { fromStoredTime, toStoredTime } from './stored-time'
import { fromStored } from './stored-value'

/** A single value with a longer JSON is left out, bytes: a chart cannot show it, and it would displace all others. */
const VALUE_BYTES_MAX = 64 * 1024
/** Some milliseconds on a small machine. */
export const STEP_VALUES = 5_000
/** Values that become JSON, one by one. */
const STEP_POINTS = 500

/** Tags of a collector that have values in the history, in the order in which they came. */
export function listTags(database: DatabaseSync, collector: string): string[] {
  const rows = database
    .prepare('SELECT tag FROM series WHERE collector = ? GROUP BY tag ORDER BY min(id)')
    .all(collector)
  return rows.map(({ tag }) => String(tag))
}

/** The whole answer at once. */
export function queryHistory(database: DatabaseSync, query: HistoryQuery): HistoryAnswer {
  const all = query.tags ?? listTags(database, query.collector)
  const tags = all.slice(0, HISTORY_TAGS_MAX)
  const { collector, from, to, buckets } = query
  return {
    collector,
    from,
    to,
    ...(buckets !== undefined && { buckets }),
    series: tags.flatMap((tag) => resultOf(querySeries(database, query, tag))),
    ...(tags.length < all.length && { tagsLeftOut: all.length - tags.length }),
  }
}

/**
 * What the answer says of one tag, as JSON at most HISTORY_TAG_BYTES_MAX and a little for the names: none where it has no
 * values in the range, several where its unit or kind has changed.
 */
export function* querySeries(database: DatabaseSync, query: HistoryQuery, tag: string): Steps<HistorySeries[]> {
  const budget = new Budget(HISTORY_TAG_BYTES_MAX)
  const rows = database
    .prepare('SELECT id, unit, kind FROM series WHERE collector = ? AND tag = ? ORDER BY id DESC')
    .all(query.collector, tag)
  const found: HistorySeries[] = []
  for (const { id, unit, kind: text } of rows) {
    const kind = asOneOf(text, TAG_KINDS)
    if (kind === undefined) continue
    const range = new SeriesRange(database, Number(id), kind)
    const { points, isTruncated } =
      query.buckets === undefined
        ? yield* pointsOf(range, query, budget)
        : yield* bucketsOf(range, query, query.buckets, budget)
    if (points.length === 0 && !isTruncated) continue
    found.push({ tag, unit: String(unit), kind, points, ...(isTruncated && { truncated: true }) })
  }
  return found.reverse()
}

function* pointsOf(
  range: SeriesRange,
  { from, to }: HistoryQuery,
  budget: Budget,
): Steps<{ points: HistoryPoint[]; isTruncated: boolean }> {
  const points: HistoryPoint[] = []
  let isTruncated = false
  let seen = 0
  for (const { time, value } of range.newest(toStoredTime(from), toStoredTime(to))) {
    seen++
    if (seen % STEP_POINTS === 0) yield
    const decoded = fromStored(value, range.kind)
    if (decoded === undefined || typeof time !== 'bigint') continue
    const point: HistoryPoint = [fromStoredTime(time), decoded]
    const outcome = points.length === HISTORY_POINTS_MAX ? 'full' : budget.take(point)
    if (outcome !== 'taken') isTruncated = true
    if (outcome === 'full') break
    if (outcome === 'taken') points.push(point)
  }
  return { points: points.reverse(), isTruncated }
}

function* bucketsOf(
  range: SeriesRange,
  { from, to }: HistoryQuery,
  wanted: number,
  budget: Budget,
): Steps<{ points: HistoryBucket[]; isTruncated: boolean }> {
  const points: HistoryBucket[] = []
  let isTruncated = false
  const count = Math.min(wanted, Math.ceil(to - from))
  const startOf = (index: number): number => Math.floor(from + ((to - from) / count) * index)
  for (let index = count - 1; index >= 0; index--) {
    const start = startOf(index)
    const end = index === count - 1 ? to : startOf(index + 1)
    const bucket = yield* range.aggregate(toStoredTime(start), toStoredTime(end))
    if (!bucket) continue
    const outcome = budget.take({ time: start, ...bucket })
    if (outcome !== 'taken') isTruncated = true
    if (outcome === 'full') break
    if (outcome === 'taken') points.push({ time: start, ...bucket })
  }
  return { points: points.reverse(), isTruncated }
}

/** Keeps an answer small. */
class Budget {
  #bytes: number

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(point: HistoryPoint | HistoryBucket): 'taken' | 'too-large' | 'full' {
    const bytes = Buffer.byteLength(JSON.stringify(point)) + 1
    if (bytes > VALUE_BYTES_MAX) return 'too-large'
    if (bytes > this.#bytes) return 'full'
    this.#bytes -= bytes
    return 'taken'
  }
}

/** Values of one series from one time to before another; what is both among the recent ones and in its place counts once. */
const VALUES = `
  SELECT time, value FROM sample WHERE series = ?1 AND time >= ?2 AND time < ?3
  UNION ALL
  SELECT time, value FROM recent WHERE time >= ?2 AND time < ?3 AND series = ?1
    AND NOT EXISTS (SELECT 1 FROM sample WHERE sample.series = ?1 AND sample.time = recent.time)`

type StoredTime = number | bigint

class SeriesRange {
  readonly kind: TagKind
  readonly #id: number
  readonly #newest: StatementSync
  readonly #aggregatePart: StatementSync

  constructor(database: DatabaseSync, id: number, kind: TagKind) {
    this.kind = kind
    this.#id = id
    this.#newest = database.prepare(`${VALUES} ORDER BY time DESC`)
    this.#newest.setReadBigInts(true)
    // texts, lists and objects are only in series of the kind `any`
    const numeric = kind === 'any' ? `CASE WHEN typeof(value) <> 'text' THEN value END` : 'CAST(value AS REAL)'
    this.#aggregatePart = database.prepare(`
      SELECT count(*) AS count, count(n) AS numbers, CAST(min(n) AS REAL) AS min, CAST(max(n) AS REAL) AS max,
        total(n) AS sum, max(time) AS end
      FROM (SELECT time, ${numeric} AS n FROM (${VALUES} ORDER BY time LIMIT ${STEP_VALUES}))`)
    this.#aggregatePart.setReadBigInts(true)
  }

  newest(from: StoredTime, to: StoredTime) {
    return this.#newest.iterate(this.#id, from, to)
  }

  *aggregate(from: StoredTime, to: StoredTime): Steps<Omit<HistoryBucket, 'time'> | undefined> {
    let [count, numbers, sum] = [0, 0, 0]
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let start = from; ; ) {
      const part = this.#aggregatePart.get(this.#id, start, to)
      const partCount = Number(part?.count)
      count += partCount
      if (Number(part?.numbers) > 0) {
        numbers += Number(part?.numbers)
        sum += Number(part?.sum)
        min = Math.min(min, Number(part?.min))
        max = Math.max(max, Number(part?.max))
      }
      yield
      if (partCount < STEP_VALUES || typeof part?.end !== 'bigint') break
      start = part.end + 1n
    }
    const last = count > 0 ? this.#last(from, to) : undefined
    if (last === undefined) return undefined
    return numbers === 0 ? { count, last } : { count, min, mean: sum / numbers, max, last }
  }

  #last(from: StoredTime, to: StoredTime) {
    for (const { value } of this.newest(from, to)) {
      const last = fromStored(value, this.kind)
      if (last !== undefined) return last
    }
    return undefined
  }
}
