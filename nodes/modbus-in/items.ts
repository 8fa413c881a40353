// A tag list as what has to be read of a device: each register or bit once, with the columns that it fills.

import type { TagColumn } from '../../lib/contract/batch'
import { Fault } from '../../lib/contract/fault'
import { registersOf } from '../../lib/contract/word-types'
import type { Item } from '../../lib/polling/item'
import { kindOf, packedBitDecoder, wordDecoder } from '../../lib/registers/word-decoder'
import { BIG_ENDIAN } from '../../lib/registers/word-layout'
import { isBitArea, parseAddress, parseUnitId } from './addresses'
import { type ReadArea, readAreaOf } from './areas'
import type { ModbusConfig, ModbusTag } from './fields'

export function columnsOf(tags: readonly ModbusTag[]): TagColumn[] {
  return tags.map((tag) => ({ name: tag.name, unit: tag.unit, kind: kindOf(tag) }))
}

/** In the order of the tags. Several tags of the same registers, e.g. bits of one, share an item. */
export function itemsOf({ tags, unitId }: Pick<ModbusConfig, 'tags' | 'unitId'>): Item<ReadArea>[] {
  const items = new Map<string, Item<ReadArea>>()
  tags.forEach((tag, column) => {
    const { area, address, bit } = orConfigFault(tag, parseAddress(tag.address))
    const unit = orConfigFault(tag, parseUnitId(tag.unitId)) ?? unitId
    const readArea = readAreaOf(area, tag.width)
    const length = isBitArea(area) ? tag.length : Math.ceil(registersOf({ ...tag, bit }) / tag.width)
    const decode = isBitArea(area) ? packedBitDecoder(tag) : wordDecoder({ ...tag, bit }, BIG_ENDIAN)
    const key = `${unit} ${readArea} ${address} ${length}`
    const item = items.get(key) ?? { unit, area: readArea, address, length, targets: [] }
    items.set(key, item)
    item.targets.push({ column, decode })
  })
  return [...items.values()]
}

/** The fields have been checked, so this is for those who come here by another way. */
function orConfigFault<T>({ name }: ModbusTag, parsed: T | { problem: string }): T {
  if (typeof parsed === 'object' && parsed !== null && 'problem' in parsed) {
    throw new Fault('config', 'tag-invalid', `tag "${name}": ${parsed.problem}`)
  }
  return parsed
}
