// Messages that a search was broken off for: they come after those that are fresh, and only as often as searches may be made. What
// is known of them already is kept, so that a search gets on however often it is broken off.

import type { Claim, Entry } from './claim'
import type { Claimed } from './durable-queue'

/** Parts of readings that are kept in memory; the oldest messages beyond are taken for fresh once more. */
const PARTS_MAX = 50_000

export class SetAside {
  readonly #entries = new Map<number, Entry>()
  #parts = 0

  has(id: number): boolean {
    return this.#entries.has(id)
  }

  /** What is left of the claim. */
  add({ entries }: Pick<Claim, 'entries'>): void {
    for (const entry of entries) {
      this.remove([entry.message.id])
      this.#entries.set(entry.message.id, entry)
      this.#parts += entry.open.size
    }
    for (const id of this.#entries.keys()) {
      if (this.#parts <= PARTS_MAX) return
      this.remove([id])
    }
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) {
      this.#parts -= this.#entries.get(id)?.open.size ?? 0
      this.#entries.delete(id)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#parts = 0
  }

  split(messages: readonly Claimed[]): { fresh: Claimed[]; aside: Claimed[] } {
    if (this.#entries.size === 0) return { fresh: [...messages], aside: [] }
    return { fresh: messages.filter(({ id }) => !this.has(id)), aside: messages.filter(({ id }) => this.has(id)) }
  }

  /** Taken up again: what was known of it when it was set aside. */
  resume({ id }: Claimed): Entry | undefined {
    const entry = this.#entries.get(id)
    this.remove([id])
    return entry
  }
}
