import assert from 'node:assert/strict'
import { decimal, EXPONENT_MAX, times, timesPowerOfTen } from '../../../lib/contract/decimal'

describe('a decimal number', () => {
  for (const [text, value] of [
    ['1', 1],
    ['-1.50', -1.5],
    ['.5', 0.5],
    ['1.', 1],
    ['1E3', 1000],
  ] as const) {
    it(`is ${text}`, () => assert.equal(decimal(text), value))
  }
  for (const text of ['', ' 1', '0x1', '1e', 'NaN', 'Infinity', '1e999', '--1', '1_000']) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(decimal(text), undefined))
  }
})

describe('a number times a power of ten', () => {
  for (const [value, exponent, product] of [
    [50243, -1, 5024.3],
    [5024, 0, 5024],
    [-7, 3, -7000],
    [3, -2, 0.03],
    [1, 40, 1e40],
    [1, -40, 1e-40],
    [50243, 22, 5.0243e26],
    [50243, 23, 5.0243e27],
    [50243, 40, 5.0243e44],
    [50243, -40, 5.0243e-36],
    [-1.5e300, -40, -1.5e260],
    [1e300, 40, Number.POSITIVE_INFINITY],
    [Number.NaN, 40, Number.NaN],
    [1, -41, Number.NaN],
    [1, 41, Number.NaN],
    [1, 0.5, Number.NaN],
  ] as const) {
    it(`${value} × 10^${exponent} is ${product}`, () => assert.equal(timesPowerOfTen(value, exponent), product))
  }
})

describe('a whole number of a register times any power of ten that a device scales by', () => {
  for (const value of [1, 7, 5024, 50243, 65_535, -32_768, 123_456]) {
    it(`is the double nearest to the decimal number: ${value}`, () => {
      for (let exponent = -EXPONENT_MAX; exponent <= EXPONENT_MAX; exponent++) {
        assert.equal(timesPowerOfTen(value, exponent), Number(`${value}e${exponent}`), `10^${exponent}`)
      }
    })
  }
})

describe('a number times a factor', () => {
  for (const [value, factor, product] of [
    [3, 0.1, 0.3],
    [3, 40, 120],
    [3, 0, 0],
    [3, -0.1, -0.3],
    [3, 0.3, 3 * 0.3],
  ] as const) {
    it(`${value} × ${factor} is ${product}`, () => assert.equal(times(value, factor), product))
  }
})
