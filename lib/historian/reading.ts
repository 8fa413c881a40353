// What one collector read at one time: one line of the database.

import type { Batch, TagColumn, Value } from '../contract/batch'
import { encodeBatch } from '../contract/batch'
import { encodeReadings, encodeSource, type Readings, type Source } from '../contract/readings'

export type Reading = {
  source: Source
  /** ms since the epoch, as the source or the collector said. */
  time: number
  /** How often the collector's clock had been set back: tells apart what else would have the same time. */
  clockSteps: number
  /** Good values only. */
  fields: Field[]
  /** When it was read, where `time` is that of the source: for a database that does not keep anything so old. */
  readAt?: { time: number; clockSteps: number }
}
export type Field = { column: TagColumn; value: Value }

/** As a database keeps them: of an array each element for itself, under the names `name[0]`, `name[1]` ..., but for those that are null. */
export function singleFields(fields: readonly Field[]): readonly Field[] {
  return fields.some(({ value }) => Array.isArray(value)) ? fields.flatMap(elementsOf) : fields
}

function elementsOf(field: Field): Field[] {
  const { column, value } = field
  if (!Array.isArray(value)) return [field]
  return value.flatMap((element, index) =>
    element === null ? [] : elementsOf({ column: { ...column, name: `${column.name}[${index}]` }, value: element }),
  )
}

/** All readings of a message in order, one for each distinct time; those without a good value are left out. */
export function readingsOf({ source, batches }: Readings): Reading[] {
  return batches.flatMap((batch) => readingsOfBatch(source, batch))
}

function readingsOfBatch(source: Source, batch: Batch): Reading[] {
  const byTime = new Map<string, Reading>()
  const counts = new Map<string, number>()
  batch.values.forEach((value, index) => {
    const column = source.columns[index]
    if (value === null || !column) return
    const reading = readingAt(byTime, source, batch, batch.sourceTimes.get(index))
    reading.fields.push({ column, value })
    if (!reading.readAt) return
    // several values of one tag must not get one time
    const count = counts.get(column.name) ?? 0
    counts.set(column.name, count + 1)
    reading.readAt.clockSteps = Math.max(reading.readAt.clockSteps, (batch.clockSteps ?? 0) + count)
  })
  return [...byTime.values()]
}

function readingAt(
  byTime: Map<string, Reading>,
  source: Source,
  batch: Batch,
  sourceTime: number | undefined,
): Reading {
  const { time: readTime, clockSteps = 0 } = batch
  const [time, steps] = sourceTime === undefined ? [readTime, clockSteps] : [sourceTime, 0]
  // a value with a source time is another reading than one without, though the times be the same
  const key = `${time}+${steps}${sourceTime === undefined ? '' : ' of the source'}`
  const known = byTime.get(key)
  if (known) return known
  const readAt = sourceTime === undefined ? {} : { readAt: { time: readTime, clockSteps } }
  const reading = { source, time, clockSteps: steps, fields: [], ...readAt }
  byTime.set(key, reading)
  return reading
}

/** The same with the time at which it was read; undefined where that is its time already. */
export function atReadTime({ readAt, ...reading }: Reading): Reading | undefined {
  return readAt && { ...reading, ...readAt }
}

/** A `readings` message of this one alone: what is kept when the database refuses it. */
export function messageOfReading({ source, time, clockSteps, fields }: Reading): Uint8Array {
  const columns = fields.map(({ column }) => column)
  const batch: Batch = {
    generation: 0,
    revision: 0,
    cycle: 0,
    time,
    values: fields.map(({ value }) => value),
    bad: new Map(),
    sourceTimes: new Map(),
    clockSteps,
  }
  return encodeReadings(encodeSource({ ...source, columns }), [encodeBatch(batch)])
}
