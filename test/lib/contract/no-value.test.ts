import assert from 'node:assert/strict'
import { canMatch, checkNoValue, type NumberForm, noValueMatcher, parseNoValue } from '../../../lib/contract/no-value'
import { numberFormOf } from '../../../lib/contract/word-rules'
import type { WordType } from '../../../lib/contract/word-types'

function entriesOf(text: string) {
  const entries = parseNoValue(text)
  return 'problem' in entries ? assert.fail(entries.problem) : entries
}

describe('a list of numbers that mean no value', () => {
  const wrong: [text: string, problem: string][] = [
    ['none', '"none" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    ['0x', '"0x" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    ['65535;65534', '"65535;65534" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    ['1,,2', '"" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    ['3,4e38', '"3,4e38" has a decimal comma: write 3.4e38, or "3, 4e38" if it is two numbers'],
    [
      '0x8000,-3,4028234663852886e+38',
      '"-3,4028234663852886e+38" has a decimal comma: write -3.4028234663852886e+38, or "-3, 4028234663852886e+38" if it is two numbers',
    ],
    ['0x10000000000000000', '0x10000000000000000 has more than 64 bits'],
    ['1e999', '"1e999" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
    ['Infinity', '"Infinity" is no number: write numbers with commas between them, e.g. 0x8000, 65535, NaN'],
  ]
  for (const [text, problem] of wrong) it(`is refused: ${text}`, () => assert.equal(checkNoValue(text), problem))

  for (const text of [
    '',
    ' ',
    '0x8000',
    '0x8000, 65535, -3.4028234663852886e38, NaN',
    'nan',
    '+5',
    '.5',
    '0XFFFF',
    '3, 4e38',
    '65535,4e38',
    '1,2',
  ]) {
    it(`may be ${JSON.stringify(text)}`, () => assert.equal(checkNoValue(text), undefined))
  }

  const matches: [
    text: string,
    type: WordType,
    high: number,
    low: number,
    value: number | undefined,
    found?: string,
  ][] = [
    ['0x8000, 65535', 'int16', 0, 0x8000, -32768, '0x8000'],
    ['0x8000, 65535', 'int16', 0, 0xffff, -1],
    ['0x8000, 65535', 'uint16', 0, 0xffff, 65535, '65535'],
    ['0x8000', 'uint32', 0, 0x8000, 0x8000, '0x8000'],
    ['1e3', 'uint16', 0, 1000, 1000, '1e3'],
    ['0.1', 'float32', 0, 0x3dcccccd, Math.fround(0.1), '0.1'],
    ['0.1', 'float64', 0x3fb99999, 0x99999999, 0.1 - 1e-17],
    ['NaN', 'float32', 0, 0x7fc00001, Number.NaN, 'NaN'],
    ['NaN', 'bcd16', 0, 0xffff, undefined],
    ['-1', 'int64', 0xffffffff, 0xffffffff, -1, '-1'],
    ['-1', 'int64', 0xffffffff, 0xfffffffe, -2],
    ['18446744073709551615', 'uint64', 0xffffffff, 0xffffffff, 2 ** 64, '18446744073709551615'],
    ['18446744073709551614', 'uint64', 0xffffffff, 0xffffffff, 2 ** 64],
  ]
  for (const [text, type, high, low, value, found] of matches) {
    it(`${text} ${found === undefined ? 'does not match' : 'matches'} ${value} of ${type}`, () =>
      assert.equal(noValueMatcher(entriesOf(text), numberFormOf(type))(high, low, value), found))
  }

  const possible: [text: string, form: NumberForm, can: boolean][] = [
    ['65535', { bits: 16, kind: 'signed' }, false],
    ['65535', { bits: 16, kind: 'unsigned' }, true],
    ['65535.0', { bits: 16, kind: 'unsigned' }, true],
    ['-1', { bits: 16, kind: 'unsigned' }, false],
    ['1.5', { bits: 16, kind: 'unsigned' }, false],
    ['0x10000', { bits: 16, kind: 'unsigned' }, false],
    ['0x10000, 0xFFFF', { bits: 16, kind: 'unsigned' }, true],
    ['NaN', { bits: 32, kind: 'signed' }, false],
    ['NaN', { bits: 32, kind: 'float' }, true],
    ['9999', { bits: 16, kind: 'other' }, true],
  ]
  for (const [text, form, can] of possible) {
    it(`${text} ${can ? 'may' : 'cannot'} be a number of ${form.bits} bits, ${form.kind}`, () =>
      assert.equal(canMatch(entriesOf(text), form), can))
  }
})
