// Items as requests: those of each unit and area in few blocks, within what one request may ask for.

import { type Block, type BlockLimits, type Cut, planBlocks } from '../registers/blocks'
import type { Item } from './item'

export type ReadBlock<Area extends string = string> = Block<Item<Area>> & {
  readonly unit: number
  /** Shared with the same block of earlier plans. */
  record: BlockRecord
  /** It has been answered, with all of its items. */
  proven: boolean
}

export type BlockRecord = {
  /** Requests in a row to which nothing came back. */
  silences: number
  /** The last time nothing came, over a connection that stood. */
  isSilent: boolean
  /** Cycles in a row in which it was refused for another reason than its addresses. */
  failures: number
}

/** What is known of one area of one unit. */
export type Learned = { readonly maxLength?: number; readonly cuts?: readonly Cut[] }

/** A block of which nothing is known yet. */
export function newBlock<Area extends string>(unit: number, block: Block<Item<Area>>): ReadBlock<Area> {
  return { ...block, unit, record: { silences: 0, isSilent: false, failures: 0 }, proven: false }
}

/** Ordered by unit and area (as they first appear), then address. */
export function planRequests<Area extends string>(
  items: readonly Item<Area>[],
  limits: BlockLimits<Area>,
  learnedOf?: (unit: number, area: Area) => Learned,
): ReadBlock<Area>[] {
  const itemsByUnit = new Map<number, Item<Area>[]>()
  for (const item of items) {
    const known = itemsByUnit.get(item.unit)
    if (known) known.push(item)
    else itemsByUnit.set(item.unit, [item])
  }
  return [...itemsByUnit].flatMap(([unit, ofUnit]) =>
    planBlocks(ofUnit, {
      maxLength: (area) => Math.min(limits.maxLength(area), learnedOf?.(unit, area).maxLength ?? Infinity),
      maxGap: limits.maxGap,
      cuts: (area) => [...(limits.cuts?.(area) ?? []), ...(learnedOf?.(unit, area).cuts ?? [])],
    }).map((block) => newBlock(unit, block)),
  )
}
