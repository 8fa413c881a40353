// What one request may ask a Modbus device for, and what is read over to spare another one.

import type { BlockLimits } from '../../lib/registers/blocks'
import { isBitArea } from './addresses'
import { placeOf, type ReadArea } from './areas'
import type { ModbusConfig } from './fields'

export type RequestLimits = Pick<ModbusConfig, 'maxRegisters' | 'maxGap' | 'grouping'>

/** A register is 16 bits: so many bits take the bytes of a register, in the limit as in a gap. */
const BITS_PER_REGISTER = 16

export function blockLimits({ maxRegisters, maxGap, grouping }: RequestLimits): BlockLimits<ReadArea> {
  // nothing fits beside the first tag then, but what lies within it
  if (grouping === 'tag') return { maxLength: () => 1, maxGap: () => 0 }
  const addresses = (readArea: ReadArea, registers: number): number => {
    const { area, width } = placeOf(readArea)
    return isBitArea(area) ? registers * BITS_PER_REGISTER : Math.floor(registers / width)
  }
  return { maxLength: (area) => addresses(area, maxRegisters), maxGap: (area) => addresses(area, maxGap) }
}
