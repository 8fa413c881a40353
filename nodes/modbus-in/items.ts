// A tag list as what has to be read of a device: each register or bit once, with the columns that it fills.

import type { TagColumn } from '../../lib/contract/batch'
import { Fault } from '../../lib/contract/fault'
import { wordTypeRegisters } from '../../lib/contract/word-types'
import type { Span } from '../../lib/registers/blocks'
import { bitOfWord, packedBit, scaled, wordDecoder } from '../../lib/registers/words'
import { type Area, isBitArea, type ModbusAddress, parseAddress, parseUnitId } from './addresses'
import type { ModbusConfig, ModbusTag } from './fields'

/**
 * Takes a tag's value out of an answer. `at` is where the item starts: a byte in an area of registers, a bit in an area
 * of bits. A number that is none (NaN, infinity) makes the tag bad.
 */
export type Decoder = (view: DataView, at: number) => number | boolean

export type Item = Span<Area> & {
  readonly unit: number
  readonly targets: { readonly column: number; readonly decode: Decoder }[]
}

export function columnsOf(tags: readonly ModbusTag[]): TagColumn[] {
  return tags.map(({ name, unit, type }) => ({ name, unit, kind: type === 'bool' ? 'boolean' : 'number' }))
}

/** In the order of the tags. Several tags of the same registers, e.g. bits of one, share an item. */
export function itemsOf({ tags, unitId }: Pick<ModbusConfig, 'tags' | 'unitId'>): Item[] {
  const items = new Map<string, Item>()
  tags.forEach((tag, column) => {
    const { area, address, bit } = orConfigFault(tag, parseAddress(tag.address))
    const unit = orConfigFault(tag, parseUnitId(tag.unitId)) ?? unitId
    const length = Math.max(1, wordTypeRegisters[tag.type])
    const key = `${unit} ${area} ${address} ${length}`
    const item = items.get(key) ?? { unit, area, address, length, targets: [] }
    items.set(key, item)
    item.targets.push({ column, decode: decoderOf(tag, { area, address, bit }) })
  })
  return [...items.values()]
}

function decoderOf({ type, order, scale, offset }: ModbusTag, { area, bit }: ModbusAddress): Decoder {
  if (isBitArea(area)) return packedBit
  if (type === 'bool') return bitOfWord(order, bit ?? 0)
  return scaled(wordDecoder(type, order), scale, offset)
}

/** The fields have been checked, so this is for those who come here by another way. */
function orConfigFault<T>({ name }: ModbusTag, parsed: T | { problem: string }): T {
  if (typeof parsed === 'object' && parsed !== null && 'problem' in parsed) {
    throw new Fault('config', 'tag-invalid', `tag "${name}": ${parsed.problem}`)
  }
  return parsed
}
