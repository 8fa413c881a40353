// What to ask the device in a cycle: the items in few requests, around what it has refused so far.

import { type BlockLimits, blockAround, type Cut } from '../registers/blocks'
import { Search } from '../registers/search'
import type { Item } from './item'
import { Refusals } from './refusals'
import { planRequests, type ReadBlock } from './requests'

/** Items that were refused together, so that nothing is known of each. */
export type Suspects<Area extends string = string> = {
  readonly unit: number
  readonly area: Area
  readonly search: Search<Item<Area>>
  reason: string
}

/** What has been learned of one area of one unit. */
type Terrain = {
  /** Where no request may reach over: a hole between items, or the border of two parts that are given apart only. */
  readonly holes: Cut[]
  /** What the device gives at once; undefined while it is not known to be less than the configuration allows. */
  maxLength?: number
  /** What it has given at once so far. */
  longest: number
}

/** A device that gives less than this at once would be a strange one. */
const MAX_LENGTH_MIN = 8

export class Plan<Area extends string = string> {
  readonly refusals = new Refusals<Area>()
  readonly #items: readonly Item<Area>[]
  readonly #limits: BlockLimits<Area>
  readonly #terrains = new Map<string, Terrain>()
  #suspects: Suspects<Area>[] = []
  /** What was suspect, and is to be read like everything else. */
  #cleared: Item<Area>[] = []
  #blocks: ReadBlock<Area>[] = []
  #outdated = true

  constructor(items: readonly Item<Area>[], limits: BlockLimits<Area>) {
    this.#items = items
    this.#limits = limits
  }

  get units(): Set<number> {
    return new Set(this.#items.map(({ unit }) => unit))
  }

  get suspects(): readonly Suspects<Area>[] {
    return this.#suspects
  }

  /** The blocks without refused and suspect items; the same array until something is learned. */
  blocks(): ReadBlock<Area>[] {
    if (!this.#outdated) return this.#blocks
    const suspect = new Set(this.#suspects.flatMap(({ search }) => search.pending))
    const blocks = this.#blocksOf(this.#items.filter((item) => !this.refusals.has(item) && !suspect.has(item)))
    const silent = new Map(this.#blocks.filter(({ silences }) => silences > 0).map((block) => [keyOf(block), block]))
    if (silent.size > 0) for (const block of blocks) block.silences = silent.get(keyOf(block))?.silences ?? 0
    this.#blocks = blocks
    this.#outdated = false
    return blocks
  }

  /** Blocks of what has been cleared since the last time. */
  cleared(): ReadBlock<Area>[] {
    return this.#blocksOf(this.#cleared.splice(0))
  }

  /** A block was answered. */
  answered({ unit, area, length, items }: ReadBlock<Area>): void {
    const terrain = this.#terrain(unit, area)
    if (length > terrain.longest) terrain.longest = length
    if (this.refusals.size > 0) this.#accept(unit, area, items)
  }

  /** A block of several items was refused: they are searched, beside the cycles if need be, and the others are read on. */
  suspect(block: ReadBlock<Area>, reason: string): void {
    this.#suspects.push({ unit: block.unit, area: block.area, search: new Search(block), reason })
    this.#outdated = true
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

  refuse(items: readonly Item<Area>[], reason: string, at: { nowMs: number; chance: number }): void {
    this.refusals.refuse(items, reason, at)
    this.#outdated = true
  }

  /** From now on nothing is read together that lies on both sides of this. */
  avoid({ unit, area }: Suspects<Area>, hole: Cut): void {
    this.#terrain(unit, area).holes.push({ address: hole.address, length: hole.length })
    this.#outdated = true
  }

  /**
   * The device refused so many together and then gave them in two parts. Returns how many are asked for at once from now
   * on; undefined if as many have been given before, so that it cannot be the length.
   */
  shorten({ unit, area }: Suspects<Area>, refusedLength: number): number | undefined {
    const terrain = this.#terrain(unit, area)
    if (refusedLength <= terrain.longest || refusedLength <= MAX_LENGTH_MIN) return undefined
    terrain.maxLength = Math.max(terrain.longest, refusedLength >> 1)
    this.#clear((other) => other.unit === unit && other.area === area)
    this.#outdated = true
    return terrain.maxLength
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

  #probesOf(groups: Item<Area>[][]): ReadBlock<Area>[] {
    const ranges = groups.filter(({ length }) => length > 1)
    const singles = groups.filter(({ length }) => length === 1).flat()
    return [
      ...planRequests(singles, { ...this.#limits, maxGap: () => 0 }, (unit, area) => this.#terrain(unit, area)),
      ...ranges.flatMap((items) => this.#blocksOf(items, () => [])),
    ]
  }

  #blocksOf(
    items: readonly Item<Area>[],
    cutsOf = (unit: number, area: Area) => this.#cutsOf(unit, area),
  ): ReadBlock<Area>[] {
    return planRequests(items, this.#limits, (unit, area) => {
      const { maxLength } = this.#terrain(unit, area)
      return { cuts: cutsOf(unit, area), ...(maxLength !== undefined && { maxLength }) }
    })
  }

  /** What was refused among them is given after all; whatever else was learned of its area may be as outdated. */
  #accept(unit: number, area: Area, items: readonly Item<Area>[]): void {
    let changed = false
    for (const item of items) changed = this.refusals.accept(item) || changed
    if (!changed) return
    this.#terrain(unit, area).holes.length = 0
    this.refusals.makeDue((item) => item.unit === unit)
    this.#outdated = true
  }

  #clear(chosen: (suspects: Suspects<Area>) => boolean): void {
    this.#cleared.push(...this.#suspects.filter(chosen).flatMap(({ search }) => search.pending))
    this.#suspects = this.#suspects.filter((suspects) => !chosen(suspects))
  }

  /** A request over what is refused would be refused as well. */
  #cutsOf(unit: number, area: Area): Cut[] {
    const cuts = [...this.#terrain(unit, area).holes]
    for (const item of this.refusals.items) if (item.unit === unit && item.area === area) cuts.push(item)
    for (const { search, ...of } of this.#suspects) {
      if (of.unit === unit && of.area === area && search.pending.length > 0) {
        cuts.push(blockAround(area, search.pending))
      }
    }
    return cuts
  }

  #terrain(unit: number, area: Area): Terrain {
    const key = `${unit} ${area}`
    const known = this.#terrains.get(key)
    if (known) return known
    const terrain: Terrain = { holes: [], longest: 0 }
    this.#terrains.set(key, terrain)
    return terrain
  }
}

function keyOf({ unit, area, address, length }: ReadBlock): string {
  return `${unit} ${area} ${address} ${length}`
}
