// The devices of a PLC as the areas that requests are planned in. An address is a word, of bit devices a point; of a device
// that takes several words a point, numbers are so far apart.

import type { BlockLimits } from '../../lib/registers/blocks'
import { type Device, devicesOf, FIRST_LONG_COUNTER, wordsPerPoint } from './devices'
import type { Request } from './frames/request'
import { limitsOf, type Plc } from './series'

/** A device name, or one of these two. */
export type Area = string

/** Points picked from anywhere: an address is a place in a list of them (random.ts). */
export const RANDOM: Area = 'random'
/** Counters of FX3 that have 32 bits are not read together with the others. */
const LONG_COUNTERS: Area = `CN${FIRST_LONG_COUNTER}`

export type AreaOfDevice = {
  readonly area: Area
  readonly device: Device
  /** Addresses of one point. */
  readonly pointLength: number
}

/** Words without a tag that are read over rather than sending another request; of bits 16 times as many. */
const GAP_WORDS = 64
const BITS_PER_WORD = 16

/** It reads bits, a point each. */
export function isBitDevice({ kind }: Pick<Device, 'kind'>): boolean {
  return kind === 'relay' || kind === 'contact'
}

/** The area that a number of a device lies in. */
export function areaOf(plc: Plc, device: Device, number: number): AreaOfDevice {
  const pointLength = isBitDevice(device) ? 1 : wordsPerPoint(device, number, plc.series)
  const area = device.kind === 'register' && pointLength > 1 ? LONG_COUNTERS : device.name
  return { area, device, pointLength }
}

/** The last number that may be read together with this one. */
export function lastOf(plc: Plc, device: Device, number: number): number {
  const last = device.ranges.find((stretch) => number >= stretch[0] && number <= stretch[1])?.[1] ?? number
  return areaOf(plc, device, last).area === areaOf(plc, device, number).area ? last : FIRST_LONG_COUNTER - 1
}

export function deviceOf(plc: Plc, area: Area): AreaOfDevice {
  const isLong = area === LONG_COUNTERS
  const device = devicesOf(plc).get(isLong ? 'CN' : area)
  if (!device) throw new RangeError(`this PLC has no area ${area}`)
  return areaOf(plc, device, isLong ? FIRST_LONG_COUNTER : 0)
}

/** How a block of an area is asked for; not of RANDOM. */
export function requestFor(plc: Plc, block: { area: Area; address: number; length: number }): Request {
  const { device, pointLength } = deviceOf(plc, block.area)
  const point = { device: device.name, number: block.address / pointLength }
  return isBitDevice(device)
    ? { kind: 'bits', ...point, points: block.length }
    : { kind: 'words', ...point, words: block.length }
}

export function blockLimits(plc: Plc): BlockLimits<Area> {
  const limits = limitsOf(plc)
  return {
    maxLength(area) {
      if (area === RANDOM) return limits.random
      const { device, pointLength } = deviceOf(plc, area)
      return isBitDevice(device) ? limits.bits : limits.words - (limits.words % pointLength)
    },
    maxGap(area) {
      if (area === RANDOM) return 0
      return isBitDevice(deviceOf(plc, area).device) ? GAP_WORDS * BITS_PER_WORD : GAP_WORDS
    },
    // what lies between two stretches of numbers does not exist
    cuts(area) {
      if (area === RANDOM) return []
      const { device, pointLength } = deviceOf(plc, area)
      return device.ranges.slice(1).map(([first]) => ({ address: first * pointLength, length: 0 }))
    },
  }
}
