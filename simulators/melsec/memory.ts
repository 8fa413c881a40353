// What a simulated PLC holds: its devices, values that move, numbers that do not exist.

import type { WordType } from '../../lib/contract/word-types'
import { encodeValue } from '../modbus/encode'
import { valueAt, type Wave } from '../modbus/waves'
import { DEVICE_NAMES, type DeviceKind, type DeviceName, devices } from './devices'
import type { Ranges, Span } from './ranges'

/** A typed value that moves; of a bit device `bool`, of word devices the low word first, as PLCs have it. */
export type Point = { device: DeviceName; number: number; type: WordType; wave: Wave }

/**
 * A hole: reads that touch it are refused, with the series' code for numbers that do not exist if none is given; or they are not answered,
 * or the connection is reset at them.
 */
export type Refusal = { device: DeviceName; number: number; count: number; endCode?: number; how?: 'silence' | 'reset' }

type Moving = { point: Point; since: number; reads: number }

export class PlcMemory {
  readonly #ranges: Ranges
  readonly #values = new Map<DeviceName, Uint32Array>()
  readonly #moving = new Map<DeviceName, Map<number, Moving>>()
  readonly #now: () => number
  #refusals: Refusal[] = []

  readonly #longCountersFrom: number

  /**
   * @param longCountersFrom CN from here on have 32 bits
   * @param now monotonic clock, ms
   */
  constructor(ranges: Ranges, longCountersFrom: number, now: () => number) {
    this.#ranges = { ...ranges }
    this.#longCountersFrom = longCountersFrom
    this.#now = now
  }

  has(device: DeviceName): boolean {
    return this.#spans(device).length > 0
  }

  /** From now on only these numbers of the device exist; none = the PLC does not have it. */
  limitTo(device: DeviceName, spans: readonly Span[]): void {
    const wrong = spans.find(([first, last]) => first < 0 || last < first)
    if (wrong) throw new RangeError(`${device}${wrong[0]} to ${wrong[1]} is no range`)
    this.#ranges[device] = spans
    this.#values.delete(device)
    this.#moving.delete(device)
  }

  /** Replaces all refusals. */
  refuse(refusals: Refusal[]): void {
    this.#refusals = refusals
  }

  /** The refusal that a read of these numbers meets. */
  refusalOf(device: DeviceName, number: number, count: number): Refusal | undefined {
    return this.#refusals.find(
      (refusal) =>
        refusal.device === device && refusal.number < number + count && number < refusal.number + refusal.count,
    )
  }

  exists(device: DeviceName, number: number, count = 1): boolean {
    return this.#spans(device).some(([first, last]) => first <= number && number + count - 1 <= last)
  }

  /** Writes plain values and ends whatever moved there. Throws a RangeError for what the PLC could not hold. */
  set(device: DeviceName, number: number, ...values: number[]): void {
    this.#check(device, number, values.length)
    const largest = largestOf[this.#kind(device, number)]
    const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value > largest)
    if (wrong !== undefined) throw new RangeError(`${wrong} does not fit into ${device} (0 to ${largest})`)
    this.#halt(device, number, values.length)
    this.#cells(device).set(values, number)
  }

  /** Writes a typed value. */
  setValue(device: DeviceName, number: number, type: WordType, value: number): void {
    this.set(device, number, ...this.#cellsFor({ device, number, type }, value))
  }

  /** Looks without counting as a read. */
  get(device: DeviceName, number: number, count = 1): number[] {
    this.#check(device, number, count)
    return this.#serve(device, number, count, new Map())
  }

  place(...points: Point[]): void {
    for (const point of points) {
      const { device, number } = point
      const width = this.#cellsFor(point, 0).length
      this.#check(device, number, width)
      this.#halt(device, number, width)
      const moving = this.#moving.get(device) ?? new Map<number, Moving>()
      this.#moving.set(device, moving)
      const value: Moving = { point, since: this.#now(), reads: 0 }
      for (let offset = 0; offset < width; offset++) moving.set(number + offset, value)
    }
  }

  /** All that one request reads is seen at one moment, and counts as one read. */
  look(): Look {
    const seen = new Map<Moving, number[]>()
    return {
      read: (device, number, count) => {
        const before = new Set(seen.keys())
        const values = this.#serve(device, number, count, seen)
        for (const value of seen.keys()) if (!before.has(value)) value.reads++
        return values
      },
    }
  }

  #spans(device: DeviceName): readonly Span[] {
    return this.#ranges[device] ?? []
  }

  #cells(device: DeviceName): Uint32Array {
    const known = this.#values.get(device)
    if (known) return known
    const cells = new Uint32Array(1 + Math.max(-1, ...this.#spans(device).map(([, last]) => last)))
    this.#values.set(device, cells)
    return cells
  }

  #serve(device: DeviceName, number: number, count: number, seen: Map<Moving, number[]>): number[] {
    const served = Array.from(this.#cells(device).subarray(number, number + count))
    const moving = this.#moving.get(device)
    if (!moving) return served
    for (let offset = 0; offset < count; offset++) {
      const value = moving.get(number + offset)
      if (!value) continue
      const cells = seen.get(value) ?? this.#cellsOf(value)
      seen.set(value, cells)
      served[offset] = cells[number + offset - value.point.number] ?? 0
    }
    return served
  }

  #cellsOf({ point, since, reads }: Moving): number[] {
    return this.#cellsFor(point, valueAt(point.wave, { timeMs: this.#now() - since, reads }))
  }

  #halt(device: DeviceName, number: number, count: number): void {
    const moving = this.#moving.get(device)
    for (let offset = 0; offset < count; offset++) {
      const halted = moving?.get(number + offset)
      if (halted) for (const [at, value] of moving ?? []) if (value === halted) moving?.delete(at)
    }
  }

  /** Throws a RangeError for a type that the device cannot hold. */
  #cellsFor({ device, number, type }: Omit<Point, 'wave'>, value: number): number[] {
    const kind = this.#kind(device, number)
    if ((kind === 'bit') !== (type === 'bool')) throw new RangeError(`${type} in ${device}${number}`)
    // The words of a value come with the most significant one first; PLCs have the least significant one first.
    const words = encodeValue(type, '', value).reverse()
    if (kind === 'bit' || kind === 'word') return words
    const [low = 0, high = 0] = words
    if (words.length !== 2) throw new RangeError(`${type} in ${device}${number}`)
    return [high * 0x1_0000 + low]
  }

  #kind(device: DeviceName, number: number): DeviceKind {
    return device === 'CN' && number >= this.#longCountersFrom ? 'long' : devices[device].kind
  }

  #check(device: DeviceName, number: number, count: number): void {
    if (!Number.isInteger(number) || !this.exists(device, number, count)) {
      throw new RangeError(`the PLC has no ${device}${number} to ${device}${number + count - 1}`)
    }
  }
}

export type Look = { read(device: DeviceName, number: number, count: number): number[] }

const largestOf: Record<DeviceKind, number> = { bit: 1, word: 0xffff, long: 0xffff_ffff, timer: 0xffff_ffff }

/** For commands that name a device. */
export function asDeviceName(value: unknown): DeviceName | undefined {
  return DEVICE_NAMES.find((name) => name === value)
}
