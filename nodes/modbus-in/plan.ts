// What to ask the device in a cycle: the items in few requests, around what it has refused so far.

import { type Block, type BlockLimits, planBlocks } from '../../lib/registers/blocks'
import { type Area, isBitArea } from './addresses'
import type { ModbusConfig } from './fields'
import type { Item } from './items'

export type ReadBlock = Block<Item> & {
  readonly unit: number
  /** Requests in a row to which nothing came back. */
  silences: number
}

/** An item that the device refuses even when asked for alone. */
export type Refusal = { reason: string; retryAtMs: number }

const BITS_PER_REGISTER = 16

export class Plan {
  readonly #items: readonly Item[]
  readonly #limits: BlockLimits<Area>
  readonly #refusals = new Map<Item, Refusal>()
  /** Unit and area -> addresses that no request may reach over. */
  readonly #cuts = new Map<string, Set<number>>()
  /** Unit -> requests in a row that did not get through to it. */
  readonly #lostInARow = new Map<number, number>()
  #blocks: ReadBlock[] | undefined

  constructor(items: readonly Item[], { maxRegisters, maxGap }: Pick<ModbusConfig, 'maxRegisters' | 'maxGap'>) {
    this.#items = items
    this.#limits = { maxLength: (area) => (isBitArea(area) ? maxRegisters * BITS_PER_REGISTER : maxRegisters), maxGap }
  }

  get refusals(): ReadonlyMap<Item, Refusal> {
    return this.#refusals
  }

  /**
   * The blocks without refused items. Those of units that are out of reach come last, and those that left their last
   * request unanswered: they are waited for only when the others have been read.
   */
  blocks(): readonly ReadBlock[] {
    this.#blocks ??= plan(
      this.#items.filter((item) => !this.#refusals.has(item)),
      (unit) => ({ ...this.#limits, cuts: (area) => this.#cutsOf(unit, area) }),
    )
    if (this.#lostInARow.size > 0 || this.#blocks.some((block) => block.silences > 0)) {
      this.#blocks.sort((a, b) => this.#lostOf(a.unit) - this.#lostOf(b.unit) || a.silences - b.silences)
    }
    return this.#blocks
  }

  /** A request got through to the unit. */
  reached(unit: number): void {
    if (this.#lostInARow.size > 0) this.#lostInARow.delete(unit)
  }

  /** A request did not get through to the unit; returns how many in a row. */
  lost(unit: number): number {
    const count = this.#lostOf(unit) + 1
    this.#lostInARow.set(unit, count)
    return count
  }

  /**
   * The refused items that are due to be tried again; when all items are refused, at least the one that is due first: a
   * device that is never asked is never missed.
   */
  probes(nowMs: number): ReadBlock[] {
    if (this.#refusals.size === 0) return []
    const refused = [...this.#refusals]
    const due = refused.filter(([, { retryAtMs }]) => retryAtMs <= nowMs)
    if (due.length === 0 && this.blocks().length === 0) {
      due.push(...refused.sort(([, a], [, b]) => a.retryAtMs - b.retryAtMs).slice(0, 1))
    }
    return plan(
      due.map(([item]) => item),
      () => ({ ...this.#limits, maxGap: 0 }),
    )
  }

  /** From now on nothing is read together across the start of this block. */
  cutBefore(block: ReadBlock): void {
    const key = groupOf(block)
    this.#cuts.set(key, (this.#cuts.get(key) ?? new Set()).add(block.address))
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

  /** A request over a refused item would be refused as well. */
  #cutsOf(unit: number, area: Area): number[] {
    const cuts = new Set(this.#cuts.get(groupOf({ unit, area })))
    for (const item of this.#refusals.keys()) {
      if (item.unit === unit && item.area === area) cuts.add(item.address)
    }
    return [...cuts].sort((a, b) => a - b)
  }

  #lostOf(unit: number): number {
    return this.#lostInARow.get(unit) ?? 0
  }
}

function plan(items: readonly Item[], limitsOf: (unit: number) => BlockLimits<Area>): ReadBlock[] {
  const itemsByUnit = new Map<number, Item[]>()
  for (const item of items) {
    const known = itemsByUnit.get(item.unit)
    if (known) known.push(item)
    else itemsByUnit.set(item.unit, [item])
  }
  return [...itemsByUnit].flatMap(([unit, ofUnit]) =>
    planBlocks(ofUnit, limitsOf(unit)).map((block) => ({ ...block, unit, silences: 0 })),
  )
}

function groupOf({ unit, area }: { unit: number; area: Area }): string {
  return `${unit} ${area}`
}
