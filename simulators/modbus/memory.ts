// What a simulated device holds: four areas of registers and bits, values that move, what exists and what is refused.

import type { WordOrder, WordType } from '../../lib/contract/word-types'
import { encodeValue, widthOf } from './encode'
import { valueAt, type Wave } from './waves'

export const AREAS = ['coil', 'discrete', 'input', 'holding'] as const
export type Area = (typeof AREAS)[number]
/** Wire addresses of an area (from 0). */
export const ADDRESS_COUNT = 65_536

/** A typed value that moves. */
export type Point = { area: Area; address: number; type: WordType; order?: WordOrder; wave: Wave }
export type Range = { address: number; count: number }
/** A request that touches the range is answered with this exception. */
export type Refusal = Range & { area: Area; code: ExceptionCode }

/** Modbus application protocol 1.1b3, 7. */
export const EXCEPTION_CODES = [1, 2, 3, 4, 5, 6, 8, 10, 11] as const
export type ExceptionCode = (typeof EXCEPTION_CODES)[number]
const ILLEGAL_ADDRESS = 2
const ILLEGAL_VALUE = 3
/** Of one read (Modbus application protocol 1.1b3, 6.1 to 6.4). */
export const REGISTERS_MAX = 125
export const BITS_MAX = 2000

/** The most that one read may ask for, and the exception to what asks for more: both are found in the field. */
type Limit = { count: number; code: LimitCode }
export const LIMIT_CODES = [2, 3] as const
export type LimitCode = (typeof LIMIT_CODES)[number]
export const BUSY_CODES = [5, 6] as const
/** After a pause of `quietMs` the next requests, so many, are answered by this exception: so it is in every cycle. */
export type Busy = { requests: number; code: (typeof BUSY_CODES)[number]; quietMs: number }

/** A refusal of everything that there is, as by a gateway without a path to the unit. */
export function allOf(areas: readonly Area[], code: ExceptionCode): Refusal[] {
  return areas.map((area) => ({ area, address: 0, count: ADDRESS_COUNT, code }))
}

/** The device answers "no". */
export class ModbusException extends Error {
  /** The name under which modbus-serial's server looks for it. */
  readonly modbusErrorCode: ExceptionCode

  constructor(code: ExceptionCode) {
    super(`exception ${code}`)
    this.modbusErrorCode = code
  }
}

export class DeviceMemory {
  private readonly values: Record<Area, Uint16Array> = {
    coil: new Uint16Array(ADDRESS_COUNT),
    discrete: new Uint16Array(ADDRESS_COUNT),
    input: new Uint16Array(ADDRESS_COUNT),
    holding: new Uint16Array(ADDRESS_COUNT),
  }
  private readonly moving: Record<Area, Map<number, Moving>> = {
    coil: new Map(),
    discrete: new Map(),
    input: new Map(),
    holding: new Map(),
  }
  private readonly existing: Partial<Record<Area, Range[]>> = {}
  private refusals: Refusal[] = []
  private registerLimit: Limit = { count: REGISTERS_MAX, code: ILLEGAL_VALUE }
  private bitLimit: Limit = { count: BITS_MAX, code: ILLEGAL_VALUE }
  private busyness: Busy | undefined
  private lastAskedMs = Number.NEGATIVE_INFINITY
  private askedInARow = 0

  private readonly now: () => number

  /** @param now monotonic clock, ms */
  constructor(now: () => number) {
    this.now = now
  }

  /** Writes plain values and ends whatever moved there. Throws a RangeError for what no device could hold. */
  set(area: Area, address: number, ...values: number[]): void {
    checkRange({ address, count: values.length })
    const largest = isBits(area) ? 1 : 0xffff
    const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value > largest)
    if (wrong !== undefined) throw new RangeError(`${wrong} does not fit into ${area} (0 to ${largest})`)
    this.halt(area, address, values.length)
    this.values[area].set(values, address)
  }

  /** Writes a typed value. */
  setValue(area: Area, address: number, type: WordType, value: number, order: WordOrder = ''): void {
    this.set(area, address, ...encodeValue(type, order, value))
  }

  /** Looks without counting as a read. */
  get(area: Area, address: number, count = 1): number[] {
    checkRange({ address, count })
    return this.serve(area, address, count, new Map())
  }

  place(...points: Point[]): void {
    for (const point of points) {
      const width = widthOf(point.type)
      checkRange({ address: point.address, count: width })
      if (isBits(point.area) !== (point.type === 'bool')) throw new RangeError(`${point.type} in ${point.area}`)
      this.halt(point.area, point.address, width)
      const value: Moving = { point, since: this.now(), reads: 0 }
      for (let offset = 0; offset < width; offset++) this.moving[point.area].set(point.address + offset, value)
    }
  }

  /** From now on only these addresses of the area exist; a read that leaves them is refused with exception 2. */
  limitTo(area: Area, ranges: Range[]): void {
    ranges.forEach(checkRange)
    this.existing[area] = ranges
  }

  /** Replaces all refusals. */
  refuse(refusals: Refusal[]): void {
    refusals.forEach(checkRange)
    this.refusals = refusals
  }

  /** Like a small device: a read of more registers is refused. */
  limitRegisters(count: number, code: LimitCode = ILLEGAL_VALUE): void {
    this.registerLimit = { count, code }
  }
  limitBits(count: number, code: LimitCode = ILLEGAL_VALUE): void {
    this.bitLimit = { count, code }
  }

  /** undefined: never busy. */
  busy(busy: Busy | undefined): void {
    this.busyness = busy
  }

  /** Comes before each read request. Throws a ModbusException when the device has no time, or is asked for too much. */
  admit(area: Area, count: number): void {
    const now = this.now()
    const { requests, code, quietMs } = this.busyness ?? { requests: 0, code: 6, quietMs: 0 }
    this.askedInARow = now - this.lastAskedMs >= quietMs ? 1 : this.askedInARow + 1
    this.lastAskedMs = now
    if (this.askedInARow <= requests) throw new ModbusException(code)
    if (count < 1) throw new ModbusException(ILLEGAL_VALUE)
    const limit = isBits(area) ? this.bitLimit : this.registerLimit
    if (count > limit.count) throw new ModbusException(limit.code)
  }

  /** What a read request is answered with, once it is admitted. Throws a ModbusException when the device says no. */
  read(area: Area, address: number, count: number): number[] {
    const asked = { address, count }
    const refusal = this.refusals.find((range) => range.area === area && overlap(range, asked))
    if (refusal) throw new ModbusException(refusal.code)
    if (!this.exists(area, asked)) throw new ModbusException(ILLEGAL_ADDRESS)
    const seen = new Map<Moving, number[]>()
    const served = this.serve(area, address, count, seen)
    for (const value of seen.keys()) value.reads++
    return served
  }

  private exists(area: Area, { address, count }: Range): boolean {
    if (address + count > ADDRESS_COUNT) return false
    const ranges = this.existing[area]
    if (!ranges) return true
    const holds = (wanted: number): boolean => ranges.some((range) => overlap(range, { address: wanted, count: 1 }))
    return Array.from({ length: count }, (_, offset) => address + offset).every(holds)
  }

  private serve(area: Area, address: number, count: number, seen: Map<Moving, number[]>): number[] {
    const served = Array.from(this.values[area].subarray(address, address + count))
    if (this.moving[area].size === 0) return served
    for (let offset = 0; offset < count; offset++) {
      const value = this.moving[area].get(address + offset)
      if (!value) continue
      const words = seen.get(value) ?? this.wordsOf(value)
      seen.set(value, words)
      served[offset] = words[address + offset - value.point.address] ?? 0
    }
    return served
  }

  private wordsOf({ point, since, reads }: Moving): number[] {
    return encodeValue(point.type, point.order ?? '', valueAt(point.wave, { timeMs: this.now() - since, reads }))
  }

  private halt(area: Area, address: number, count: number): void {
    for (let offset = 0; offset < count; offset++) {
      const value = this.moving[area].get(address + offset)
      if (!value) continue
      for (let word = 0; word < widthOf(value.point.type); word++) this.moving[area].delete(value.point.address + word)
    }
  }
}

type Moving = { point: Point; since: number; reads: number }

export function isBits(area: Area): boolean {
  return area === 'coil' || area === 'discrete'
}

function overlap(one: Range, other: Range): boolean {
  return one.address < other.address + other.count && other.address < one.address + one.count
}

function checkRange({ address, count }: Range): void {
  const whole = Number.isInteger(address) && Number.isInteger(count)
  if (!whole || address < 0 || count < 0 || address + count > ADDRESS_COUNT) {
    throw new RangeError(`addresses ${address} to ${address + count - 1} do not exist in Modbus`)
  }
}
