// What to ask the device in a cycle: the items whose turn it is in few requests, around what it has refused so far.

import { type BlockLimits, blockAround, type Cut } from '../registers/blocks'
import { Search } from '../registers/search'
import type { Item } from './item'
import { Refusals, type RefusedAt } from './refusals'
import { type BlockRecord, newBlock, planRequests, type ReadBlock } from './requests'
import { shorten, Terrains } from './terrain'
import { Turns } from './turns'

/** How the block was refused: `failed` and `busy` for no reason that has to do with addresses, `silent` without a word. */
export type Cause = 'refused' | 'failed' | 'busy' | 'silent'

/** Items that were refused together, so that nothing is known of each. */
export type Suspects<Area extends string = string> = {
  readonly unit: number
  readonly area: Area
  readonly search: Search<Item<Area>>
  readonly cause: Cause
  readonly reason: string
  /** Cycles in a row in which it got no further, since what came said nothing of addresses. */
  stalls: number
}

/** Multiples of it, without their whole part, are spread evenly over [0, 1). */
const GOLDEN_RATIO = 0.618_033_988_75

export class Plan<Area extends string = string> {
  readonly refusals: Refusals<Area>
  readonly turns: Turns<Item<Area>>
  readonly #items: readonly Item<Area>[]
  readonly #limits: BlockLimits<Area>
  readonly #terrains = new Terrains()
  /** Items that have been read at some time. */
  readonly #good = new Set<Item<Area>>()
  #suspects: Suspects<Area>[] = []
  /** What was suspect, and is to be read like everything else. */
  #cleared: Item<Area>[] = []
  /** By whose turn it is; void when something is learned. */
  readonly #blocks = new Map<string, ReadBlock<Area>[]>()
  #outdated = false
  /** Tries to hear anything of a unit. */
  #tries = 0

  constructor(items: readonly Item<Area>[], limits: BlockLimits<Area>) {
    this.#items = items
    this.#limits = limits
    this.turns = new Turns(items)
    this.refusals = new Refusals((item) => this.#good.has(item))
  }

  get units(): Set<number> {
    return new Set(this.#items.map(({ unit }) => unit))
  }

  get suspects(): readonly Suspects<Area>[] {
    return this.#suspects
  }

  /** The blocks without refused and suspect items; the same array for the same turns until something is learned. */
  blocks(): ReadBlock<Area>[] {
    const { key } = this.turns
    const known = this.#outdated ? undefined : this.#blocks.get(key)
    if (known) return known
    const suspect = new Set(this.#suspects.flatMap(({ search }) => search.pending))
    const blocks = this.#blocksOf(
      this.#items.filter((item) => this.turns.isDue(item) && !this.refusals.has(item) && !suspect.has(item)),
    )
    this.#remember(blocks)
    if (this.#outdated) this.#blocks.clear()
    this.#blocks.set(key, blocks)
    this.#outdated = false
    return blocks
  }

  /** Blocks of what has been cleared since the last time. */
  cleared(): ReadBlock<Area>[] {
    return this.#blocksOf(this.#cleared.splice(0))
  }

  /** A block was answered. */
  answered(block: ReadBlock<Area>): void {
    const { unit, area, length, items } = block
    const terrain = this.#terrains.of(unit, area)
    if (length > terrain.longest) terrain.longest = length
    if (!block.proven) for (const item of items) this.#good.add(item)
    block.proven = true
    block.record.failures = 0
    if (this.refusals.size > 0) this.#accept(unit, area, items)
  }

  /** All that is asked of the unit, or of all units, in this cycle has been silent the last time. */
  isSilent(unit?: number): boolean {
    return this.blocks().every((block) => (unit !== undefined && block.unit !== unit) || block.record.silences > 0)
  }

  /**
   * A small request that the unit should answer if it lives: what was read before and is not in doubt now; failing that another item
   * each time, since any of them may be the one that is not answered.
   */
  smallPart(unit: number): ReadBlock<Area> | undefined {
    const ofUnit = this.#items.filter((item) => item.unit === unit && !this.refusals.has(item))
    const suspect = new Set(this.#suspects.flatMap(({ search }) => search.pending))
    const candidates = [
      ofUnit.filter((item) => this.#good.has(item) && !suspect.has(item)),
      ofUnit.filter((item) => this.#good.has(item)),
      ofUnit,
    ].find(({ length }) => length > 0)
    if (!candidates) return undefined
    const item = candidates[Math.floor(((this.#tries++ * GOLDEN_RATIO) % 1) * candidates.length)]
    return item && newBlock(unit, blockAround(item.area, [item]))
  }

  /** A block of several items was refused: they are searched, beside the cycles if need be, and the others are read on. */
  suspect(block: ReadBlock<Area>, reason: string, cause: Cause = 'refused'): Suspects<Area> {
    const suspects = { unit: block.unit, area: block.area, search: new Search(block), cause, reason, stalls: 0 }
    this.#suspects.push(suspects)
    this.#outdated = true
    return suspects
  }

  /** Whether a part of the area has been found to be refused whole. */
  hasRange({ unit, area }: { unit: number; area: Area }): boolean {
    for (const [item, { items }] of this.refusals.reasons()) {
      if (items.length > 1 && item.unit === unit && item.area === area) return true
    }
    return false
  }

  /** One step of the search has been made: what it settled belongs to the plan again, or to the refusals. */
  advanced(suspects: Suspects<Area>): void {
    if (suspects.search.over) this.#suspects = this.#suspects.filter((other) => other !== suspects)
    this.#outdated = true
  }

  refuse(items: readonly Item<Area>[], reason: string, at: RefusedAt): void {
    this.refusals.refuse(items, reason, at)
    this.#outdated = true
  }

  /** From now on nothing is read together that lies on both sides of this. */
  avoid({ unit, area }: Suspects<Area>, hole: Cut): void {
    this.#terrains.of(unit, area).holes.push({ address: hole.address, length: hole.length })
    this.#outdated = true
  }

  /** As `shorten` of the terrain: what is suspect there is read again, in shorter blocks. */
  shorten({ unit, area }: Suspects<Area>, refusedLength: number): number | undefined {
    const maxLength = shorten(this.#terrains.of(unit, area), refusedLength)
    if (maxLength === undefined) return undefined
    this.#clear((other) => other.unit === unit && other.area === area)
    this.#outdated = true
    return maxLength
  }

  /** The requests for refused items that are due to be tried again: neighbours together, and ranges as they were refused. */
  probes(nowMs: number): ReadBlock<Area>[] {
    if (this.refusals.size === 0) return []
    return this.#probesOf(this.refusals.due(nowMs))
  }

  /** One request for what will be due first, of the units that may be asked. */
  lastProbe(mayAsk: (unit: number) => boolean): ReadBlock<Area> | undefined {
    const group = this.refusals.byUrgency().find(([item]) => item && mayAsk(item.unit))
    return group && this.#probesOf([group])[0]
  }

  wasGood(items: readonly Item<Area>[]): boolean {
    return items.some((item) => this.#good.has(item))
  }

  isRefusedBySilence(items: readonly Item<Area>[]): boolean {
    return items.some((item) => this.refusals.of(item)?.kind === 'silent')
  }

  #probesOf(groups: Item<Area>[][]): ReadBlock<Area>[] {
    const ranges = groups.filter(({ length }) => length > 1)
    const singles = groups.filter(({ length }) => length === 1).flat()
    return [
      ...planRequests(singles, { ...this.#limits, maxGap: () => 0 }, (unit, area) => this.#terrains.of(unit, area)),
      ...ranges.flatMap((items) => this.#blocksOf(items, () => [])),
    ]
  }

  #blocksOf(
    items: readonly Item<Area>[],
    cutsOf = (unit: number, area: Area) => this.#cutsOf(unit, area),
  ): ReadBlock<Area>[] {
    return planRequests(items, this.#limits, (unit, area) => {
      const { maxLength } = this.#terrains.of(unit, area)
      return { cuts: cutsOf(unit, area), ...(maxLength !== undefined && { maxLength }) }
    })
  }

  /** What is known of the same blocks of earlier plans. */
  #remember(blocks: readonly ReadBlock<Area>[]): void {
    const records = new Map<string, BlockRecord>()
    for (const earlier of this.#blocks.values()) for (const block of earlier) records.set(keyOf(block), block.record)
    for (const block of blocks) block.record = records.get(keyOf(block)) ?? block.record
  }

  /** What was refused among them is given after all; whatever else was learned of its area may be as outdated. */
  #accept(unit: number, area: Area, items: readonly Item<Area>[]): void {
    let changed = false
    for (const item of items) changed = this.refusals.accept(item) || changed
    if (!changed) return
    this.#terrains.of(unit, area).holes.length = 0
    this.refusals.makeDue((item) => item.unit === unit)
    this.#outdated = true
  }

  #clear(chosen: (suspects: Suspects<Area>) => boolean): void {
    this.#cleared.push(...this.#suspects.filter(chosen).flatMap(({ search }) => search.pending))
    this.#suspects = this.#suspects.filter((suspects) => !chosen(suspects))
  }

  /** A request over what is refused would be refused as well. */
  #cutsOf(unit: number, area: Area): Cut[] {
    const cuts = [...this.#terrains.of(unit, area).holes]
    for (const item of this.refusals.items) if (item.unit === unit && item.area === area) cuts.push(item)
    for (const { search, ...of } of this.#suspects) {
      if (of.unit === unit && of.area === area && search.pending.length > 0) {
        cuts.push(blockAround(area, search.pending))
      }
    }
    return cuts
  }
}

function keyOf({ unit, area, address, length }: ReadBlock): string {
  return `${unit} ${area} ${address} ${length}`
}
