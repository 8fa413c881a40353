import assert from 'node:assert/strict'
import { typeNamed } from '../../../editor/list/type-names'

const KNOWN: [string, number | undefined, string, string?, number?][] = [
  ['FLOAT', 2, 'float32'],
  ['FLOAT', undefined, 'float32'],
  ['Float', 4, 'float64'],
  ['REAL', 2, 'float32'],
  ['LREAL', 4, 'float64'],
  ['Float (ABCD)', 2, 'float32', 'ABCD'],
  ['FLOAT32_CDAB', 2, 'float32', 'CDAB'],
  ['U16', 1, 'uint16'],
  ['U32', undefined, 'uint32'],
  ['UINT', 2, 'uint32'],
  ['UINT', 1, 'uint16'],
  ['INT', 2, 'int32'],
  ['INT', 4, 'int64'],
  ['DINT', 2, 'int32'],
  ['DWORD', 2, 'uint32'],
  ['INT16U', 1, 'uint16'],
  ['S16', undefined, 'int16'],
  ['signed 32', 2, 'int32'],
  ['BOOL', 1, 'bool'],
  ['BOOL', undefined, 'bool'],
  ['STRING', 8, 'string', '', 16],
  ['STRING[20]', undefined, 'string', '', 20],
  ['ASCII(16)', 8, 'string', '', 16],
  ['bcd16', 1, 'bcd16'],
  ['无符号16位', 1, 'uint16'],
  ['单精度浮点', 2, 'float32'],
]

describe('The name of a type in a list', () => {
  for (const [text, count, type, order = '', length] of KNOWN)
    it(`is ${type} for ${text}${count === undefined ? '' : ` of ${count}`}`, () =>
      assert.deepEqual(typeNamed(text, count), { type, order, length }))

  for (const [text, count] of [
    ['U16', 2],
    ['FLOAT', 1],
    ['DINT', 1],
    ['enum', 1],
    ['', 1],
    ['INT', 3],
  ] as const)
    it(`is not guessed for ${text || 'an empty cell'} of ${count}`, () =>
      assert.equal(typeNamed(text, count), undefined))
})
