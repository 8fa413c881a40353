// Several read cycles of one collector as one message for the historian, the body of a `readings` message: who read, the
// columns, and the batches. It explains itself, so that it can be written long after its collector is gone.

import { type Batch, decodeBatch, parseColumns, type TagColumn } from './batch'
import { asOneOf, asRecord, asText, parseJson } from './parse'
import { PROCESS_TYPES, type ProcessType } from './process-row'

/** Whose readings they are, and what goes into every line of the database. */
export type Source = {
  /** Name of the reader. */
  collector: string
  type: ProcessType
  measurement: string
  /** Tags of the line besides `collector` and `type`. */
  pointTags: Record<string, string>
  columns: TagColumn[]
}
/** Every batch has exactly the columns of the source. */
export type Readings = { source: Source; batches: Batch[] }

const VERSION = 1
const LENGTH_BYTES = 4
const TEXT_MAX = 1000

/** The head of all messages of a collector: made once, since it does not change while the collector runs. */
export function encodeSource({ collector, type, measurement, pointTags, columns }: Source): Uint8Array {
  const tags = columns.map(({ name, unit, kind }) => [name, unit, kind])
  return new TextEncoder().encode(JSON.stringify({ v: VERSION, collector, type, measurement, pointTags, tags }))
}

/** Layout, little-endian: u32 length | source as JSON | for each batch: u32 length | bytes of encodeBatch. */
export function encodeReadings(source: Uint8Array, batches: readonly Uint8Array[]): Uint8Array {
  const parts = [source, ...batches]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + LENGTH_BYTES + part.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    bytes.set(part, at + LENGTH_BYTES)
    at += LENGTH_BYTES + part.length
  }
  return bytes
}

/** Parses the body of a `readings` message: undefined for anything malformed, however it came about. */
export function decodeReadings(bytes: Uint8Array): Readings | undefined {
  const [head, ...parts] = split(bytes) ?? []
  const source = head && parseSource(parseJson(head))
  if (!source || parts.length === 0) return undefined
  const batches: Batch[] = []
  for (const part of parts) {
    const batch = decodeBatch(part)
    if (batch?.values.length !== source.columns.length) return undefined
    batches.push(batch)
  }
  return { source, batches }
}

function split(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (bytes.length - at < LENGTH_BYTES) return undefined
    const end = at + LENGTH_BYTES + view.getUint32(at, true)
    if (end > bytes.length) return undefined
    parts.push(bytes.subarray(at + LENGTH_BYTES, end))
    at = end
  }
  return parts
}

function parseSource(input: unknown): Source | undefined {
  const record = asRecord(input)
  const collector = asText(record?.collector, TEXT_MAX)
  const type = asOneOf(record?.type, PROCESS_TYPES)
  const measurement = asText(record?.measurement, TEXT_MAX)
  const pointTags = parsePointTags(record?.pointTags)
  const columns = Array.isArray(record?.tags) ? parseColumns(record.tags.map(columnOf)) : undefined
  if (record?.v !== VERSION || collector === undefined || type === undefined || measurement === undefined) return
  return pointTags && columns && { collector, type, measurement, pointTags, columns }
}

function columnOf(input: unknown): unknown {
  if (!Array.isArray(input)) return undefined
  const [name, unit, kind]: unknown[] = input
  return { name, unit, kind }
}

function parsePointTags(input: unknown): Record<string, string> | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(record)) {
    if (typeof value !== 'string') return undefined
    tags[key] = value
  }
  return tags
}

/** Values that go into the database: a bad one is never written, one that was written in an earlier cycle not again. */
export function samplesIn({ values, bad, held }: Batch): number {
  return values.length - bad.size - (held?.size ?? 0)
}

/** As it goes into the database: without what was read in an earlier cycle. */
export function withoutHeld(whole: Batch): Batch {
  const { held, ...batch } = whole
  if (!held) return whole
  const values = batch.values.map((value, column) => (held.has(column) ? null : value))
  const bad = new Map(batch.bad)
  for (const column of held.keys()) bad.set(column, 'read in an earlier cycle')
  return { ...batch, values, bad }
}
