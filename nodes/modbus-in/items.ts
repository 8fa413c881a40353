// A tag list as what has to be read of a device: each register or bit once, with the columns that it fills, and what is made of
// a reading then.

import { columnFinishes, finishOf } from '../../lib/collector/finish'
import type { TagColumn } from '../../lib/contract/batch'
import { Fault } from '../../lib/contract/fault'
import { plainColumns, type ScaleReference, scaledColumns } from '../../lib/contract/scale-from'
import { registersOf } from '../../lib/contract/word-types'
import type { Item } from '../../lib/polling/item'
import { type ColumnPlace, itemList, type ReadingPlan } from '../../lib/polling/item-list'
import { kindOf, packedBitDecoder, wordDecoder } from '../../lib/registers/word-decoder'
import { BIG_ENDIAN } from '../../lib/registers/word-layout'
import { isBitArea, parseAddress, parseUnitId } from './addresses'
import { type ReadArea, readAreaOf } from './areas'
import type { ModbusConfig, ModbusTag } from './fields'

export function readingPlanOf(config: Pick<ModbusConfig, 'tags' | 'unitId'>): ReadingPlan<ReadArea> {
  const { tags, unitId } = config
  const { columns, scales } = scaledColumns(tags, scaleAt)
  const places = columns.map((tag, column) => placeOf(tag, unitId, scales.get(column)?.from))
  return {
    items: itemList(places),
    columns: columnsOf(tags),
    width: columns.length,
    finish: finishOf(columnFinishes(columns, scales), tags.length),
  }
}

export function columnsOf(tags: readonly ModbusTag[]): TagColumn[] {
  return tags.map((tag) => ({ name: tag.name, unit: tag.unit, kind: kindOf(tag) }))
}

/** In the order of the tags. Several tags of the same registers, e.g. bits of one, share an item. */
export function itemsOf(config: Pick<ModbusConfig, 'tags' | 'unitId'>): Item<ReadArea>[] {
  return [...readingPlanOf(config).items]
}

/** Of an exponent 16 bits with a sign, 0x8000 being none (SunSpec, Information Model Reference: sunssf); of a factor without. */
function scaleAt(tag: ModbusTag, { kind, from }: ScaleReference): ModbusTag {
  const { unitId, every } = tag
  return {
    ...plainColumns,
    width: 1,
    ...(kind === 'power' ? { type: 'int16', noValue: '0x8000' } : { type: 'uint16' }),
    name: from,
    address: from,
    unitId,
    every,
  }
}

function placeOf(tag: ModbusTag, unitId: number, scale: number | undefined): ColumnPlace<ReadArea> {
  const { area, address, bit } = orConfigFault(tag, parseAddress(tag.address))
  const unit = orConfigFault(tag, parseUnitId(tag.unitId)) ?? unitId
  const { every } = tag
  if (isBitArea(area)) {
    return { unit, area, address, length: tag.length, every, scale, decode: packedBitDecoder(tag) }
  }
  return {
    unit,
    area: readAreaOf(area, tag.width),
    address,
    length: Math.ceil(registersOf({ ...tag, bit }) / tag.width),
    every,
    scale,
    decode: wordDecoder({ ...tag, bit }, BIG_ENDIAN),
  }
}

/** The fields have been checked, so this is for those who come here by another way. */
function orConfigFault<T>({ name }: ModbusTag, parsed: T | { problem: string }): T {
  if (typeof parsed === 'object' && parsed !== null && 'problem' in parsed) {
    throw new Fault('config', 'tag-invalid', `tag "${name}": ${parsed.problem}`)
  }
  return parsed
}
