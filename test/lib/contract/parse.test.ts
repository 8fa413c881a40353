import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { asCount, asNumber, asOneOf, asRecord, asText } from '../../../lib/contract/parse'

class Thing {}

describe('looking into a value', () => {
  const records: { what: string; value: object; is: boolean }[] = [
    { what: 'a plain object', value: { a: 1 }, is: true },
    { what: 'an object without a prototype', value: Object.create(null), is: true },
    { what: 'a plain object of another realm', value: runInNewContext('({ a: 1 })'), is: true },
    { what: 'a list', value: [], is: false },
    { what: 'a date', value: new Date(), is: false },
    { what: 'a buffer', value: Buffer.from('x'), is: false },
    { what: 'a map', value: new Map(), is: false },
    { what: 'an error', value: new Error(), is: false },
    { what: 'a function', value: () => {}, is: false },
    { what: 'an instance of a class', value: new Thing(), is: false },
  ]
  for (const { what, value, is } of records) {
    it(`finds that ${what} is ${is ? 'a' : 'no'} record`, () => assert.equal(asRecord(value), is ? value : undefined))
  }
  for (const value of [undefined, null, 0, 'text', true, Symbol('x'), 1n]) {
    it(`finds that ${String(value)} is no record`, () => assert.equal(asRecord(value), undefined))
  }

  const table: { says: string; found: unknown; want: unknown }[] = [
    { says: 'a text is a text', found: asText('abc', 3), want: 'abc' },
    { says: 'the empty text is a text', found: asText('', 0), want: '' },
    { says: 'a text that is too long is none', found: asText('abcd', 3), want: undefined },
    { says: 'a number is no text', found: asText(5, 3), want: undefined },
    { says: 'a String object is no text', found: asText(Object('abc'), 3), want: undefined },
    { says: 'a number is a number', found: asNumber(-1.5), want: -1.5 },
    { says: 'the smallest number is within the range', found: asNumber(2, 2, 3), want: 2 },
    { says: 'the largest number is within the range', found: asNumber(3, 2, 3), want: 3 },
    { says: 'a number below the range is none', found: asNumber(1.9, 2, 3), want: undefined },
    { says: 'a number above the range is none', found: asNumber(3.1, 2, 3), want: undefined },
    { says: 'NaN is no number', found: asNumber(Number.NaN), want: undefined },
    { says: 'infinity is no number', found: asNumber(Infinity), want: undefined },
    { says: 'a text is no number', found: asNumber('5'), want: undefined },
    { says: '0 is a count', found: asCount(0), want: 0 },
    { says: 'the largest safe integer is a count', found: asCount(2 ** 53 - 1), want: 2 ** 53 - 1 },
    { says: 'what is above it is no count', found: asCount(2 ** 53), want: undefined },
    { says: '-1 is no count', found: asCount(-1), want: undefined },
    { says: 'a half is no count', found: asCount(0.5), want: undefined },
    { says: 'a text is no count', found: asCount('1'), want: undefined },
    { says: 'a literal is one of the choices', found: asOneOf('b', ['a', 'b']), want: 'b' },
    { says: 'another literal is none of them', found: asOneOf('c', ['a', 'b']), want: undefined },
    { says: 'what an object inherits is none of them', found: asOneOf('toString', ['a']), want: undefined },
    { says: 'a list of one choice is not that choice', found: asOneOf(['a'], ['a']), want: undefined },
  ]
  for (const { says, found, want } of table) it(`finds that ${says}`, () => assert.equal(found, want))
})
