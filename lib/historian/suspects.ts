// Fields that the database has refused lately. They are written apart from all others: a field whose type has changed is
// refused in every cycle, and each time the search for it would cost dozens of requests.

import type { Field, Reading } from './reading'

const KNOWN_MAX = 1000

export class Suspects {
  readonly #keys = new Set<string>()

  get size(): number {
    return this.#keys.size
  }

  has(reading: Reading, field: Field): boolean {
    return this.#keys.has(keyOf(reading, field))
  }

  add(reading: Reading): void {
    for (const field of reading.fields) {
      this.#keys.add(keyOf(reading, field))
      const [oldest] = this.#keys
      if (oldest !== undefined && this.#keys.size > KNOWN_MAX) this.#keys.delete(oldest)
    }
  }

  /** The database has taken them. */
  clear(reading: Reading): void {
    for (const field of reading.fields) this.#keys.delete(keyOf(reading, field))
  }
}

function keyOf({ source }: Reading, { column }: Field): string {
  return JSON.stringify([source.measurement, source.collector, column.name])
}
