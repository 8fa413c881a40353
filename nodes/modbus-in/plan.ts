// What to ask the device in a cycle: the items in few requests, around what it has refused so far.

import { type Block, planBlocks } from '../../lib/registers/blocks'
import { type Area, isBitArea } from './addresses'
import type { ModbusConfig } from './fields'
import type { Item } from './items'

export type ReadBlock = Block<Item> & {
  readonly unit: number
  /** Cycles in a row in which nothing came back. */
  silences: number
}

/** An item that the device refuses even when asked for alone. */
export type Refusal = { reason: string; retryAtMs: number }

const BITS_PER_REGISTER = 16

export class Plan {
  readonly #items: readonly Item[]
  readonly #limits: { maxLength(area: Area): number; maxGap: number }
  readonly #refusals = new Map<Item, Refusal>()
  /** Unit and area -> addresses that no request may reach over. */
  readonly #cuts = new Map<string, Set<number>>()
  #blocks: ReadBlock[] | undefined

  constructor(items: readonly Item[], { maxRegisters, maxGap }: Pick<ModbusConfig, 'maxRegisters' | 'maxGap'>) {
    this.#items = items
    this.#limits = { maxLength: (area) => (isBitArea(area) ? maxRegisters * BITS_PER_REGISTER : maxRegisters), maxGap }
  }

  get refusals(): ReadonlyMap<Item, Refusal> {
    return this.#refusals
  }

  /**
   * The blocks without refused items. Those that left their last request unanswered come last, so that a unit that is
   * off, or a slow block, is waited for only when the others have been read.
   */
  blocks(): readonly ReadBlock[] {
    this.#blocks ??= this.#planned(
      this.#items.filter((item) => !this.#refusals.has(item)),
      this.#limits.maxGap,
    )
    if (this.#blocks.some((block) => block.silences > 0)) this.#blocks.sort((a, b) => a.silences - b.silences)
    return this.#blocks
  }

  /**
   * The refused items that are due to be tried again; when all items are refused, at least the one that is due first: a
   * device that is never asked is never missed.
   */
  probes(nowMs: number): ReadBlock[] {
    if (this.#refusals.size === 0) return []
    const waiting = [...this.#refusals].sort(([, a], [, b]) => a.retryAtMs - b.retryAtMs)
    const due = waiting.filter(([, { retryAtMs }]) => retryAtMs <= nowMs)
    const chosen = due.length === 0 && this.blocks().length === 0 ? waiting.slice(0, 1) : due
    return this.#planned(
      chosen.map(([item]) => item),
      0,
    )
  }

  /** From now on nothing is read together across the start of this block. */
  cutBefore({ unit, area, address }: Pick<ReadBlock, 'unit' | 'area' | 'address'>): void {
    const key = groupOf({ unit, area })
    const cuts = this.#cuts.get(key) ?? new Set()
    this.#cuts.set(key, cuts.add(address))
    this.#blocks = undefined
  }

  refuse(item: Item, refusal: Refusal): void {
    if (!this.#refusals.has(item)) this.#blocks = undefined
    this.#refusals.set(item, refusal)
  }

  /** The device gives the item after all; whatever else was learned of its area may be as outdated. */
  accept(item: Item): void {
    if (!this.#refusals.delete(item)) return
    this.#cuts.delete(groupOf(item))
    this.#blocks = undefined
  }

  #planned(items: readonly Item[], maxGap: number): ReadBlock[] {
    const itemsByUnit = new Map<number, Item[]>()
    for (const item of items) {
      const known = itemsByUnit.get(item.unit)
      if (known) known.push(item)
      else itemsByUnit.set(item.unit, [item])
    }
    return [...itemsByUnit].flatMap(([unit, ofUnit]) => {
      const cuts = (area: Area) => this.#cutsOf(unit, area)
      return planBlocks(ofUnit, { ...this.#limits, maxGap, cuts }).map((block) => ({ ...block, unit, silences: 0 }))
    })
  }

  /** A request over a refused item would be refused as well. */
  #cutsOf(unit: number, area: Area): number[] {
    const cuts = new Set(this.#cuts.get(groupOf({ unit, area })))
    for (const item of this.#refusals.keys()) {
      if (item.unit === unit && item.area === area) cuts.add(item.address)
    }
    return [...cuts].sort((a, b) => a - b)
  }
}

function groupOf({ unit, area }: { unit: number; area: Area }): string {
  return `${unit} ${area}`
}
