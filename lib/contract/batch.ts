// One read cycle of one reader as bytes, the body of a `samples` message, and the names that go with it (`tags`).
// Fixed header, then the values: a batch of numbers and booleans is plain 64-bit floats, anything else is JSON.

import { asCount, asOneOf, asRecord, asText } from './parse'

/** What a tag may hold. Exact 64-bit integers above 2^53 are decimal strings, dates ISO 8601. */
export type Value = number | boolean | string | Value[] | { [key: string]: Value }

/** A column of a batch. `boolean` columns travel as 0 and 1. */
export type TagColumn = { name: string; unit: string; kind: 'number' | 'boolean' | 'any' }

/** Names of the columns of all batches with the same revision. Body of a `tags` message, as JSON. */
export type TagList = { generation: number; revision: number; tags: TagColumn[] }

export type Batch = {
  /** Spawn number of the process that read it: what an older process still sends is fenced off by it. */
  generation: number
  /** Which TagList names the columns. */
  revision: number
  /** Rises by one with every batch of a generation, from 1: a gap is a loss. */
  cycle: number
  /** Time of the reading, ms since the epoch. */
  time: number
  /** In the order of the TagList; null where the tag is bad. */
  values: (Value | null)[]
  /** Column -> reason, for exactly the bad ones. */
  bad: ReadonlyMap<number, string>
  /** Column -> ms since the epoch, where the source gave a time of its own. */
  sourceTimes: ReadonlyMap<number, number>
}

const MAGIC = 0x31_42_53_43 // "CSB1", little-endian
const HEADER_BYTES = 36
const FLOATS = 0
const JSON_VALUES = 1
/** Columns a batch may have: guards the decoder against an absurd count. */
const COLUMNS_MAX = 1_000_000

/**
 * Layout, little-endian: u32 magic | u32 generation | u32 revision | f64 cycle | f64 time | u32 count | u8 encoding |
 * 3 bytes 0 | values | tail. Values are count × f64 (a bad one is NaN), or nothing; the tail is empty or the JSON of a Tail.
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const count = batch.values.length
  const floats = batch.values.every(
    (value) => value === null || typeof value === 'number' || typeof value === 'boolean',
  )
  const tail = encodeTail(batch, floats)
  const valueBytes = floats ? count * 8 : 0
  const bytes = new Uint8Array(HEADER_BYTES + valueBytes + tail.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, batch.generation, true)
  view.setUint32(8, batch.revision, true)
  view.setFloat64(12, batch.cycle, true)
  view.setFloat64(20, batch.time, true)
  view.setUint32(28, count, true)
  view.setUint8(32, floats ? FLOATS : JSON_VALUES)
  if (floats) {
    batch.values.forEach((value, column) => {
      view.setFloat64(HEADER_BYTES + column * 8, value === null ? Number.NaN : Number(value), true)
    })
  }
  bytes.set(tail, HEADER_BYTES + valueBytes)
  return bytes
}

/** v: values that are no floats; b: [reason, columns]; s: [column, ms]. A part that is empty is left out. */
type Tail = { v?: (Value | null)[]; b?: [string, number[]][]; s?: [number, number][] }

function encodeTail(batch: Batch, floats: boolean): Uint8Array {
  if (floats && batch.bad.size === 0 && batch.sourceTimes.size === 0) return new Uint8Array(0)
  const tail: Tail = {}
  if (!floats) tail.v = batch.values
  if (batch.bad.size > 0) {
    const columnsByReason = new Map<string, number[]>()
    for (const [column, reason] of batch.bad) {
      const columns = columnsByReason.get(reason)
      if (columns) columns.push(column)
      else columnsByReason.set(reason, [column])
    }
    tail.b = [...columnsByReason]
  }
  if (batch.sourceTimes.size > 0) tail.s = [...batch.sourceTimes]
  return new TextEncoder().encode(JSON.stringify(tail))
}

/** Parses the body of a `samples` message: undefined for anything malformed, however it came about. */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getUint32(28, true)
  const encoding = view.getUint8(32)
  if (view.getUint32(0, true) !== MAGIC || count > COLUMNS_MAX || encoding > JSON_VALUES) return undefined
  const valueBytes = encoding === FLOATS ? count * 8 : 0
  if (bytes.length < HEADER_BYTES + valueBytes) return undefined
  const values: (Value | null)[] = new Array(count).fill(null)
  if (encoding === FLOATS) {
    for (let column = 0; column < count; column++) values[column] = view.getFloat64(HEADER_BYTES + column * 8, true)
  }
  const cycle = view.getFloat64(12, true)
  const time = view.getFloat64(20, true)
  if (!Number.isSafeInteger(cycle) || !Number.isFinite(time)) return undefined
  const batch = {
    generation: view.getUint32(4, true),
    revision: view.getUint32(8, true),
    cycle,
    time,
    values,
    bad: NONE_BAD,
    sourceTimes: NO_TIMES,
  }
  const tail = bytes.subarray(HEADER_BYTES + valueBytes)
  if (tail.length === 0) return encoding === FLOATS ? batch : undefined
  return decodeTail(batch, tail, encoding === JSON_VALUES)
}

const NONE_BAD: ReadonlyMap<number, string> = new Map()
const NO_TIMES: ReadonlyMap<number, number> = new Map()

function decodeTail(batch: Batch, bytes: Uint8Array, valuesExpected: boolean): Batch | undefined {
  const tail = parseJson(bytes)
  if (!tail) return undefined
  const values = valuesExpected ? decodeValues(tail.v, batch.values.length) : batch.values
  const bad = decodeBad(tail.b, batch.values.length)
  const sourceTimes = decodePairs(tail.s, batch.values.length)
  if (!values || !bad || !sourceTimes) return undefined
  for (const column of bad.keys()) values[column] = null
  return { ...batch, values, bad, sourceTimes }
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}

function decodeValues(input: unknown, count: number): (Value | null)[] | undefined {
  if (!Array.isArray(input) || input.length !== count) return undefined
  return input.every(isValueOrNull) ? input : undefined
}

function isValueOrNull(input: unknown): input is Value | null {
  if (input === null || typeof input === 'number' || typeof input === 'boolean' || typeof input === 'string')
    return true
  // JSON.parse yields nothing but these, arrays and plain objects
  return typeof input === 'object'
}

function decodeBad(input: unknown, count: number): ReadonlyMap<number, string> | undefined {
  if (input === undefined) return NONE_BAD
  if (!Array.isArray(input)) return undefined
  const bad = new Map<number, string>()
  for (const entry of input) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !Array.isArray(entry[1])) return undefined
    for (const column of entry[1]) {
      if (!isColumn(column, count)) return undefined
      bad.set(column, entry[0])
    }
  }
  return bad
}

function decodePairs(input: unknown, count: number): ReadonlyMap<number, number> | undefined {
  if (input === undefined) return NO_TIMES
  if (!Array.isArray(input)) return undefined
  const pairs = new Map<number, number>()
  for (const entry of input) {
    if (!Array.isArray(entry) || !isColumn(entry[0], count) || typeof entry[1] !== 'number') return undefined
    pairs.set(entry[0], entry[1])
  }
  return pairs
}

function isColumn(input: unknown, count: number): input is number {
  return typeof input === 'number' && Number.isInteger(input) && input >= 0 && input < count
}

/** Parses the body of a `tags` message; undefined for anything malformed. */
export function parseTagList(input: unknown): TagList | undefined {
  const record = asRecord(input)
  const generation = asCount(record?.generation)
  const revision = asCount(record?.revision)
  const list = record?.tags
  if (generation === undefined || revision === undefined || !Array.isArray(list) || list.length > COLUMNS_MAX)
    return undefined
  const tags: TagColumn[] = []
  for (const entry of list) {
    const tag = asRecord(entry)
    const name = asText(tag?.name, 1000)
    const unit = asText(tag?.unit, 1000)
    const kind = asOneOf(tag?.kind, ['number', 'boolean', 'any'])
    if (name === undefined || unit === undefined || kind === undefined) return undefined
    tags.push({ name, unit, kind })
  }
  return { generation, revision, tags }
}
