// What one request may ask a Modbus device for, and what is read over to spare another one.

import type { BlockLimits } from '../../lib/registers/blocks'
import { type Area, isBitArea } from './addresses'
import type { ModbusConfig } from './fields'

export type RequestLimits = Pick<ModbusConfig, 'maxRegisters' | 'maxGap'>

/** A register is 16 bits: so many bits take the bytes of a register, in the limit as in a gap. */
const BITS_PER_REGISTER = 16

export function blockLimits({ maxRegisters, maxGap }: RequestLimits): BlockLimits<Area> {
  const addresses = (area: Area, registers: number): number => registers * (isBitArea(area) ? BITS_PER_REGISTER : 1)
  return { maxLength: (area) => addresses(area, maxRegisters), maxGap: (area) => addresses(area, maxGap) }
}
