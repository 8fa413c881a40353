import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { WordType } from '../../../lib/contract/word-types'
import {
  areas,
  checkAddresses,
  checkUnitId,
  describeAddress,
  describeRange,
  parseAddress,
  parseUnitId,
} from '../../../nodes/modbus-in/addresses'

type Table = { good: { text: string; is: string; shown: string }[]; bad: { text: string; says: string }[] }
const table: Table = JSON.parse(readFileSync(join('test', 'fixtures', 'modbus-addresses.json'), 'utf8'))

function parseGood(text: string) {
  const parsed = parseAddress(text)
  assert.ok(!('problem' in parsed), `${text}: ${JSON.stringify(parsed)}`)
  return parsed
}

describe('parseAddress', () => {
  for (const { text, is, shown } of table.good) {
    it(`reads "${text}" as ${is}`, () => {
      const parsed = parseGood(text)
      const { area, address, bit } = parsed
      assert.equal(`${area} ${address}${bit === undefined ? '' : ` bit ${bit}`}`, is)
      assert.equal(describeAddress(parsed), shown)
    })
  }

  for (const { text, says } of table.bad) {
    it(`refuses "${text}": ${says}`, () => {
      const parsed = parseAddress(text)
      assert.ok('problem' in parsed, JSON.stringify(parsed))
      assert.ok(parsed.problem.includes(says), parsed.problem)
      assert.ok(parsed.problem.startsWith(JSON.stringify(text)), parsed.problem)
    })
  }

  it('understands what describeAddress shows, at every address', () => {
    for (const area of areas) {
      for (let address = 0; address <= 65_535; address += 7) {
        const [, number = ''] = describeAddress({ area, address }).split(' ')
        assert.deepEqual(parseGood(number), { area, address })
      }
    }
  })

  it('says something about any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const parsed = parseAddress(text)
        assert.ok('problem' in parsed ? parsed.problem.length > 0 : parsed.address >= 0 && parsed.address <= 65_535)
      }),
    )
  })
})

describe('describeRange', () => {
  it('names both ends in both ways of counting', () => {
    assert.equal(describeRange('holding', 0, 100), 'holding 40001 to 40100 (wire 0 to 99)')
    assert.equal(describeRange('input', 9998, 2), 'input 39999 to 310000 (wire 9998 to 9999)')
    assert.equal(describeRange('coil', 3, 1), 'coil 00004 (wire 3)')
  })
})

describe('unit ids of tags', () => {
  it('are 0 to 255, or empty for that of the node', () => {
    assert.equal(parseUnitId(''), undefined)
    assert.equal(parseUnitId('  '), undefined)
    assert.equal(parseUnitId('0'), 0)
    assert.equal(parseUnitId(' 255 '), 255)
    for (const text of ['256', '-1', '1.5', 'x', '1e2', '0x1', '9999999']) assert.ok(checkUnitId(text), text)
    for (const text of ['', '1', '247']) assert.equal(checkUnitId(text), undefined)
  })
})

describe('checkAddresses', () => {
  const rows: [address: string, type: WordType, problem: string | undefined][] = [
    ['40001', 'uint16', undefined],
    ['40001', 'float32', undefined],
    ['40001.3', 'bool', undefined],
    ['00001', 'bool', undefined],
    ['di3', 'bool', undefined],
    ['465536', 'int16', undefined],
    ['465535', 'int32', undefined],
    ['465536', 'int32', 'address: int32 takes two registers, and 465536 is the last one: use the one before'],
    ['hr65535', 'float32', 'address: float32 takes two registers, and hr65535 is the last one: use the one before'],
    ['40001', 'bool', 'address: bool is one bit of a register: say which, 40001.0 to 40001.15'],
    ['40001.3', 'uint16', 'type: 40001.3 is one bit: choose bool instead of uint16, or leave out ".3"'],
    ['00001', 'int16', 'type: 00001 is a coil, one bit: choose bool instead of int16'],
    ['10001', 'float32', 'type: 10001 is a discrete, one bit: choose bool instead of float32'],
    ['40000', 'uint16', 'address: "40000" is out of range: these numbers start with 40001, which is holding:0'],
  ]
  for (const [address, type, expected] of rows) {
    it(`${expected === undefined ? 'accepts' : 'refuses'} ${type} at ${address}`, () => {
      const problems = checkAddresses([
        { address: 'hr0', type: 'uint16' },
        { address, type },
      ])
      const [first] = problems
      assert.equal(first && `${first.field}: ${first.message}`, expected)
      if (first) assert.equal(first.index, 1)
    })
  }
})
