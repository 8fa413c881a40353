import assert from 'node:assert/strict'
import { LIMITS, plainValue } from '../../../nodes/opcua-in/values'

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
  )

const noValue = /^the server has no value$/

describe('A value of an OPC UA server', () => {
  class Text {
    readonly locale = 'de'
    readonly text: string | null
    constructor(text: string | null) {
      this.text = text
    }
  }
  class Id {
    readonly identifierType = 2
    toString() {
      return 'ns=2;s=x'
    }
  }
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
    ['a time that is none', 13, new Date(Number.NaN), /^the value is no time$/],
    ['a GUID', 14, '72962B91-FA75-4AE6-8D28-B404DC7DAF63', '72962B91-FA75-4AE6-8D28-B404DC7DAF63'],
    ['a byte string', 15, Buffer.from([0, 255]), 'AP8='],
    ['a null byte string', 15, null, noValue],
    ['a NodeId', 17, new Id(), 'ns=2;s=x'],
    ['a status', 19, { name: 'BadTimeout#x', description: '', value: 1 }, 'BadTimeout'],
    ['a qualified name', 20, { namespaceIndex: 2, name: 'x' }, '2:x'],
    ['a qualified name of OPC UA itself', 20, { namespaceIndex: 0, name: 'x' }, 'x'],
    ['a localized text', 21, new Text('an'), 'an'],
    ['a localized text without a text', 21, new Text(null), noValue],
    ['no number', 11, Number.NaN, /^the value is NaN, which is no number$/],
    ['an infinite number', 10, -Infinity, /^the value is -Infinity/],
    ['an array', 6, [1, 2], [1, 2]],
    ['an empty array', 6, [], []],
    ['an array with something that is no number', 11, [1, Number.NaN], /NaN/],
    ['an array with a null text', 12, ['a', null], ['a', '']],
    ['a Variant in an array', 24, [{ dataType: 8, arrayType: 0, value: [0, 7] }, { dataType: 12, arrayType: 0, value: 'x' }], [7, 'x']],
    ['an array in a Variant', 24, { dataType: 6, arrayType: 1, value: [1, 2] }, [1, 2]],
    ['a 64-bit number that is none', 8, 'x'.split(''), /number that is none/],
    ['a function', 12, () => {}, /no value$/],
    ['a structure', 22, { a: 1, b: { c: ['x'] }, d: null }, { a: 1, b: { c: ['x'] } }],
    ['a structure with a 64-bit number', 22, { schema: { fields: [{ name: 'n', fieldType: 'UInt64' }] }, n: [0, 5] }, { schema: { fields: [{ name: 'n', fieldType: 'UInt64' }] }, n: 5 }],
    ['a structure whose text looks like a localized one', 22, { locale: 'x', text: 'y' }, { locale: 'x', text: 'y' }],
    ['a long text', 12, 'x'.repeat(LIMITS.characters + 1), /too long/],
    ['a long array', 6, new Array(LIMITS.elements + 1).fill(0), /too long.*read a range/],
  ]
  for (const [what, type, data, expected] of table) {
    it(`that is ${what}`, () => {
      const plain =
        type === 8 || type === 9
          ? plainValue({ type, data, isArray: false, dimensions: undefined }, PLAIN)
          : plainOf(type, data)
      if (expected instanceof RegExp) assert.match('problem' in plain ? plain.problem : JSON.stringify(plain), expected)
      else assert.deepEqual(plain, { value: expected })
    })
  }

  it('may be nested, but not without end', () => {
    let deep: unknown = 1
    for (let level = 0; level <= LIMITS.depth; level++) deep = { deep }
    assert.match(JSON.stringify(plainOf(22, deep)), /nested deeper/)
  })

  it('may have many parts, but not too many', () => {
    const row = new Array(LIMITS.elements - 10).fill(0)
    assert.match(JSON.stringify(plainOf(22, { a: row, b: row })), /more than/)
  })

  it('never brings a prototype', () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":1},"a":1}')
    const plain = plainOf(22, hostile)
    assert.deepEqual(plain, { value: { a: 1 } })
    assert.equal('value' in plain && Object.getPrototypeOf(plain.value), Object.prototype)
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
    assert.deepEqual(plainValue({ type: 8, data: [0x00200000, 0], isArray: false, dimensions: undefined }, scaling), {
      value: 2 * 2 ** 53 + 1,
    })
    assert.deepEqual(plainOf(12, '5', { scaling }), { value: '5' })
    assert.deepEqual(plainOf(1, true, { scaling }), { value: true })
    assert.match(JSON.stringify(plainOf(11, 1e308, { scaling: { scale: 1e10, offset: 0 } })), /scaled value/)
  })
})
