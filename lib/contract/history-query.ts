// What is asked of the history and what it answers: `GET /collectors/history?collector=&tag=&from=&to=&buckets=`.

import type { TagKind, Value } from './batch'
import { NAME_MAX_LENGTH } from './command'
import { asRecord, asText } from './parse'

/** Times are ms since the epoch; `from` belongs to the range, `to` does not. */
export type HistoryQuery = {
  collector: string
  /** undefined = all tags that the collector has in the history. */
  tags: string[] | undefined
  from: number
  to: number
  /** Number of equal parts of the range, each answered by its aggregates; undefined = the single values. */
  buckets: number | undefined
}

/** Time in ms since the epoch. Whole numbers beyond 2^53 are decimal strings, so that they lose no digit. */
export type HistoryPoint = [time: number, value: Value]

/** One part of the range; those without a value are left out. */
export type HistoryBucket = {
  /** Start, ms since the epoch. */
  time: number
  count: number
  /** Of the numeric values, as 64-bit floats; true is 1, false 0. Absent where there are only texts, lists or objects. */
  min?: number
  mean?: number
  max?: number
  /** The latest value, written as in a point. */
  last: Value
}

/** A tag whose unit or kind has changed within the range is there more than once. */
export type HistorySeries = {
  tag: string
  unit: string
  kind: TagKind
  /** In the order of time: HistoryBuckets where `buckets` was asked for, else HistoryPoints. */
  points: HistoryPoint[] | HistoryBucket[]
  /** Older values of the range, or values too large, are missing: ask for a shorter range or for buckets. */
  truncated?: true
}

export type HistoryAnswer = {
  collector: string
  from: number
  to: number
  buckets?: number
  /** Only tags that have values in the range. */
  series: HistorySeries[]
  /** Tags of the collector that were not looked at, since there are more than HISTORY_TAGS_MAX: name those you want. */
  tagsLeftOut?: number
}

export const HISTORY_BUCKETS_MAX = 2000
/** Single values of a tag in one answer: the newest. */
export const HISTORY_POINTS_MAX = 5000
/** Tags in one answer. */
export const HISTORY_TAGS_MAX = 100
/** JSON of one tag's points, bytes in UTF-8; a message of the control channel holds it with ease. */
export const HISTORY_TAG_BYTES_MAX = 800_000

const DEFAULT_FROM = '-1h'
const DEFAULT_TO = 'now'
/** ms from the epoch that a Date can hold (ECMA-262, 21.4.1.1). */
export const DATE_MAX_MS = 8.64e15
const TAG_MAX_LENGTH = 1000
const TIME_MAX_LENGTH = 100

/**
 * The query part of the URL, as Express parses it: a text for each parameter, a list where one is repeated.
 *
 * - `collector`  name of the reader, required
 * - `tag`        may be repeated, at most HISTORY_TAGS_MAX times; absent = all tags
 * - `from`, `to` ms since the epoch, ISO 8601 (without a zone: local time of Node-RED), `now`, or relative to now:
 *                `-90s`, `-15m`, `-1h`, `-7d`, `-2w`; default: the last hour
 * - `buckets`    1 to HISTORY_BUCKETS_MAX, whole; absent = the single values, the newest HISTORY_POINTS_MAX of each tag
 *
 * Absent and empty are the same; a problem is one sentence for whoever made the URL. `now` is ms since the epoch.
 */
export function parseHistoryQuery(
  input: unknown,
  now: number,
): { ok: true; value: HistoryQuery } | { ok: false; problem: string } {
  const record = asRecord(input) ?? {}
  const collector = single(record.collector, NAME_MAX_LENGTH)
  const tags = textsOf(record.tag)
  const from = parseTime(record.from, DEFAULT_FROM, now)
  const to = parseTime(record.to, DEFAULT_TO, now)
  const buckets = parseBuckets(record.buckets)
  if (!collector) return refused('collector: name one reader')
  if (!tags || tags.length > HISTORY_TAGS_MAX)
    return refused(`tag: name up to ${HISTORY_TAGS_MAX} tags, or none for all`)
  if (from === undefined) return refused(`from: ${TIME_FORMS}`)
  if (to === undefined) return refused(`to: ${TIME_FORMS}`)
  if (from >= to) return refused('from: must be earlier than to')
  if (buckets === null) return refused(`buckets: expected a whole number from 1 to ${HISTORY_BUCKETS_MAX}`)
  return { ok: true, value: { collector, tags: tags.length === 0 ? undefined : tags, from, to, buckets } }
}

export const TIME_FORMS = 'expected ms since the epoch, ISO 8601, now, or a time before now like -15m, -1h, -7d'

function refused(problem: string): { ok: false; problem: string } {
  return { ok: false, problem }
}

/** Empty for an absent one. */
function single(input: unknown, maxLength: number): string | undefined {
  return input === undefined ? '' : asText(input, maxLength)
}

/** Each once. Beyond some twenty repetitions the parser of Express makes an object of them, with numbers as keys. */
function textsOf(input: unknown): string[] | undefined {
  if (input === undefined || input === '') return []
  if (typeof input === 'string') return input.length > TAG_MAX_LENGTH ? undefined : [input]
  const parts: unknown[] = Array.isArray(input) ? input : Object.values(asRecord(input) ?? { 0: undefined })
  const texts = parts.map((part) => asText(part, TAG_MAX_LENGTH)).filter((text) => text !== undefined)
  return texts.length === parts.length ? [...new Set(texts.filter((text) => text !== ''))] : undefined
}

/** undefined where none is asked for, null for anything but a number of buckets. */
function parseBuckets(input: unknown): number | undefined | null {
  const text = single(input, TIME_MAX_LENGTH)
  if (text === '') return undefined
  const buckets = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0
  return buckets >= 1 && buckets <= HISTORY_BUCKETS_MAX ? buckets : null
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
])
/** Date, then perhaps time, then perhaps zone; an unescaped plus in a URL has become a blank. */
const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+ -]\d{2}:?\d{2})?)?$/i

/** undefined for what is no time; an absent one is the standard. */
export function parseTime(input: unknown, standard: string, now: number): number | undefined {
  const text = single(input, TIME_MAX_LENGTH)?.trim() || (input === undefined || input === '' ? standard : '')
  const time = timeOf(text, now)
  return time !== undefined && Math.abs(time) <= DATE_MAX_MS ? time : undefined
}

function timeOf(text: string, now: number): number | undefined {
  if (text === 'now') return now
  if (/^-?\d{1,16}$/.test(text)) return Number(text)
  const relative = /^(?:now)?-(\d{1,9})([smhdw])$/.exec(text)
  if (relative) return now - Number(relative[1]) * (UNITS_MS.get(relative[2] ?? '') ?? Number.NaN)
  const iso = ISO_8601.exec(text)
  if (!iso) return undefined
  const [, day, clock = '00:00', zone = ''] = iso
  const time = Date.parse(`${day}T${clock}${zone.replace(' ', '+').replace(/(\d{2})(\d{2})$/, '$1:$2')}`)
  return Number.isNaN(time) ? undefined : time
}
