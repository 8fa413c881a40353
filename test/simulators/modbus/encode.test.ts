import assert from 'node:assert/strict'
import type { WordOrder, WordType } from '../../../lib/contract/word-types'
import { encodeValue } from '../../../simulators/modbus/encode'

describe('Encoding a value into registers', () => {
  const table: [WordType, WordOrder, number, number[]][] = [
    ['bool', '', 1, [1]],
    ['bool', '', 0, [0]],
    ['uint16', '', 65_535, [0xffff]],
    ['uint16', '', 65_536, [0]],
    ['uint16', '', 2.6, [3]],
    ['int16', '', -2, [0xfffe]],
    ['uint32', '', 0x12345678, [0x1234, 0x5678]],
    ['uint32', 'ABCD', 0x12345678, [0x1234, 0x5678]],
    ['uint32', 'CDAB', 0x12345678, [0x5678, 0x1234]],
    ['uint32', 'BADC', 0x12345678, [0x3412, 0x7856]],
    ['uint32', 'DCBA', 0x12345678, [0x7856, 0x3412]],
    ['uint32', '', 2 ** 32, [0, 0]],
    ['int32', '', -2, [0xffff, 0xfffe]],
    // 123.456 as IEEE 754 single is 42F6E979.
    ['float32', '', 123.456, [0x42f6, 0xe979]],
    ['float32', 'CDAB', 123.456, [0xe979, 0x42f6]],
    ['float32', 'BADC', 123.456, [0xf642, 0x79e9]],
    ['float32', 'DCBA', 123.456, [0x79e9, 0xf642]],
  ]
  for (const [type, order, value, words] of table) {
    it(`makes ${words.map((word) => word.toString(16))} of the ${type} ${value} ${order}`, () => {
      assert.deepEqual(encodeValue(type, order, value), words)
    })
  }
})
