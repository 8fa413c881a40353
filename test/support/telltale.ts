// A simulated device whose values tell where and when they were read, so that a value which is old, or which belongs to
// another request, shows. All its requests but those for coils are answered by frames of one length.

import type { Area } from '../../simulators/modbus/memory'
import type { ModbusDevice } from '../../simulators/modbus/modbus-device'
import type { TagProperties } from './flows'
import type { Recorded } from './node-red'

type Block = { tag: string; address: string; unit: number; area: Area; at: number }

/** Far apart, and two of them alike but for their unit, or their function. */
const BLOCKS: readonly Block[] = [
  { tag: 'north', address: 'hr0', unit: 1, area: 'holding', at: 0 },
  { tag: 'south', address: 'hr200', unit: 1, area: 'holding', at: 200 },
  { tag: 'below', address: 'ir0', unit: 1, area: 'input', at: 0 },
  { tag: 'beside', address: 'hr0', unit: 2, area: 'holding', at: 0 },
]
const BITS = [
  { tag: 'ready', address: 'coil0', value: true },
  { tag: 'shut', address: 'coil5000', value: false },
]
/** Each block counts ms from its own start: more than a day fits in between. */
const APART = 100_000_000
/** The clocks of two processes on one machine, and rounding. */
const CLOCKS_MS = 10

export const TELLTALE_TAGS: TagProperties[] = [
  ...BLOCKS.map(({ tag, address, unit }) => ({
    name: tag,
    address,
    type: 'uint32',
    unitId: unit === 1 ? '' : `${unit}`,
  })),
  ...BITS.map(({ tag, address }) => ({ name: tag, address, type: 'bool' })),
]
export const TAG_COUNT = TELLTALE_TAGS.length
/** Those of the unit that tests single out. */
export const UNIT_2_TAGS = BLOCKS.filter(({ unit }) => unit === 2).map(({ tag }) => tag)

export class Telltale {
  readonly #beganMs: number

  constructor(device: ModbusDevice) {
    for (const [index, { unit, area, at }] of BLOCKS.entries()) {
      const memory = unit === 1 ? device.memory : device.unit(unit)
      const wave = { wave: 'counter', start: startOf(index), everyMs: 1 } as const
      memory.place({ area, address: at, type: 'uint32', wave })
    }
    device.memory.set('coil', 0, 1)
    this.#beganMs = Date.now()
  }

  /**
   * What a message says that is not true: a value of another place, one from before the reading `before` it, a bad tag
   * without a reason.
   */
  lies(message: Recorded, before: Recorded | undefined): string[] {
    const { payload, quality, timestamp = Number.NaN } = message
    const values = new Map(Object.entries(payload ?? {}))
    const lies: string[] = []
    const told = (tag: string): unknown => {
      const value = values.get(tag)
      const reason = quality?.[tag] ?? ''
      if (value === null && reason.length <= 5) lies.push(`${tag} is null for no reason`)
      if (value !== null && reason !== '') lies.push(`${tag} is ${value} and bad: ${reason}`)
      return value ?? undefined
    }
    for (const [index, { tag }] of BLOCKS.entries()) {
      const value = told(tag)
      if (value === undefined) continue
      const countedMs = Number(value) - startOf(index)
      const readMs = this.#beganMs + countedMs
      if (!(countedMs >= 0 && countedMs < APART)) lies.push(`${tag} is ${value}, which it never was`)
      else if (readMs > timestamp + CLOCKS_MS) lies.push(`${tag} is from ${readMs - timestamp} ms after its reading`)
      else if (before && readMs < (before.timestamp ?? 0) - CLOCKS_MS)
        lies.push(`${tag} is ${timestamp - readMs} ms old, from before the last reading`)
    }
    for (const { tag, value } of BITS) {
      const said = told(tag)
      if (said !== undefined && said !== value) lies.push(`${tag} is ${said}`)
    }
    return lies
  }
}

function startOf(index: number): number {
  return (index + 1) * APART
}

/** Names of the bad tags. */
export function badTags({ quality }: Recorded): string[] {
  return Object.keys(quality ?? {})
}
