import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  areas,
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
