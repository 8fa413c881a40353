import assert from 'node:assert/strict'
import { checkBound, parseBounds, reasonOutside } from '../../../lib/contract/bounds'

describe('the bounds of a value', () => {
  for (const text of ['', ' ', '0', '-0.5', '1e3', '+4', ' 400 ']) {
    it(`may be ${JSON.stringify(text)}`, () => assert.equal(checkBound(text), undefined))
  }
  for (const text of ['x', '0x10', '1,5', 'NaN', 'Infinity', '1e999']) {
    it(`cannot be ${text}`, () =>
      assert.equal(checkBound(text), `"${text}" is no number: write e.g. 400 or -0.5, or leave it empty`))
  }
  it('are none where both are empty', () => assert.equal(parseBounds({ min: '', max: ' ' }), undefined))

  const values: [min: string, max: string, value: number | string, reason?: string][] = [
    ['', '400', 6553.5, '6553.5 is above the maximum 400'],
    ['', '400', 400],
    ['', '400', -1e300],
    ['0', '', -0.1, '-0.1 is below the minimum 0'],
    ['0', '', 0],
    ['-5', '5', 5],
    ['', '9007199254740992', '9007199254740993', '9007199254740993 is above the maximum 9007199254740992'],
    ['-9007199254740992', '', '-9007199254740993', '-9007199254740993 is below the minimum -9007199254740992'],
    ['', '1e30', '18446744073709551615'],
  ]
  for (const [min, max, value, reason] of values) {
    it(`${min} to ${max} ${reason === undefined ? 'hold' : 'do not hold'} ${value}`, () => {
      const bounds = parseBounds({ min, max })
      assert.ok(bounds)
      assert.equal(reasonOutside(value, bounds), reason)
    })
  }
})
