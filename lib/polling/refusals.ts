// Items that the device refuses even when asked for alone, put aside, and when to try them again. What is refused for long
// is tried ever more rarely.

import type { Item } from './item'

/** `items`: one, or a range of which nothing could be read. */
export type Refusal<Area extends string = string> = {
  readonly items: readonly Item<Area>[]
  readonly reason: string
  /** How often it has been refused. */
  readonly times: number
  readonly retryAtMs: number
}

const FIRST_RETRY_MS = 60_000
const LAST_RETRY_MS = 600_000
/** Part of the wait that chance takes away, so that not everything is tried at once. */
const JITTER = 0.25

/** `chance` is from [0, 1). */
export function retryAfterMs(times: number, chance: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS) * (1 - JITTER * chance)
}

export class Refusals<Area extends string = string> {
  readonly #byItem = new Map<Item<Area>, Refusal<Area>>()

  get size(): number {
    return this.#byItem.size
  }

  get items(): IterableIterator<Item<Area>> {
    return this.#byItem.keys()
  }

  has(item: Item<Area>): boolean {
    return this.#byItem.has(item)
  }

  reasons(): IterableIterator<[Item<Area>, Refusal<Area>]> {
    return this.#byItem.entries()
  }

  /** How often the items have been refused already. */
  timesOf(items: readonly Item<Area>[]): number {
    return items.reduce((most, item) => Math.max(most, this.#byItem.get(item)?.times ?? 0), 0)
  }

  /** What is refused in the same cycle is given the same `chance`, so that neighbours stay together. */
  refuse(items: readonly Item<Area>[], reason: string, at: { nowMs: number; chance: number }): void {
    const times = this.timesOf(items) + 1
    const refusal = { items, reason, times, retryAtMs: at.nowMs + retryAfterMs(times, at.chance) }
    for (const item of items) this.#byItem.set(item, refusal)
  }

  /** False if it was not refused. */
  accept(item: Item<Area>): boolean {
    return this.#byItem.delete(item)
  }

  /** They have been tried once more, without a verdict on all of them. */
  postpone(items: readonly Item<Area>[], at: { nowMs: number; chance: number }): void {
    const concerned = new Set(items)
    for (const group of this.#groups(() => true)) {
      const tried = group.filter((item) => concerned.has(item))
      const reason = tried[0] && this.#byItem.get(tried[0])?.reason
      if (reason !== undefined) this.refuse(tried, reason, at)
    }
  }

  /** Whatever holds for these from now on, it is to be found out soon. */
  makeDue(concerned: (item: Item<Area>) => boolean): void {
    for (const refusal of new Set(this.#byItem.values())) {
      if (!refusal.items.some(concerned)) continue
      const due = { ...refusal, retryAtMs: Number.NEGATIVE_INFINITY }
      for (const item of refusal.items) if (this.#byItem.get(item) === refusal) this.#byItem.set(item, due)
    }
  }

  /** Those that are to be tried again, each with the others that it was refused with; the most urgent first. */
  due(nowMs: number): Item<Area>[][] {
    return this.#groups((refusal) => refusal.retryAtMs <= nowMs)
  }

  /** All, in the order in which they will be due. */
  byUrgency(): Item<Area>[][] {
    return this.#groups(() => true)
  }

  #groups(chosen: (refusal: Refusal<Area>) => boolean): Item<Area>[][] {
    const groups = new Map<Refusal<Area>, Item<Area>[]>()
    for (const [item, refusal] of this.#byItem) {
      if (!chosen(refusal)) continue
      const group = groups.get(refusal)
      if (group) group.push(item)
      else groups.set(refusal, [item])
    }
    return [...groups].sort(([a], [b]) => a.retryAtMs - b.retryAtMs).map(([, items]) => items)
  }
}
