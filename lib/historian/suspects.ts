// Fields that the database has refused lately. They are written apart from all others: a field whose type has changed is
// refused in every cycle, and each time the search for it would cost dozens of requests. Where it is their type that is refused, or they were
// refused alone three times in a row, they are not even asked about, but once a minute.

import type { Field, Reading } from './reading'
import { isTypeConflict } from './refusal-words'

const KNOWN_MAX = 10_000
/** The database is asked about a field of a refused type so often, ms. */
export const ASK_AGAIN_MS = 60_000

/** A field that was refused alone as often in a row is refused for what it is, whatever the words. */
const TIMES_MAX = 3

type Suspicion = { reason: string; atMs: number; times: number }

export class Suspects {
  readonly #known = new Map<string, Suspicion>()

  get size(): number {
    return this.#known.size
  }

  has(reading: Reading, field: Field): boolean {
    return this.#known.has(suspectKey(reading, field))
  }

  /** Why values of this type are refused, as far as was ever found, by the words or again and again. */
  refusedType(reading: Reading, field: Field): string | undefined {
    const known = this.#known.get(suspectKey(reading, field))
    return known && (known.times >= TIMES_MAX || isTypeConflict(known.reason)) ? known.reason : undefined
  }

  /** The same where it was found so lately that it is believed without asking. */
  refusedNow(reading: Reading, field: Field, nowMs: number): string | undefined {
    const known = this.#known.get(suspectKey(reading, field))
    return known && nowMs - known.atMs < ASK_AGAIN_MS ? this.refusedType(reading, field) : undefined
  }

  add(reading: Reading, reason: string, nowMs: number): void {
    for (const field of reading.fields) {
      const key = suspectKey(reading, field)
      const times = (this.#known.get(key)?.times ?? 0) + 1
      this.#known.delete(key)
      this.#known.set(key, { reason, atMs: nowMs, times })
      const [oldest] = this.#known.keys()
      if (oldest !== undefined && this.#known.size > KNOWN_MAX) this.#known.delete(oldest)
    }
  }

  /** The database has taken them. */
  clear(reading: Reading): void {
    for (const field of reading.fields) this.#known.delete(suspectKey(reading, field))
  }
}

/** A database knows one type for a field of a measurement, whoever writes it. */
export function suspectKey({ source }: Reading, { column, value }: Field): string {
  return JSON.stringify([source.measurement, column.name, column.kind === 'any' ? typeof value : column.kind])
}
