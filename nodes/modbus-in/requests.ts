// A tag list as requests: the items of each unit and area in few blocks, within what one request may ask for.

import { type Block, type Cut, planBlocks } from '../../lib/registers/blocks'
import { type Area, isBitArea } from './addresses'
import type { ModbusConfig } from './fields'
import type { Item } from './items'

export type ReadBlock = Block<Item> & {
  readonly unit: number
  /** Requests in a row to which nothing came back. */
  silences: number
}

export type RequestLimits = Pick<ModbusConfig, 'maxRegisters' | 'maxGap'>

/** What is known of one area of one unit. */
export type Learned = { readonly maxLength?: number; readonly cuts?: readonly Cut[] }

/** A register is 16 bits: so many bits take the bytes of a register, in the limit as in a gap. */
export const BITS_PER_REGISTER = 16

export function maxLengthOf(area: Area, { maxRegisters }: Pick<RequestLimits, 'maxRegisters'>): number {
  return maxRegisters * (isBitArea(area) ? BITS_PER_REGISTER : 1)
}

/** Ordered by unit and area (as they first appear), then address. */
export function planRequests(
  items: readonly Item[],
  limits: RequestLimits,
  learnedOf?: (unit: number, area: Area) => Learned,
): ReadBlock[] {
  const itemsByUnit = new Map<number, Item[]>()
  for (const item of items) {
    const known = itemsByUnit.get(item.unit)
    if (known) known.push(item)
    else itemsByUnit.set(item.unit, [item])
  }
  return [...itemsByUnit].flatMap(([unit, ofUnit]) =>
    planBlocks(ofUnit, {
      maxLength: (area) => Math.min(maxLengthOf(area, limits), learnedOf?.(unit, area).maxLength ?? Infinity),
      maxGap: (area) => limits.maxGap * (isBitArea(area) ? BITS_PER_REGISTER : 1),
      cuts: (area) => learnedOf?.(unit, area).cuts ?? [],
    }).map((block) => ({ ...block, unit, silences: 0 })),
  )
}
