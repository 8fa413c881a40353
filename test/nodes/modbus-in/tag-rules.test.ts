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
  noValue: string
  min: string
  max: string
  scaleFrom: string
  texts: string
  charset: string
  width: number
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

    [{ type: 'uint48', order: 'EFCDAB' }],
    [
      { type: 'uint48', order: 'CDAB' },
      'order: CDAB is no order of uint48: choose ABCDEF, EFCDAB, BADCFE, FEDCBA, or leave it empty',
    ],
    [{ type: 'stringh', length: 125 }],
    [{ type: 'stringl', length: 126 }, 'length: must be at most 125 with stringl: a request cannot read more'],
    [
      { address: 'hr65534', type: 'iec64' },
      'address: iec64 takes 4 addresses, of which hr65534 has only 2 up to the end of the area',
    ],
    [{ type: 'iec64', scale: 2 }, 'scale: does not apply to iec64: leave it at 1'],

    [{ noValue: '0x8000, 65535' }],
    [{ type: 'float32', noValue: 'NaN' }],
    [{ type: 'time32', noValue: '0' }],
    [{ type: 'int16', noValue: '65535' }, 'noValue: 65535 cannot be held by int16: write its bits, as 0xFFFF'],
    [{ type: 'int8h', noValue: '0x8000' }, 'noValue: 0x8000 cannot be held by int8h: write its bits, as 0xFF'],
    [{ noValue: 'NaN' }, 'noValue: NaN cannot be held by uint16: write its bits, as 0xFFFF'],
    [{ type: 'string', noValue: '0' }, 'noValue: does not apply to string: leave it empty'],
    [{ address: 'coil:1', type: 'bool', noValue: '0' }, 'noValue: does not apply to bool: leave it empty'],
    [{ min: '0', max: '0' }],
    [{ min: '-0.5' }],
    [{ min: '5', max: '4.5' }, 'max: is below the minimum: 4.5 is less than 5'],
    [{ type: 'string', min: '0' }, 'min: does not apply to string: leave it empty'],
    [{ type: 'time32', max: '0' }, 'max: does not apply to time32: leave it empty'],
    [{ texts: '0=off;1=on' }],
    [{ address: 'coil:1', type: 'bool', texts: '0=off;1=on' }],
    [{ type: 'stringl', texts: '0=off' }, 'texts: does not apply to stringl: leave it empty'],
    [{ type: 'time2000', texts: '0=off' }, 'texts: does not apply to time2000: leave it empty'],
    [{ type: 'stringh', charset: 'gbk' }],
    [{ charset: 'gbk' }, 'charset: does not apply to uint16: leave it empty'],

    [{ scaleFrom: '10^first' }],
    [{ scaleFrom: '*hr5' }],
    [{ length: 3, scaleFrom: '40085' }],
    [{ scaleFrom: 't' }, 'scaleFrom: "t" is scaled by this tag itself'],
    [
      { scaleFrom: '10^nothing' },
      'scaleFrom: there is no tag "nothing", and "nothing" is no Modbus address: write e.g. 40001, 400001, holding:0, hr0, input:5, coil:3, di:0x10 or 40001.3',
    ],
    [{ scaleFrom: 'coil:3' }, 'scaleFrom: coil:3 is a coil, one bit: a scale is a register'],
    [{ scaleFrom: '40001.3' }, 'scaleFrom: 40001.3 is one bit: a scale is a register'],
    [{ address: 'coil:1', type: 'bool', scaleFrom: '40001' }, 'scaleFrom: does not apply to bool: leave it empty'],

    [{ type: 'uint32', width: 2 }],
    [{ type: 'uint64', width: 2, length: 3 }],
    [{ type: 'string', width: 2, length: 7 }],
    [{ type: 'uint48', width: 3 }],
    [{ address: 'hr65534', type: 'uint64', width: 2 }],
    [
      { address: 'hr65535', type: 'uint64', width: 2 },
      'address: uint64 takes 2 addresses, of which hr65535 has only 1 up to the end of the area',
    ],
    [
      { width: 2 },
      'width: 2 registers at an address are no part of uint16, which takes 1: choose a type of 2 registers, or a width of 1',
    ],
    [
      { width: 2, length: 2 },
      'width: 2 registers at an address are no part of uint16, which takes 1: choose a type of 2 registers, or a width of 1',
    ],
    [
      { type: 'string', width: 2, length: 6 },
      'width: 2 registers at an address are no part of string(6), which takes 3: choose a length of a multiple of 4',
    ],
    [
      { address: 'hr1.3', type: 'bool', width: 2 },
      'width: 2 registers at an address are no part of bool, which takes 1: choose a type of 2 registers, or a width of 1',
    ],
    [{ address: 'coil:1', type: 'bool', width: 2 }, 'width: does not apply to a coil: leave it at 1'],
    [
      { type: 'uint32', width: 2, scaleFrom: 'hr5' },
      'scaleFrom: hr5 has 2 registers here: add a tag that reads the scale, and name that',
    ],
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

  it('may be scaled only by a tag that is one number', () => {
    const problem = (source: Change): string | undefined =>
      checkTags([
        { ...plain, name: 'SF', ...source },
        { ...plain, scaleFrom: 'SF' },
      ])[0]?.message
    assert.equal(problem({ type: 'int16' }), undefined)
    assert.equal(problem({ type: 'string' }), '"SF" cannot be a scale: it is no number')
    assert.equal(problem({ address: 'coil:1', type: 'bit' }), '"SF" cannot be a scale: it is no number')
    assert.equal(problem({ length: 2 }), '"SF" cannot be a scale: it is an array')
    assert.equal(problem({ texts: '0=off' }), '"SF" cannot be a scale: it is told by texts')
  })

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
