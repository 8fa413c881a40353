import assert from 'node:assert/strict'
import { hasOverflow, qualityOf, reasonOf } from '../../../nodes/opcua-in/statuses'

describe('A status code', () => {
  const table: [code: number, quality: string, overflow: boolean][] = [
    [0x00000000, 'good', false],
    [0x00000480, 'good', true],
    [0x00000400, 'good', false],
    [0x00000080, 'good', false],
    [0x00960000, 'good', false],
    [0x40000000, 'uncertain', false],
    [0x40900480, 'uncertain', true],
    [0x80000000, 'bad', false],
    [0x80340480, 'bad', true],
    [0xc0000000, 'bad', false],
  ]
  for (const [code, quality, overflow] of table) {
    it(`0x${code.toString(16)} is ${quality}${overflow ? ', and values were lost' : ''}`, () => {
      assert.deepEqual([qualityOf(code), hasOverflow(code)], [quality, overflow])
    })
  }

  it('says what to do where somebody can do something, and its name', () => {
    assert.match(reasonOf('BadNodeIdUnknown'), /is the NodeId right\?.*\(BadNodeIdUnknown\)$/)
    assert.match(reasonOf('BadSensorFailure#Overflow'), /sensor.*\(BadSensorFailure\)$/)
    assert.equal(reasonOf('BadSomethingNew'), 'the server says BadSomethingNew')
  })

  it('of a vendor is told by its number and severity', () => {
    assert.equal(reasonOf('0x8F120000'), "the server says 0x8F120000, a bad status of the vendor's own")
    assert.equal(reasonOf('0x4F120000#Overflow'), "the server says 0x4F120000, an uncertain status of the vendor's own")
  })
})
