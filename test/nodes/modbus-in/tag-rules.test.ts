import assert from 'node:assert/strict'
import type { WordOrder, WordType } from '../../../lib/contract/word-types'
import { checkTags } from '../../../nodes/modbus-in/tag-rules'

const plain = { name: 't', address: '40001', type: 'uint16', order: '', scale: 1, offset: 0, length: 1 } as const
type Change = Partial<{
  address: string
  type: WordType
  order: WordOrder
  scale: number
  offset: number
  length: number
}>

describe('a tag', () => {
  const rows: [Change, problem?: string][] = [
    [{}],
    [{ type: 'float32' }],
    [{ address: '40001.3', type: 'bool' }],
    [{ address: '40001.3', type: 'bit' }],
    [{ address: '00001', type: 'bool' }],
    [{ address: 'di3', type: 'bit' }],
    [{ address: '40000' }, 'address: "40000" is out of range: these numbers start with 40001, which is holding:0'],
    [{ type: 'bool' }, 'address: bool is one bit of a register: say which, 40001.0 to 40001.15'],
    [{ type: 'bit', length: 16 }, 'address: bit is one bit of a register: say which, 40001.0 to 40001.15'],
    [{ address: '40001.3' }, 'type: 40001.3 is one bit: choose bool instead of uint16, or leave out ".3"'],
    [
      { address: '40001.3', type: 'string' },
      'type: 40001.3 is one bit: choose bool instead of string, or leave out ".3"',
    ],
    [{ address: '00001', type: 'int16' }, 'type: 00001 is a coil, one bit: choose bool instead of int16'],
    [{ address: '10001', type: 'time32' }, 'type: 10001 is a discrete, one bit: choose bool instead of time32'],

    [{ address: '465536' }],
    [{ address: '465535', type: 'int32' }],
    [
      { address: '465536', type: 'int32' },
      'address: int32 takes 2 addresses, of which 465536 has only 1 up to the end of the area',
    ],
    [
      { address: 'hr65533', type: 'float64' },
      'address: float64 takes 4 addresses, of which hr65533 has only 3 up to the end of the area',
    ],
    [{ address: 'hr65531', length: 5 }],
    [
      { address: 'hr65532', length: 5 },
      'address: uint16[5] takes 5 addresses, of which hr65532 has only 4 up to the end of the area',
    ],
    [{ address: 'hr65534', type: 'string', length: 4 }],
    [
      { address: 'hr65534', type: 'string', length: 5 },
      'address: string(5) takes 3 addresses, of which hr65534 has only 2 up to the end of the area',
    ],
    [{ address: 'hr65535.14', type: 'bool', length: 2 }],
    [
      { address: 'hr65535.14', type: 'bool', length: 3 },
      'address: bool[3] takes 2 addresses, of which hr65535.14 has only 1 up to the end of the area',
    ],
    [{ address: 'coil:65533', type: 'bit', length: 3 }],
    [
      { address: 'coil:65533', type: 'bit', length: 4 },
      'address: bit[4] takes 4 addresses, of which coil:65533 has only 3 up to the end of the area',
    ],

    [{ length: 125 }],
    [{ length: 126 }, 'length: must be at most 125 with uint16: a request cannot read more'],
    [{ type: 'float32', length: 62 }],
    [{ type: 'float32', length: 63 }, 'length: must be at most 62 with float32: a request cannot read more'],
    [{ type: 'int64', length: 32 }, 'length: must be at most 31 with int64: a request cannot read more'],
    [{ type: 'string', length: 250 }],
    [{ type: 'string', length: 251 }, 'length: must be at most 250 with string: a request cannot read more'],
    [{ address: 'coil:0', type: 'bool', length: 2000 }],
    [
      { address: 'coil:0', type: 'bool', length: 2001 },
      'length: must be at most 2000 with bool: a request cannot read more',
    ],
    [{ address: 'hr0.15', type: 'bit', length: 1985 }],
    [
      { address: 'hr0.15', type: 'bit', length: 1986 },
      'length: must be at most 1985 with bit: a request cannot read more',
    ],

    [{ order: 'AB' }],
    [{ order: 'BA' }],
    [{ order: 'DCBA' }],
    [{ address: 'hr0.1', type: 'bool', order: 'BADC' }],
    [{ type: 'float32', order: 'CDAB' }],
    [{ type: 'float64', order: 'GHEFCDAB' }],
    [{ type: 'string', order: 'BA' }],
    [{ order: 'ABCDEFGH' }, 'order: ABCDEFGH is no order of uint16: choose AB, BA, or leave it empty'],
    [{ type: 'string', order: 'CDAB' }, 'order: CDAB is no order of string: choose AB, BA, or leave it empty'],
    [
      { type: 'float32', order: 'BA' },
      'order: BA is no order of float32: choose ABCD, CDAB, BADC, DCBA, or leave it empty',
    ],
    [
      { type: 'int64', order: 'CDAB' },
      'order: CDAB is no order of int64: choose ABCDEFGH, GHEFCDAB, BADCFEHG, HGFEDCBA, or leave it empty',
    ],

    [{ type: 'int64', scale: 0.1, offset: 3 }],
    [{ type: 'bcd16', scale: 0.1 }],
    [{ type: 'string', scale: 0.1 }, 'scale: does not apply to string: leave it at 1'],
    [{ type: 'time32', offset: 3600 }, 'offset: does not apply to time32: leave it at 0'],
    [{ address: 'coil:1', type: 'bool', scale: 2 }, 'scale: does not apply to bool: leave it at 1'],
    [{ address: 'coil:1', type: 'bit', offset: 1 }, 'offset: does not apply to bit: leave it at 0'],
  ]
  for (const [change, expected] of rows) {
    it(`${expected === undefined ? 'may have' : 'may not have'} ${JSON.stringify(change)}`, () => {
      const problems = checkTags([
        { ...plain, name: 'first' },
        { ...plain, ...change },
      ])
      assert.deepEqual(
        problems.map(({ index, field, message }) => `${index} ${field}: ${message}`),
        expected === undefined ? [] : [`1 ${expected}`],
      )
    })
  }

  it('may not be called like an element of an array', () => {
    const names = (array: Change, ...others: string[]): string[] =>
      checkTags([...others.map((name) => ({ ...plain, name })), { ...plain, name: 'a', ...array }]).map(
        ({ index, field, message }) => `${index} ${field}: ${message}`,
      )
    assert.deepEqual(names({ length: 3 }, 'a[0]', 'a[3]', 'a[02]', 'b[1]', 'a[2]'), [
      '0 name: "a[0]" is also the name of an element of the array "a"',
      '4 name: "a[2]" is also the name of an element of the array "a"',
    ])
    assert.deepEqual(names({ length: 1 }, 'a[0]'), [])
    assert.deepEqual(names({ type: 'string', length: 3 }, 'a[0]'), [])
  })
})
