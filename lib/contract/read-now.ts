// One reading as the answer to a person who wants to see it: name by name, and bounded, since it goes through the control channel.

import { isValue, type Value } from './batch'
import { ANSWER_MAX_BYTES, CONTROL_TEXT_MAX } from './limits'
import { asCount, asNumber, asRecord, asText } from './parse'

export type ReadNow = {
  /** ms since the epoch */
  time: number
  /** How long the device took, ms. */
  tookMs: number
  tags: TagNow[]
  /** Tags of the reading that the answer has no room for. */
  leftOut: number
  /** The device answers, but not as it should. */
  degraded?: string
}
export type TagNow = {
  name: string
  /** null where the tag is bad, and where the value is too long to be shown. */
  value: Value | null
  /** Why the tag is bad. */
  quality?: string
  /** The beginning of a good value that is too long, as JSON. */
  excerpt?: string
  /** The device's own time, ms since the epoch. */
  time?: number
  /** The protocol's own word for how good the value is, e.g. UncertainLastUsableValue. */
  status?: string
}

/** What there is to show. Columns as in a batch. */
export type Shown = {
  names: readonly string[]
  values: readonly (Value | null)[]
  bad: ReadonlyMap<number, string>
  sourceTimes: ReadonlyMap<number, number>
  statusOf(column: number): string | undefined
}

/** A value whose JSON takes more bytes is shown as an excerpt. */
const VALUE_MAX_BYTES = 16 * 1024
/** Length of the excerpt. */
const EXCERPT_CHARACTERS = 200
const QUALITY_CHARACTERS = 1000
/** Of the answer around the tags, and what a line of the control channel adds to it. */
const FRAME_BYTES = CONTROL_TEXT_MAX + 1024

export function readNow(shown: Shown, reading: Pick<ReadNow, 'time' | 'tookMs' | 'degraded'>): ReadNow {
  const tags: TagNow[] = []
  let bytes = FRAME_BYTES
  for (const column of shown.names.keys()) {
    const tag = tagNow(shown, column)
    bytes += bytesOf(tag) + 1
    if (bytes > ANSWER_MAX_BYTES) break
    tags.push(tag)
  }
  const { time, tookMs, degraded } = reading
  const leftOut = shown.names.length - tags.length
  return { time, tookMs, tags, leftOut, ...(degraded !== undefined && { degraded }) }
}

function tagNow({ names, values, bad, sourceTimes, statusOf }: Shown, column: number): TagNow {
  const name = names[column] ?? ''
  const status = statusOf(column)
  const time = sourceTimes.get(column)
  const others = { ...(time !== undefined && { time }), ...(status !== undefined && { status }) }
  const value = values[column] ?? null
  if (value === null)
    return { name, value, quality: (bad.get(column) ?? 'no value').slice(0, QUALITY_CHARACTERS), ...others }
  const bytes = bytesOf(value)
  if (bytes <= VALUE_MAX_BYTES) return { name, value, ...others }
  return { name, value: null, excerpt: JSON.stringify(value).slice(0, EXCERPT_CHARACTERS), ...others }
}

function bytesOf(value: Value | TagNow): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}

/** Parses what a child answered; undefined for anything malformed. */
export function parseReadNow(input: unknown): ReadNow | undefined {
  const record = asRecord(input)
  const [time, tookMs, leftOut] = [asNumber(record?.time), asNumber(record?.tookMs, 0), asCount(record?.leftOut)]
  const degraded = asText(record?.degraded, CONTROL_TEXT_MAX)
  if (time === undefined || tookMs === undefined || leftOut === undefined || !Array.isArray(record?.tags))
    return undefined
  const tags: TagNow[] = []
  for (const entry of record.tags) {
    const tag = parseTag(entry)
    if (!tag) return undefined
    tags.push(tag)
  }
  return { time, tookMs, tags, leftOut, ...(degraded !== undefined && { degraded }) }
}

function parseTag(input: unknown): TagNow | undefined {
  const record = asRecord(input)
  const name = asText(record?.name, 1000)
  const value = record?.value
  if (!record || name === undefined || (value !== null && !isValue(value))) return undefined
  const quality = asText(record.quality, QUALITY_CHARACTERS)
  const excerpt = asText(record.excerpt, EXCERPT_CHARACTERS)
  const time = asNumber(record.time)
  const status = asText(record.status, 1000)
  return {
    name,
    value,
    ...(quality !== undefined && { quality }),
    ...(excerpt !== undefined && { excerpt }),
    ...(time !== undefined && { time }),
    ...(status !== undefined && { status }),
  }
}
