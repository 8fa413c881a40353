// The memory of a device whose values tell where and when they were read: of every unit, address and epoch another one.

import type { Value } from '../../lib/contract/batch'
import type { WordOrder, WordType } from '../../lib/contract/word-types'
import type { Place } from '../../simulators/modbus/behaviours/behaviour'
import { encodeValue } from '../../simulators/modbus/encode'
import { type Area, isBits } from '../../simulators/modbus/memory'

/** A tag and what stands at its place. */
export type FieldPoint = Place & {
  name: string
  type: WordType
  order: WordOrder
  /** Of a register. */
  bit?: number
  /** Registers at the address; 1 as a rule. */
  width: number
}

/** Values change so often, ms. */
const EPOCH_MS = 25
/** Of texts. */
export const TEXT_LENGTH = 8

export class FieldMemory {
  readonly #points = new Map<string, { point: FieldPoint; offset: number }>()
  readonly #seed: number
  readonly #now: () => number

  /** @param now monotonic clock, ms */
  constructor(seed: number, points: readonly FieldPoint[], now: () => number) {
    this.#seed = seed
    this.#now = now
    for (const point of points) {
      for (let offset = 0; offset < point.count; offset++) {
        this.#points.set(keyOf({ ...point, address: point.address + offset }), { point, offset })
      }
    }
  }

  /** Registers, or bits, as they are at this moment. */
  read({ unit, area, address, count }: Place): number[] {
    const epoch = epochAt(this.#now())
    return Array.from({ length: count }, (_, offset) => this.#word({ unit, area, address: address + offset }, epoch))
  }

  /** Whether the tag had this value at some time between these. */
  had(point: FieldPoint, value: Value, fromMs: number, toMs: number): boolean {
    for (let epoch = epochAt(fromMs); epoch <= epochAt(toMs); epoch++) {
      const right = this.#value(point, epoch)
      // 64-bit integers may come as texts
      if (value === right || (typeof right === 'number' && typeof value === 'string' && Number(value) === right))
        return true
    }
    return false
  }

  /** When the tag last had this value, as so many ms before: for the report of a failure. */
  ageOf(point: FieldPoint, value: Value, nowMs: number): number | undefined {
    for (let epoch = epochAt(nowMs); epoch >= 0; epoch--) {
      if (this.#value(point, epoch) === value) return nowMs - epoch * EPOCH_MS
    }
    return undefined
  }

  #word(at: { unit: number; area: Area; address: number }, epoch: number): number {
    const known = this.#points.get(keyOf(at))
    if (!known) return this.#chance(at, epoch) & (isBits(at.area) ? 1 : 0xffff)
    const { point, offset } = known
    const value = this.#value(point, epoch)
    if (isBits(point.area)) return Number(value)
    if (point.bit !== undefined) return this.#chance(point, epoch) & 0xffff
    if (point.width > 1) return Number(value)
    return (
      encodeValue(point.type, point.order, typeof value === 'string' ? value : Number(value), TEXT_LENGTH)[offset] ?? 0
    )
  }

  #value(point: FieldPoint, epoch: number): number | boolean | string {
    const chance = this.#chance(point, epoch)
    if (isBits(point.area)) return (chance & 1) === 1
    if (point.bit !== undefined) return ((chance >> point.bit) & 1) === 1
    if (point.width > 1) return chance & 0xffff
    switch (point.type) {
      case 'int16':
        return (chance << 16) >> 16
      case 'int32':
        return chance | 0
      case 'float32':
        return (chance & 0xff_ffff) / 4
      case 'uint32':
      case 'float64':
        return chance
      case 'string':
        return chance.toString(16).padStart(TEXT_LENGTH, '0')
      default:
        return chance & 0xffff
    }
  }

  /** 32 bits without a pattern. */
  #chance({ unit, area, address }: { unit: number; area: Area; address: number }, epoch: number): number {
    let mixed = (this.#seed ^ 0x9e37_79b9) | 0
    for (const part of [unit, AREA_NUMBERS[area], address, epoch]) {
      mixed = Math.imul(mixed ^ part, 0x85eb_ca6b)
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
      mixed ^= mixed >>> 16
    }
    return mixed >>> 0
  }
}

const AREA_NUMBERS: Record<Area, number> = { coil: 1, discrete: 2, holding: 3, input: 4 }

function epochAt(ms: number): number {
  return Math.floor(ms / EPOCH_MS)
}

function keyOf({ unit, area, address }: { unit: number; area: Area; address: number }): string {
  return `${unit} ${area} ${address}`
}
