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
}
export type Field = { column: TagColumn; value: Value }

/** As a database keeps them: of an array each element for itself, under the names `name[0]`, `name[1]` ... */
export function singleFields(fields: readonly Field[]): readonly Field[] {
  return fields.some(({ value }) => Array.isArray(value)) ? fields.flatMap(elementsOf) : fields
}

function elementsOf(field: Field): Field[] {
  const { column, value } = field
  if (!Array.isArray(value)) return [field]
  return value.flatMap((element, index) =>
    elementsOf({ column: { ...column, name: `${column.name}[${index}]` }, value: element }),
  )
}

/** All readings of a message in order, one for each distinct time; those without a good value are left out. */
export function readingsOf({ source, batches }: Readings): Reading[] {
  return batches.flatMap((batch) => readingsOfBatch(source, batch))
}

function readingsOfBatch(source: Source, batch: Batch): Reading[] {
  const byTime = new Map<string, Reading>()
  batch.values.forEach((value, index) => {
    const column = source.columns[index]
    if (value === null || !column) return
    const sourceTime = batch.sourceTimes.get(index)
    const time = sourceTime ?? batch.time
    const clockSteps = sourceTime === undefined ? (batch.clockSteps ?? 0) : 0
    const key = `${time}+${clockSteps}`
    let reading = byTime.get(key)
    if (!reading) {
      reading = { source, time, clockSteps, fields: [] }
      byTime.set(key, reading)
    }
    reading.fields.push({ column, value })
  })
  return [...byTime.values()]
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
