// Maps of real devices, as a user would type them in, from a plain memory of words: what every tag means.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reading } from '../../../lib/collector/reader'
import type { Value } from '../../../lib/contract/batch'
import { wordTypes } from '../../../lib/contract/word-types'
import { planRequests, type ReadBlock } from '../../../lib/polling/requests'
import { Unreadable } from '../../../lib/registers/decoder'
import { isBitArea } from '../../../nodes/modbus-in/addresses'
import { placeOf, type ReadArea } from '../../../nodes/modbus-in/areas'
import { type ModbusConfig, modbusTagFields, parseModbusConfig } from '../../../nodes/modbus-in/fields'
import { readingPlanOf } from '../../../nodes/modbus-in/items'
import { blockLimits } from '../../../nodes/modbus-in/requests'

type DeviceMap = {
  device: string
  /** Where it is described. */
  source: string
  node?: object
  tags: { name: string; [column: string]: string | number }[]
  /** Area, behind its unit if that is not 1 -> wire address -> what is there from that address on: words in hex, or bits. */
  registers: { [area: string]: { [address: string]: string } }
  /** Tag -> its value, or why there is none. */
  means: { [tag: string]: Value | { bad: string } }
}

/** What lies between the registers of a map. */
const UNKNOWN = 0xdead
const FOLDER = join('test', 'fixtures', 'maps')
const maps: DeviceMap[] = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))

function configOf({ node, tags }: DeviceMap, others: object): ModbusConfig {
  const parsed = parseModbusConfig({ name: 'device', supervisor: 's1', host: '127.0.0.1', ...node, ...others, tags })
  return parsed.ok ? parsed.value : assert.fail(JSON.stringify(parsed.problems))
}

/** Address -> word or bit, of a wide area several words an address. All other cells are UNKNOWN. */
function memoryOf({ registers }: DeviceMap, { unit, area }: { unit: number; area: ReadArea }): Map<number, number> {
  const { width } = placeOf(area)
  const memory = new Map<number, number>()
  for (const [address, content] of Object.entries(registers[unit === 1 ? area : `${unit} ${area}`] ?? {})) {
    const cells = isBitArea(placeOf(area).area)
      ? [...content].map(Number)
      : content.split(' ').map((hex) => Number.parseInt(hex, 16))
    for (const [index, cell] of cells.entries()) memory.set(Number(address) * width + index, cell)
  }
  return memory
}

function answerTo(map: DeviceMap, { unit, area, address, length }: ReadBlock<ReadArea>): DataView {
  const memory = memoryOf(map, { unit, area })
  const { area: place, width } = placeOf(area)
  const isBits = isBitArea(place)
  const view = new DataView(new ArrayBuffer(isBits ? Math.ceil(length / 8) : 2 * width * length))
  for (let index = 0; index < length * width; index++) {
    const cell = memory.get(address * width + index) ?? (isBits ? 1 : UNKNOWN)
    if (isBits) view.setUint8(index >> 3, view.getUint8(index >> 3) | (cell << (index & 7)))
    else view.setUint16(2 * index, cell)
  }
  return view
}

function readingOf(map: DeviceMap, others: object): Reading {
  const config = configOf(map, others)
  const { items, width, finish } = readingPlanOf(config)
  const values = new Array<Value | null>(width).fill(null)
  const bad = new Map<number, string>()
  for (const block of planRequests(items, blockLimits(config))) {
    const view = answerTo(map, block)
    const place = placeOf(block.area)
    const step = isBitArea(place.area) ? 1 : 2 * place.width
    for (const { address, targets } of block.items) {
      for (const { column, decode } of targets) {
        const value = decode(view, (address - block.address) * step)
        if (value instanceof Unreadable) bad.set(column, value.reason)
        else values[column] = value
      }
    }
  }
  return finish({ values, bad })
}

function tell(map: DeviceMap, { values, bad }: Reading): DeviceMap['means'] {
  const told = map.tags.map(({ name }, column) => {
    const reason = bad.get(column)
    return [name, reason === undefined ? (values[column] ?? null) : { bad: reason }] as const
  })
  return Object.fromEntries(told.map(([name, value]) => [name, value ?? { bad: 'null' }]))
}

describe('the map of', () => {
  for (const map of maps) {
    it(`${map.device} means what its maker says`, () => {
      assert.ok(map.tags.length >= 8)
      assert.deepEqual(tell(map, readingOf(map, {})), map.means)
    })

    it(`${map.device} means the same tag by tag`, () =>
      assert.deepEqual(tell(map, readingOf(map, { grouping: 'tag' })), map.means))
  }

  it('all of them together uses every column and every type', () => {
    const tags = maps.flatMap((map) => map.tags)
    const types = new Set(tags.map(({ type }) => type))
    assert.deepEqual(
      wordTypes.filter((type) => !types.has(type)),
      [],
    )
    const columns = new Set(tags.flatMap((tag) => Object.keys(tag)))
    // those two change nothing of a value
    assert.deepEqual(
      Object.keys(modbusTagFields).filter((column) => !columns.has(column)),
      ['offset', 'deadband'],
    )
  })
})
