// Whatever tags are accepted: they are planned, read from any memory, and what comes out is of the kind that was announced.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { TagKind, Value } from '../../../lib/contract/batch'
import { charsets } from '../../../lib/contract/reader-fields'
import { wordOrders, wordTypes } from '../../../lib/contract/word-types'
import { Unreadable } from '../../../lib/registers/decoder'
import { isBitArea } from '../../../nodes/modbus-in/addresses'
import { placeOf } from '../../../nodes/modbus-in/areas'
import { parseModbusConfig } from '../../../nodes/modbus-in/fields'
import { readingPlanOf } from '../../../nodes/modbus-in/items'

const mostly = <T>(plain: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: fc.constantFrom(...others) })

const anyTag = fc.record({
  address: fc.constantFrom('hr0', 'hr3', 'ir0', 'coil:0', 'di:5', 'hr1.0', 'hr1.9'),
  type: fc.constantFrom(...wordTypes),
  order: mostly<string>('', ...wordOrders),
  scale: mostly(1, 0.1, -2, 1e300),
  offset: mostly(0, 5, -0.5),
  length: mostly(1, 2, 7),
  unitId: mostly('', '7'),
  noValue: mostly('', '0', '0xFFFF', '65535', 'NaN', '0x8000, -1, 1e3'),
  min: mostly('', '0', '-5.5'),
  max: mostly('', '100', '-7'),
  scaleFrom: mostly('', 't0', '10^t1', '*t2', 'hr9', '*hr9', '40010', 'nothing'),
  every: mostly(1, 2, 3),
  texts: mostly('', '0=off;1=on', '-1=none'),
  charset: mostly<string>('', ...charsets),
  width: mostly(1, 2, 3, 4),
})

const MEMORY_WORDS = 64
const anyMemory = fc.array(fc.constantFrom(0, 1, 2, 0x2020, 0x4142, 0x1234, 0x7fff, 0x8000, 0xb0a1, 0xffff, 0xfffe), {
  minLength: MEMORY_WORDS,
  maxLength: MEMORY_WORDS,
})

function isOfKind(value: Value | null, kind: TagKind): boolean {
  if (value === null) return false
  if (Array.isArray(value)) return value.every((part) => isOfKind(part, kind))
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'integer':
      return /^-?\d+$/.test(String(value))
    case 'unsigned':
      return /^\d+$/.test(String(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'any':
      return typeof value === 'string'
  }
}

describe('any tags that are accepted', () => {
  it('are read, as what they were announced to be', () => {
    let accepted = 0
    const property = fc.property(fc.array(anyTag, { minLength: 1, maxLength: 4 }), anyMemory, (given, words) => {
      const tags = given.map((tag, index) => ({ ...tag, name: `t${index}` }))
      const parsed = parseModbusConfig({ name: 'device', supervisor: 's1', host: 'h', tags })
      if (!parsed.ok) {
        for (const { path, message } of parsed.problems) assert.match(path, /^tags\[\d\]\.\w+$/, message)
        return
      }
      accepted++
      const view = new DataView(Uint16Array.from(words).buffer)
      const { items, columns, width, finish } = readingPlanOf(parsed.value)
      const values = new Array<Value | null>(width).fill(null)
      const bad = new Map<number, string>()
      for (const { area, address, targets } of items) {
        const place = placeOf(area)
        const at = address * (isBitArea(place.area) ? 1 : 2 * place.width)
        for (const { column, decode } of targets) {
          const value = decode(view, at)
          if (value instanceof Unreadable) bad.set(column, value.reason)
          else values[column] = value
        }
      }
      const finished = finish({ values, bad })
      assert.equal(finished.values.length, tags.length)
      for (const [column, value] of finished.values.entries()) {
        const told = JSON.stringify([tags[column], value, finished.bad.get(column)])
        assert.equal(value === null, finished.bad.has(column), told)
        if (value !== null) assert.ok(isOfKind(value, columns[column]?.kind ?? 'any'), told)
      }
    })
    fc.assert(property, { numRuns: 5000 })
    assert.ok(accepted > 50, `${accepted} lists of tags were accepted`)
  })
})
