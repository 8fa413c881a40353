// A seed -> a device that deviates in one to three ways, what is read of it, and with which properties.

import type { WordOrder, WordType } from '../../lib/contract/word-types'
import { registersOf, wordOrders } from '../../lib/contract/word-types'
import type { ModbusConfig } from '../../nodes/modbus-in/fields'
import type { Behaviour, Place } from '../../simulators/modbus/behaviours/behaviour'
import { type Expectation, expectationOf, together } from '../../simulators/modbus/behaviours/expectation'
import { isLine, type ModbusTransport } from '../../simulators/modbus/framing'
import type { Area } from '../../simulators/modbus/memory'
import { configOf, type ShortTag } from '../nodes/modbus-in/config'
import { Draw, drawBehaviour, drawKinds } from './field-draw'
import { type FieldPoint, TEXT_LENGTH } from './field-memory'

/** A sixth and a quarter of what is usual in the field, ms. */
export const TIMEOUT_MS = 150
export const INTERVAL_MS = 250

export type Scenario = {
  seed: number
  transport: ModbusTransport
  behaviours: Behaviour[]
  points: FieldPoint[]
  expected: Expectation
  /** @param at where the device is */
  config(at: { port: number } | { serialPort: string }): ModbusConfig
}

/** Each as often as it stands here. */
// biome-ignore format: as many as there are of each
const TRANSPORTS: readonly ModbusTransport[] = ['tcp', 'tcp', 'tcp', 'tcp', 'rtu-over-tcp', 'rtu-over-tcp', 'udp', 'udp', 'ascii-over-tcp', 'rtu', 'ascii']
const TYPES: readonly WordType[] = [
  'uint16',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'float64',
  'bool',
  'string',
]
const AREAS: readonly Area[] = ['holding', 'holding', 'holding', 'input', 'coil', 'discrete']
const UNITS = [1, 7, 12]

export function scenarioOf(seed: number, chance: () => number): Scenario {
  const draw = new Draw(chance)
  const transport = draw.one(TRANSPORTS)
  const kinds = drawKinds(draw, transport)
  const units = UNITS.slice(0, draw.whole(1, 3))
  const points = units.flatMap((unit) => pointsOf(draw, unit))
  const last = points[0] ?? { unit: 1, address: 0, count: 1 }
  const wide: Place = { unit: last.unit, area: 'holding', address: 200 + draw.whole(0, 5), count: draw.whole(1, 3) }
  const behaviours = kinds.map((kind) => drawBehaviour(draw, kind, { transport, places: points, wide }))
  for (const behaviour of behaviours) {
    if (behaviour.kind === 'wide-addresses') points.push(...pointsAround(behaviour.place, behaviour.width))
  }
  const expected = together(behaviours.map(expectationOf))
  const properties = {
    timeout: TIMEOUT_MS,
    interval: INTERVAL_MS,
    transport,
    unitId: UNITS[0],
    maxGap: draw.one([0, 4, 10, 10]),
    maxRegisters: draw.one([125, 125, 20]),
    grouping: draw.happens(0.1) ? 'tag' : 'blocks',
    baudRate: 115_200,
    ...expected.properties,
  }
  return {
    seed,
    transport,
    behaviours,
    points,
    expected,
    config: (at) =>
      configOf(points.map(tagOf), {
        ...properties,
        ...at,
        name: `device ${seed}`,
        ...(isLine(transport) && { host: '' }),
      }),
  }
}

/** For a person who wants to see it again. */
export function describe({ transport, behaviours, points }: Scenario): string {
  const tags = points.map(({ unit, area, address, type, count }) => `${unit}/${area}:${address}+${count} ${type}`)
  return `${transport} ${JSON.stringify(behaviours)}; ${tags.join(', ')}`
}

/** Of one unit: some areas, with what lies close together in them, or not. */
function pointsOf(draw: Draw, unit: number): FieldPoint[] {
  const areas = new Set(Array.from({ length: draw.whole(1, 3) }, () => draw.one(AREAS)))
  return [...areas].flatMap((area) => {
    const points: FieldPoint[] = []
    let address = draw.one([0, 0, 3, 40])
    for (let count = draw.whole(1, 8); count > 0; count--) {
      const point = pointAt(draw, { unit, area, address })
      points.push(point)
      address += point.count + draw.one([0, 0, 0, 1, 6, 15])
    }
    return points
  })
}

function pointAt(draw: Draw, { unit, area, address }: { unit: number; area: Area; address: number }): FieldPoint {
  const name = `${unit} ${area} ${address}`
  const place = { unit, area, address, width: 1, name }
  if (area === 'coil' || area === 'discrete') return { ...place, count: 1, type: 'bool', order: '' }
  const type = draw.one(TYPES)
  if (type === 'bool') return { ...place, count: 1, type, order: '', bit: draw.whole(0, 15) }
  const count = registersOf({ type, length: lengthOf(type) })
  return { ...place, count, type, order: orderFor(draw, type, count) }
}

function orderFor(draw: Draw, type: WordType, registers: number): WordOrder {
  if (type === 'string' || draw.happens(0.7)) return ''
  return draw.one(wordOrders.filter((order) => order.length === 2 * registers))
}

function lengthOf(type: WordType): number {
  return type === 'string' ? TEXT_LENGTH : 1
}

/** Narrow ones at both sides of the wide ones. */
function pointsAround({ unit, area, address, count }: Place, width: 2 | 4): FieldPoint[] {
  const type = width === 2 ? 'uint32' : 'uint64'
  const at = (offset: number): Omit<FieldPoint, 'type' | 'width'> => ({
    unit,
    area,
    address: address + offset,
    count: 1,
    name: `${unit} ${area} ${address + offset}`,
    order: '',
  })
  const wide = Array.from({ length: count }, (_, offset): FieldPoint => ({ ...at(offset), type, width }))
  return [{ ...at(-1), type: 'uint16', width: 1 }, ...wide, { ...at(count), type: 'uint16', width: 1 }]
}

function tagOf({ name, unit, area, address, type, order, bit, width }: FieldPoint): ShortTag {
  const place = `${area}:${address}${bit === undefined ? '' : `.${bit}`}`
  return [name, place, type, { order, unitId: String(unit), width, length: lengthOf(type) }]
}
