import assert from 'node:assert/strict'
import { LIMITS } from '../../../nodes/opcua-in/limits'
import { Body } from '../../../nodes/opcua-in/structures/body'
import { plainValue } from '../../../nodes/opcua-in/values'
import { NO_TYPES } from './no-types'
import { bodyOf, node } from './structures/encoding'

const PLAIN = { scale: 1, offset: 0 }
const plainOf = (
  type: number,
  data: unknown,
  { dimensions, scaling = PLAIN }: { dimensions?: number[]; scaling?: typeof PLAIN } = {},
) =>
  plainValue(
    {
      type,
      data,
      isArray: Array.isArray(data) && type !== 8 && type !== 9 ? true : dimensions !== undefined,
      dimensions,
    },
    scaling,
    NO_TYPES,
  )
const variant = (type: number, data: unknown, isArray = false) => ({ type, isArray, dimensions: undefined, data })
const sample = (code: number, status: string, value: unknown) => ({ code, status, value, sourceTime: undefined })

const noValue = /^the server has no value$/
const noTime = /^the server does not know the time/

describe('A value of an OPC UA server', () => {
  // biome-ignore format: a table, one line a value
  const table: [what: string, type: number, data: unknown, expected: unknown][] = [
    ['a boolean', 1, true, true],
    ['a number', 11, -1.5, -1.5],
    ['an Int64 that a number holds', 8, [0x001fffff, 0xffffffff], Number.MAX_SAFE_INTEGER],
    ['an Int64 that a number does not hold', 8, [0x00200000, 0], '9007199254740992'],
    ['a negative Int64', 8, [0xffffffff, 0xffffffff], -1],
    ['the smallest Int64', 8, [0x80000000, 0], '-9223372036854775808'],
    ['the largest UInt64', 9, [0xffffffff, 0xffffffff], '18446744073709551615'],
    ['a text', 12, '你好', '你好'],
    ['an empty text', 12, '', ''],
    ['a null text', 12, null, noValue],
    ['a time', 13, new Date(0), '1970-01-01T00:00:00.000Z'],
    ['the first time that there is', 13, new Date(-11_644_473_599_999), '1601-01-01T00:00:00.001Z'],
    ['the time 0', 13, new Date(-11_644_473_600_000), noTime],
    ['the last time that there is', 13, new Date('9999-12-31T23:59:58.999Z'), '9999-12-31T23:59:58.999Z'],
    ['a time after all others', 13, new Date('9999-12-31T23:59:59Z'), noTime],
    ['a time that the library takes for the year 30828', 13, new Date('+030828-09-14T02:48:05.477Z'), noTime],
    ['a time that the library takes for the year 59318', 13, new Date('+059318-01-01T00:00:00Z'), noTime],
    ['a time that is none', 13, new Date(Number.NaN), noTime],
    ['a GUID', 14, '72962B91-FA75-4AE6-8D28-B404DC7DAF63', '72962B91-FA75-4AE6-8D28-B404DC7DAF63'],
    ['a byte string', 15, Buffer.from([0, 255]), 'AP8='],
    ['a null byte string', 15, null, noValue],
    ['a NodeId', 17, 'ns=2;s=x', 'ns=2;s=x'],
    ['a status', 19, 'BadTimeout', 'BadTimeout'],
    ['a qualified name', 20, { namespaceIndex: 2, name: 'x' }, '2:x'],
    ['a qualified name of OPC UA itself', 20, { namespaceIndex: 0, name: 'x' }, 'x'],
    ['a qualified name without a name', 20, { namespaceIndex: 0, name: null }, noValue],
    ['a localized text', 21, { text: 'an', locale: 'de' }, 'an'],
    ['a localized text without a text', 21, { text: null }, noValue],
    ['no number', 11, Number.NaN, /^the value is NaN, which is no number$/],
    ['an infinite number', 10, -Infinity, /^the value is -Infinity/],
    ['an array', 6, [1, 2], [1, 2]],
    ['an empty array', 6, [], []],
    ['an array with a null text', 12, ['a', null, ''], ['a', null, '']],
    ['an array of null texts', 12, [null, null], [null, null]],
    ['an array of times of which one is not known', 13, [new Date(0), new Date(-11_644_473_600_000)], ['1970-01-01T00:00:00.000Z', null]],
    ['an array without a single number', 11, [Number.NaN, Number.NaN], /^element 0 is NaN/],
    ['Variants in an array', 24, [variant(8, [0, 7]), variant(12, 'x'), variant(12, null), variant(24, variant(1, true))], [7, 'x', null, true]],
    ['an array in a Variant', 24, variant(6, [1, 2], true), [1, 2]],
    ['a matrix in a Variant in an array', 24, [{ ...variant(6, [1, 2], true), dimensions: [2, 1] }], [[[1], [2]]]],
    ['a DataValue', 23, sample(0, 'Good', variant(6, 5)), 5],
    ['a DataValue that is not good', 23, sample(0x80000000, 'BadNoData', variant(6, 5)), /^the value is not good: there is no value/],
    ['a 64-bit number that is none', 8, 'x'.split(''), /number that is none/],
    ['a function', 12, () => {}, /no value$/],
    ['a structure in XML', 22, new Body(node(1), 'xml', Buffer.from('<a/>')), /structure in XML, and only the binary form is read/],
    ['a structure that nobody knows', 22, bodyOf(node(1)), /^the value is a structure that cannot be read: nobody knows$/],
    ['no structure at all', 22, null, noValue],
    ['structures that nobody knows', 22, [bodyOf(node(1)), null], /^element 0 is a structure that cannot be read/],
    ['bytes that the library would make of a structure', 22, { nodeId: 'ns=1;i=1', buffer: {} }, /is no structure/],
    ['a long text', 12, 'x'.repeat(LIMITS.characters + 1), /too long/],
    ['a long array', 6, new Array(LIMITS.elements + 1).fill(0), /too long.*read a range/],
  ]
  for (const [what, type, data, expected] of table) {
    it(`that is ${what}`, () => {
      const plain =
        type === 8 || type === 9
          ? plainValue({ type, data, isArray: false, dimensions: undefined }, PLAIN, NO_TYPES)
          : plainOf(type, data)
      if (expected instanceof RegExp) assert.match('problem' in plain ? plain.problem : JSON.stringify(plain), expected)
      else assert.deepEqual(plain, { value: expected })
    })
  }

  // biome-ignore format: a table, one line a value
  const partial: [what: string, type: number, data: unknown, dimensions: number[] | undefined, value: unknown, ...gaps: string[]][] = [
    ['an array', 11, [1, Number.NaN, Infinity], undefined, [1, null, null], 'element 1 is NaN, which is no number', 'element 2 is Infinity, which is no number'],
    ['a matrix', 10, new Float32Array([1, 2, Number.NaN, 4]), [2, 2], [[1, 2], [null, 4]], 'element 1,0 is NaN, which is no number'],
    ['Variants', 24, [variant(6, 1), variant(11, [0, -Infinity], true)], undefined, [1, [0, null]], 'element 1,1 is -Infinity, which is no number'],
  ]
  for (const [what, type, data, dimensions, value, ...listed] of partial) {
    it(`is null where a part of ${what} is no number, and says so`, () => {
      assert.deepEqual(plainOf(type, data, dimensions ? { dimensions } : {}), { value, gaps: { listed, more: 0 } })
    })
  }

  it('may be nested, but not without end', () => {
    let deep: unknown = variant(6, 1)
    for (let level = 0; level <= LIMITS.depth; level++) deep = variant(24, deep)
    assert.match(JSON.stringify(plainOf(24, deep)), /nested deeper/)
  })

  it('may have many parts, but not too many', () => {
    const row = variant(6, new Array(LIMITS.elements - 10).fill(0), true)
    assert.match(JSON.stringify(plainOf(24, [row, row])), /more than/)
  })

  it('is a table of rows when it is a matrix', () => {
    assert.deepEqual(plainOf(11, new Float64Array([1, 2, 3, 4, 5, 6]), { dimensions: [2, 3] }), {
      value: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    })
    assert.deepEqual(plainOf(6, [1, 2, 3, 4], { dimensions: [2, 1, 2] }), { value: [[[1, 2]], [[3, 4]]] })
    assert.match(JSON.stringify(plainOf(6, [1, 2, 3], { dimensions: [2, 2] })), /3 elements for an array of 2 x 2/)
    assert.match(JSON.stringify(plainOf(6, [], { dimensions: [2 ** 31, 2 ** 31] })), /0 elements/)
  })

  it('is scaled if it is a number, or many', () => {
    const scaling = { scale: 2, offset: 1 }
    assert.deepEqual(plainOf(6, 5, { scaling }), { value: 11 })
    assert.deepEqual(plainOf(11, [1, 2], { scaling }), { value: [3, 5] })
    assert.deepEqual(plainOf(11, [1, Number.NaN], { scaling }), {
      value: [3, null],
      gaps: { listed: ['element 1 is NaN, which is no number'], more: 0 },
    })
    assert.deepEqual(
      plainValue({ type: 8, data: [0x00200000, 0], isArray: false, dimensions: undefined }, scaling, NO_TYPES),
      { value: 2 * 2 ** 53 + 1 },
    )
    assert.deepEqual(plainOf(12, '5', { scaling }), { value: '5' })
    assert.deepEqual(plainOf(1, true, { scaling }), { value: true })
    assert.match(JSON.stringify(plainOf(11, 1e308, { scaling: { scale: 1e10, offset: 0 } })), /scaled value/)
  })
})
