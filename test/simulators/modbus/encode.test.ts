import assert from 'node:assert/strict'
import type { WordOrder, WordType } from '../../../lib/contract/word-types'
import { encodeValue } from '../../../simulators/modbus/encode'

describe('Encoding a value into registers', () => {
  const table: [WordType, WordOrder, number | bigint | string, number[]][] = [
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
    ['bit', '', 1, [1]],
    ['uint16', 'BA', 0x1234, [0x3412]],
    ['uint16', 'DCBA', 0x1234, [0x3412]],
    ['uint16', 'CDAB', 0x1234, [0x1234]],
    ['int8h', '', -2, [0xfe00]],
    ['uint8l', '', 0x1ff, [0x00ff]],
    ['int64', '', -2n, [0xffff, 0xffff, 0xffff, 0xfffe]],
    ['uint64', 'GHEFCDAB', '1311768467463790320', [0xdef0, 0x9abc, 0x5678, 0x1234]],
    ['uint64', 'BADCFEHG', 0x123456789abcdef0n, [0x3412, 0x7856, 0xbc9a, 0xf0de]],
    ['uint64', 'HGFEDCBA', 0x123456789abcdef0n, [0xf0de, 0xbc9a, 0x7856, 0x3412]],
    ['float64', '', -2, [0xc000, 0, 0, 0]],
    ['float16', '', 1.5, [0x3e00]],
    ['float16', 'BA', -65504, [0xfffb]],
    ['float16', '', 70_000, [0x7c00]],
    ['float16', '', Number.NaN, [0x7e00]],
    ['float16', '', 1e-9, [0]],
    ['bcd16', '', 1234, [0x1234]],
    ['bcd16', '', 91_234, [0x1234]],
    ['bcd32', 'CDAB', 12_345_678, [0x5678, 0x1234]],
    ['time32', '', 1_700_000_000, [0x6553, 0xf100]],
    ['string', '', 'A', [0x4100]],
    ['stringh', '', 'A', [0x4100]],
    ['stringl', 'BA', 'A', [0x4100]],
    ['uint48', 'EFCDAB', 0x123456789abcn, [0x9abc, 0x5678, 0x1234]],
    ['int48', '', -2, [0xffff, 0xffff, 0xfffe]],
    ['sm16', '', -5, [0x8005]],
    ['sm32', 'CDAB', -65_536.4, [0, 0x8001]],
    ['sm16', '', 1e6, [0x7fff]],
    // the example of Iskra's manuals is FD01E240 with fewer digits
    ['t5', '', 123.456, [0xfbbc, 0x6100]],
    ['t6', '', -123.456, [0xfced, 0x2980]],
    ['t5', '', 1e12, [0x0598, 0x9680]],
    ['mod10k32', '', 12_345_678, [1234, 5678]],
    ['mod10k48', 'EFCDAB', 112_345_678.4, [5678, 1234, 1]],
    ['mod10k64', '', -1, [0, 0, 0, 1]],
    ['mod1m64', '', 2_123_456, [0, 2, 1, 0xe240]],
    ['time64ms', '', 1_700_000_000_123, [0, 0x018b, 0xcfe5, 0x687b]],
    ['time2000', '', 1, [0, 1]],
    ['bcdtime48', '', Date.UTC(2024, 1, 29, 12, 30, 15), [0x2402, 0x2912, 0x3015]],
    ['iec64', '', Date.UTC(2024, 1, 29, 12, 30, 15, 250), [24, 0x029d, 0x0c1e, 15_250]],
  ]
  for (const [type, order, value, words] of table) {
    it(`makes ${words.map((word) => word.toString(16))} of the ${type} ${value} ${order}`, () => {
      assert.deepEqual(encodeValue(type, order, value), words)
    })
  }

  it('fills up a text, and cuts one that is too long', () => {
    assert.deepEqual(encodeValue('string', '', 'PUMP', 7), [0x5055, 0x4d50, 0, 0])
    assert.deepEqual(encodeValue('string', 'BA', 'PUMP', 3), [0x5550, 0x004d])
  })
})
