// Readings as the tests need them: one reader, values given by name.

import type { Batch, TagKind, Value } from '../../../lib/contract/batch'
import { encodeBatch } from '../../../lib/contract/batch'
import { encodeReadings, encodeSource, type Source } from '../../../lib/contract/readings'
import type { Reading } from '../../../lib/historian/reading'

type Overrides = Partial<Omit<Source, 'columns'>> & { kinds?: Record<string, TagKind>; clockSteps?: number }

export function sourceOf(names: readonly string[], { kinds = {}, ...source }: Overrides = {}): Source {
  const columns = names.map((name) => ({ name, unit: '', kind: kinds[name] ?? 'number' }))
  return { collector: 'press 1', type: 'modbus', measurement: 'plant', pointTags: {}, ...source, columns }
}

export function readingOf(time: number, values: Record<string, Value>, overrides: Overrides = {}): Reading {
  const source = sourceOf(Object.keys(values), overrides)
  const fields = source.columns.map((column) => ({ column, value: values[column.name] ?? 0 }))
  return { source, time, clockSteps: overrides.clockSteps ?? 0, fields }
}

export function batchOf(time: number, values: Batch['values'], more: Partial<Batch> = {}): Batch {
  const bad = new Map(values.flatMap((value, index) => (value === null ? [[index, 'no answer'] as const] : [])))
  return { generation: 1, revision: 1, cycle: 1, time, values, bad, sourceTimes: new Map(), ...more }
}

/** The body of a `readings` message. */
export function bodyOf(source: Source, batches: readonly Batch[]): Uint8Array {
  return encodeReadings(encodeSource(source), batches.map(encodeBatch))
}
