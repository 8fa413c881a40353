// Items that the device refuses even when asked for alone, put aside, and when to try them again. What is refused for long
// is tried ever more rarely, unless it was good before: then it has to be back soon after the device has it again.

import type { Item } from './item'

/**
 * What the device does: `refused` it says no, which costs no time; `deviating` it answers without a value, which may be so for once;
 * `silent` it says nothing, which costs a timeout.
 */
export type RefusalKind = 'refused' | 'deviating' | 'silent'

/** `items`: one, or a range of which nothing could be read. */
export type Refusal<Area extends string = string> = {
  readonly items: readonly Item<Area>[]
  readonly kind: RefusalKind
  readonly reason: string
  /** How often it has been refused in this way. */
  readonly times: number
  readonly retryAtMs: number
}

export type RefusedAt = {
  readonly nowMs: number
  /** From [0, 1). */
  readonly chance: number
  /** `refused` if absent. */
  readonly kind?: RefusalKind
}

/** The first and the last wait, ms, of items that have never been good. */
const NEVER_GOOD: Record<RefusalKind, readonly [first: number, last: number]> = {
  refused: [60_000, 600_000],
  deviating: [2000, 600_000],
  silent: [2000, 600_000],
}
/** The same of a silence where something was good before; what is refused costs no time, and is asked for in every cycle. */
const GOOD_BEFORE_SILENT = [2000, 30_000] as const
/** Part of the wait that chance takes away, so that not everything is tried at once. */
const JITTER = 0.25

/** `wasGood`: it has been read at some time. */
export function retryAfterMs(
  times: number,
  { chance, kind = 'refused', wasGood = false }: { chance: number; kind?: RefusalKind; wasGood?: boolean },
): number {
  if (wasGood && kind !== 'silent') return 0
  const [first, last] = wasGood ? GOOD_BEFORE_SILENT : NEVER_GOOD[kind]
  return Math.min(first * 2 ** (times - 1), last) * (1 - JITTER * chance)
}

export class Refusals<Area extends string = string> {
  readonly #byItem = new Map<Item<Area>, Refusal<Area>>()
  readonly #wasGood: (item: Item<Area>) => boolean

  constructor(wasGood: (item: Item<Area>) => boolean = () => false) {
    this.#wasGood = wasGood
  }

  get size(): number {
    return this.#byItem.size
  }

  get items(): IterableIterator<Item<Area>> {
    return this.#byItem.keys()
  }

  has(item: Item<Area>): boolean {
    return this.#byItem.has(item)
  }

  of(item: Item<Area>): Refusal<Area> | undefined {
    return this.#byItem.get(item)
  }

  reasons(): IterableIterator<[Item<Area>, Refusal<Area>]> {
    return this.#byItem.entries()
  }

  /** How often the items have been refused already. */
  timesOf(items: readonly Item<Area>[]): number {
    return items.reduce((most, item) => Math.max(most, this.#byItem.get(item)?.times ?? 0), 0)
  }

  /** What is refused in the same cycle is given the same `chance`, so that neighbours stay together. */
  refuse(items: readonly Item<Area>[], reason: string, { nowMs, chance, kind = 'refused' }: RefusedAt): void {
    // a device that has become silent is waited for as at the beginning
    const before = items.filter((item) => this.#byItem.get(item)?.kind === kind)
    const times = this.timesOf(before) + 1
    const wasGood = items.some(this.#wasGood)
    const retryAtMs = nowMs + retryAfterMs(times, { chance, kind, wasGood })
    const refusal = { items, kind, reason, times, retryAtMs }
    for (const item of items) this.#byItem.set(item, refusal)
  }

  /** False if it was not refused. */
  accept(item: Item<Area>): boolean {
    return this.#byItem.delete(item)
  }

  /** They have been tried once more, without a verdict on all of them; with `kind` it is known how the device is now. */
  postpone(items: readonly Item<Area>[], at: RefusedAt): void {
    const concerned = new Set(items)
    for (const group of this.#groups(() => true)) {
      const tried = group.filter((item) => concerned.has(item))
      const refusal = tried[0] && this.#byItem.get(tried[0])
      if (refusal) this.refuse(tried, refusal.reason, { ...at, kind: at.kind ?? refusal.kind })
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
