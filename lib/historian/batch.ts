// How much goes to the database in one write: bounded in readings and in bytes, less after it was too much.

import type { Reading } from './reading'

/** Estimated bytes of a write. */
export const BATCH_MAX_BYTES = 1024 * 1024
const GROWTH = 1.02
/** Estimated bytes of a time, a number, and what stands around them. */
const LINE_BYTES = 24
const FIELD_BYTES = 14

export class BatchLimit {
  readonly readings: number
  #bytes = BATCH_MAX_BYTES

  constructor(readings: number) {
    this.readings = readings
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The database did not take so much. */
  tooLarge(bytes: number): void {
    this.#bytes = Math.max(Math.min(Math.floor(bytes / 2), this.#bytes), 1)
  }

  /** It did: after a while more is tried again. What leaves most of the room unused tells nothing. */
  accepted(bytes: number): void {
    if (bytes > this.#bytes / 2) this.#bytes = Math.min(Math.ceil(this.#bytes * GROWTH), BATCH_MAX_BYTES)
  }

  /** The next items that make one batch: at least one, in order. */
  next<T extends { reading: Reading }>(items: readonly T[], from: number): T[] {
    const batch: T[] = []
    let bytes = 0
    for (let at = from; at < items.length && batch.length < this.readings; at++) {
      const item = items[at]
      if (!item) break
      bytes += bytesOf(item.reading)
      if (batch.length > 0 && bytes > this.#bytes) break
      batch.push(item)
    }
    return batch
  }
}

/** Estimate of what a reading takes as a line; by far not exact, but the same in all databases. */
export function bytesOf({ source, fields }: Reading): number {
  let bytes = LINE_BYTES + source.measurement.length + source.collector.length
  for (const [key, value] of Object.entries(source.pointTags)) bytes += key.length + value.length
  for (const { column, value } of fields) {
    bytes += column.name.length + FIELD_BYTES
    if (typeof value === 'string') bytes += value.length
    else if (typeof value === 'object') bytes += JSON.stringify(value).length
  }
  return bytes
}

/** In two, in order; undefined for a single item. */
export function halves<T>(items: readonly T[]): [T[], T[]] | undefined {
  if (items.length < 2) return undefined
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}
