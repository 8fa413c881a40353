// One read cycle of one reader as bytes, the body of a `samples` message, and the names that go with it (`tags`).
// Fixed header, then the values: a batch of numbers and booleans is plain 64-bit floats, anything else is JSON.

import { asCount, asNumber, asOneOf, asRecord, asText, parseJson } from './parse'
import { checkTagName } from './reader-fields'

/**
 * What a tag may hold. Exact 64-bit integers above 2^53 are decimal strings, dates ISO 8601. A part of an array or of an object is null
 * where the device has none, or none that can be told.
 */
export type Value = number | boolean | string | (Value | null)[] | { [key: string]: Value | null }

export const TAG_KINDS = ['number', 'integer', 'unsigned', 'boolean', 'any'] as const
/**
 * What a column holds, of arrays each element. `boolean` columns travel as 0 and 1; `integer` and `unsigned` are whole numbers of 64 bits, as decimal
 * strings where a number would lose digits.
 */
export type TagKind = (typeof TAG_KINDS)[number]

/** A column of a batch. */
export type TagColumn = { name: string; unit: string; kind: TagKind }

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
  /**
   * How often the wall clock had been set back since the collector started, modulo 256; absent = 0. Tells apart two
   * readings that have the same time because of that.
   */
  clockSteps?: number
  /** Column -> ms since the epoch: good values that were read in an earlier cycle, and told then. */
  held?: ReadonlyMap<number, number>
}

const MAGIC = 0x31_42_53_43 // "CSB1", little-endian
const HEADER_BYTES = 36
const FLOATS = 0
const JSON_VALUES = 1
/** Columns a batch may have: guards the decoder against an absurd count. */
const COLUMNS_MAX = 1_000_000
/** Arrays and objects inside of each other in one value: whoever walks through it further on does so recursively. */
const DEPTH_MAX = 32

/**
 * Layout, little-endian: u32 magic | u32 generation | u32 revision | f64 cycle | f64 time | u32 count | u8 encoding |
 * u8 clock steps | 2 bytes 0 | values | tail. Values are count × f64 (a bad one is NaN), or nothing; the tail is empty or the JSON of a Tail.
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
  view.setUint8(33, batch.clockSteps ?? 0)
  if (floats) {
    batch.values.forEach((value, column) => {
      view.setFloat64(HEADER_BYTES + column * 8, value === null ? Number.NaN : Number(value), true)
    })
  }
  bytes.set(tail, HEADER_BYTES + valueBytes)
  return bytes
}

/** v: values that are no floats; b: [reason, columns]; s, h: source times and held ones, [column, ms]. A part that is empty is left out. */
type Tail = { v?: (Value | null)[]; b?: [string, number[]][]; s?: [number, number][]; h?: [number, number][] }

function encodeTail(batch: Batch, floats: boolean): Uint8Array {
  if (floats && batch.bad.size === 0 && batch.sourceTimes.size === 0 && !batch.held) return new Uint8Array(0)
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
  if (batch.held) tail.h = [...batch.held]
  return new TextEncoder().encode(JSON.stringify(tail))
}

const NO_TAIL: Record<string, unknown> = {}

/**
 * Parses the body of a `samples` message: undefined for anything malformed, however it came about. In what it returns
 * exactly the bad columns are null.
 */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getUint32(28, true)
  const encoding = view.getUint8(32)
  if (view.getUint32(0, true) !== MAGIC || count > COLUMNS_MAX || encoding > JSON_VALUES) return undefined
  const tailAt = HEADER_BYTES + (encoding === FLOATS ? count * 8 : 0)
  const cycle = asCount(view.getFloat64(12, true))
  const time = asNumber(view.getFloat64(20, true))
  if (bytes.length < tailAt || cycle === undefined || time === undefined) return undefined
  const tail = bytes.length === tailAt ? NO_TAIL : asRecord(parseJson(bytes.subarray(tailAt)))
  const values = encoding === FLOATS ? decodeFloats(view, count) : decodeValues(tail?.v, count)
  const bad = decodeBad(tail?.b, count)
  const sourceTimes = decodeTimes(tail?.s, count)
  const held = decodeTimes(tail?.h, count)
  if (!tail || !values || !bad || !sourceTimes || !held) return undefined
  for (const column of bad.keys()) values[column] = null
  if (held && [...held.keys()].some((column) => bad.has(column))) return undefined
  // As many as there are reasons: none is missing without one.
  if (countOfNull(values) !== bad.size) return undefined
  const clockSteps = view.getUint8(33)
  return {
    generation: view.getUint32(4, true),
    revision: view.getUint32(8, true),
    cycle,
    time,
    values,
    bad,
    sourceTimes,
    ...(clockSteps > 0 && { clockSteps }),
    ...(held.size > 0 && { held }),
  }
}

const NONE_BAD: ReadonlyMap<number, string> = new Map()
const NO_TIMES: ReadonlyMap<number, number> = new Map()

function decodeFloats(view: DataView, count: number): (number | null)[] {
  const values: (number | null)[] = new Array(count).fill(null)
  for (let column = 0; column < count; column++) {
    const value = view.getFloat64(HEADER_BYTES + column * 8, true)
    if (!Number.isNaN(value)) values[column] = value
  }
  return values
}

function decodeValues(input: unknown, count: number): (Value | null)[] | undefined {
  if (!Array.isArray(input) || input.length !== count) return undefined
  return input.every((value) => value === null || isValue(value)) ? input : undefined
}

/** Of what JSON.parse has made. */
export function isValue(input: unknown, depth = DEPTH_MAX): input is Value {
  if (typeof input === 'number' || typeof input === 'boolean' || typeof input === 'string') return true
  // JSON.parse yields nothing but these, null, arrays and plain objects
  if (typeof input !== 'object' || input === null || depth === 0) return false
  return Object.values(input).every((part) => part === null || isValue(part, depth - 1))
}

function countOfNull(values: readonly (Value | null)[]): number {
  let count = 0
  for (const value of values) if (value === null) count++
  return count
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

function decodeTimes(input: unknown, count: number): ReadonlyMap<number, number> | undefined {
  if (input === undefined) return NO_TIMES
  if (!Array.isArray(input)) return undefined
  const times = new Map<number, number>()
  for (const entry of input) {
    if (!Array.isArray(entry) || !isColumn(entry[0], count) || !Number.isFinite(entry[1])) return undefined
    times.set(entry[0], entry[1])
  }
  return times
}

function isColumn(input: unknown, count: number): input is number {
  return typeof input === 'number' && Number.isInteger(input) && input >= 0 && input < count
}

/** Parses the body of a `tags` message; undefined for anything malformed. */
export function parseTagList(input: unknown): TagList | undefined {
  const record = asRecord(input)
  const generation = asCount(record?.generation)
  const revision = asCount(record?.revision)
  const tags = parseColumns(record?.tags)
  return generation === undefined || revision === undefined || !tags ? undefined : { generation, revision, tags }
}

export function parseColumns(list: unknown): TagColumn[] | undefined {
  if (!Array.isArray(list) || list.length > COLUMNS_MAX) return undefined
  const tags: TagColumn[] = []
  for (const entry of list) {
    const tag = asRecord(entry)
    const name = asText(tag?.name, 1000)
    const unit = asText(tag?.unit, 1000)
    const kind = asOneOf(tag?.kind, TAG_KINDS)
    if (name === undefined || unit === undefined || kind === undefined) return undefined
    if (checkTagName(name) !== undefined) return undefined
    tags.push({ name, unit, kind })
  }
  return tags
}
