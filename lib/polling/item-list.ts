// What columns read of a device -> items: each span once, with the columns that it fills.

import type { Finish } from '../collector/finish'
import type { TagColumn } from '../contract/batch'
import type { Decoder } from '../registers/decoder'
import type { Item } from './item'

/** What a reader needs to read its tags. */
export type ReadingPlan<Area extends string> = {
  readonly items: readonly Item<Area>[]
  /** Of the tags: what a finished reading has. */
  readonly columns: readonly TagColumn[]
  /** Columns that the items fill: those of the tags, then hidden ones, which only others are scaled by. */
  readonly width: number
  /** To be applied to every reading of the items. */
  readonly finish: Finish
}

/** What one column reads. `scale` is the column that it is multiplied by. */
export type ColumnPlace<Area extends string> = Pick<Item<Area>, 'unit' | 'area' | 'address' | 'length'> & {
  readonly decode: Decoder
  readonly every: number
  readonly scale?: number | undefined
}

/** In the order of the columns. What is read in different cycles is an item each. */
export function itemList<Area extends string>(places: readonly ColumnPlace<Area>[]): Item<Area>[] {
  const reaches = reachesOf(places)
  const items = new Map<string, Draft<Area>>()
  places.forEach(({ unit, area, address, length, every, decode }, column) => {
    const key = `${unit} ${area} ${address} ${length} ${every}`
    const item = items.get(key) ?? { unit, area, address, length, ...(every > 1 && { every }), targets: [] }
    items.set(key, item)
    item.targets.push({ column, decode })
    const reach = Math.max(item.reach ?? address + length, reaches.get(column) ?? 0)
    if (reach > address + length) item.reach = reach
  })
  return [...items.values()]
}

type Draft<Area extends string> = Omit<Item<Area>, 'reach'> & { reach?: number }

/** Column -> where its partner ends, for the lower one of a value and its scale. */
function reachesOf(places: readonly ColumnPlace<string>[]): Map<number, number> {
  const reaches = new Map<number, number>()
  places.forEach((place, column) => {
    const scale = place.scale === undefined ? undefined : places[place.scale]
    if (place.scale === undefined || !scale || scale.unit !== place.unit || scale.area !== place.area) return
    const isLower = place.address <= scale.address
    const [lower, partner] = isLower ? [column, scale] : [place.scale, place]
    reaches.set(lower, Math.max(reaches.get(lower) ?? 0, partner.address + partner.length))
  })
  return reaches
}
