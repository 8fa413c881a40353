// Between Node-RED and the historian: questions to the embedded history, and its answers, which are checked as all that a
// child says.

import { TAG_KINDS } from './batch'
import type { HistoryBucket, HistoryPoint, HistoryQuery, HistorySeries } from './history-query'
import { asCount, asNumber, asOneOf, asRecord, asText } from './parse'

/** Content of a `query` message. */
export type HistoryQuestion =
  /** -> string[], the tags of a collector */
  | { ask: 'tags'; collector: string }
  /** -> HistorySeries[] of the one tag */
  | { ask: 'series'; query: HistoryQuery; tag: string }

const TEXT_MAX = 1000

export function parseHistoryQuestion(input: unknown): HistoryQuestion | undefined {
  const record = asRecord(input)
  if (record?.ask === 'tags') {
    const collector = asText(record.collector, TEXT_MAX)
    return collector === undefined ? undefined : { ask: 'tags', collector }
  }
  const query = asRecord(record?.query)
  const tag = asText(record?.tag, TEXT_MAX)
  const collector = asText(query?.collector, TEXT_MAX)
  const from = asNumber(query?.from)
  const to = asNumber(query?.to)
  const buckets = asCount(query?.buckets)
  if (record?.ask !== 'series' || tag === undefined || collector === undefined) return undefined
  if (from === undefined || to === undefined) return undefined
  return { ask: 'series', tag, query: { collector, tags: [tag], from, to, buckets } }
}

export function parseHistoryTags(input: unknown): string[] | undefined {
  if (!Array.isArray(input)) return undefined
  const tags = input.map((tag) => asText(tag, TEXT_MAX)).filter((tag) => tag !== undefined)
  return tags.length === input.length ? tags : undefined
}

export function parseHistorySeries(input: unknown): HistorySeries[] | undefined {
  if (!Array.isArray(input)) return undefined
  const list = input.map(parseOne).filter((series) => series !== undefined)
  return list.length === input.length ? list : undefined
}

function parseOne(input: unknown): HistorySeries | undefined {
  const record = asRecord(input)
  const tag = asText(record?.tag, TEXT_MAX)
  const unit = asText(record?.unit, TEXT_MAX)
  const kind = asOneOf(record?.kind, TAG_KINDS)
  const points = parsePoints(record?.points)
  if (tag === undefined || unit === undefined || kind === undefined || !points) return undefined
  return { tag, unit, kind, points, ...(record?.truncated === true && { truncated: true }) }
}

function parsePoints(input: unknown): HistoryPoint[] | HistoryBucket[] | undefined {
  if (!Array.isArray(input)) return undefined
  if (input.every(isPoint)) return input
  return input.every(isBucket) ? input : undefined
}

// Values went through JSON: they are what a Value may be, but for null.
function isPoint(input: unknown): input is HistoryPoint {
  return Array.isArray(input) && input.length === 2 && typeof input[0] === 'number' && isValue(input[1])
}

function isBucket(input: unknown): input is HistoryBucket {
  const record = asRecord(input)
  if (typeof record?.time !== 'number' || typeof record.count !== 'number' || !isValue(record.last)) return false
  return [record.min, record.mean, record.max].every((value) => value === undefined || typeof value === 'number')
}

function isValue(input: unknown): boolean {
  return input !== null && input !== undefined
}
