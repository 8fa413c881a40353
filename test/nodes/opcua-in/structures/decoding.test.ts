import assert from 'node:assert/strict'
import type { Value } from '../../../../lib/contract/batch'
import { LIMITS } from '../../../../nodes/opcua-in/limits'
import type { Body } from '../../../../nodes/opcua-in/structures/body'
import type { Field, Layout, StructureType, TypeDescription } from '../../../../nodes/opcua-in/structures/description'
import { BEING_ASKED, type KnownTypes } from '../../../../nodes/opcua-in/structures/lookup'
import { plainValue } from '../../../../nodes/opcua-in/values'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { bodyOf, extension, float, node, own, standard } from './encoding'

const PLAIN = { scale: 1, offset: 0 }
const ENUMERATION = own(90)
const ABSTRACT = own(91)
const INNER = own(92)
const EMPTY = own(93)

function field(name: string, type: string | number, others: Partial<Field> = {}): Field {
  const key = typeof type === 'number' ? standard(type) : type
  return { name, type: key, rank: -1, isOptional: false, isSubtyped: false, ...others }
}
function structure(fields: readonly Field[], layout: Layout = 'plain', isAbstract = false): StructureType {
  return { kind: 'structure', layout, isAbstract, fields }
}

/** Values with the encoding 1 are of the type, those with 2 of an inner one. */
class Bench implements KnownTypes {
  readonly doubts: string[] = []
  readonly #roots: ReadonlyMap<number, StructureType>
  readonly #types: ReadonlyMap<string, TypeDescription>

  constructor(type: StructureType) {
    const inner = structure([field('Speed', 10), field('Name', 12)])
    this.#roots = new Map([
      [1, type],
      [2, inner],
    ])
    this.#types = new Map<string, TypeDescription>([
      ...Array.from({ length: 26 }, (_, id) => [standard(id), { kind: 'simple', type: id }] as const),
      [ENUMERATION, { kind: 'enumeration', texts: new Map([[1, 'Running']]) }],
      [ABSTRACT, structure([], 'plain', true)],
      [INNER, inner],
      [EMPTY, structure([])],
      [own(1), type],
    ])
  }

  statusName = (code: number): string => (code === 0 ? 'Good' : 'BadNoData')
  doubt = (_: Body, why: string): void => {
    this.doubts.push(why)
  }
  typeOf = ({ typeId }: Body): ReturnType<KnownTypes['typeOf']> => {
    if (typeId.id.value === 3) return { kind: 'asking', reason: BEING_ASKED }
    const type = this.#roots.get(Number(typeId.id.value))
    return type ? { kind: 'known', type, types: this.#types } : { kind: 'unknown', reason: 'nobody knows it' }
  }

  plain(...parts: Buffer[]) {
    const wire = { type: 22, isArray: false, dimensions: undefined, data: bodyOf(node(1), ...parts) }
    return plainValue(wire, PLAIN, this)
  }
}

function decoded(type: StructureType, ...parts: Buffer[]) {
  return new Bench(type).plain(...parts)
}

describe('A structure', () => {
  // biome-ignore format: a table, one line a built-in type
  const builtIn: [what: string, type: number, bytes: Buffer, expected: Value | null][] = [
    ['Boolean', 1, binary.bytes(1), true],
    ['SByte', 2, binary.bytes(0xff), -1],
    ['Byte', 3, binary.bytes(0xff), 255],
    ['Int16', 4, binary.bytes(0xfe, 0xff), -2],
    ['UInt16', 5, binary.uint16(65_535), 65_535],
    ['Int32', 6, binary.int32(-7), -7],
    ['UInt32', 7, binary.uint32(4_294_967_295), 4_294_967_295],
    ['Int64', 8, binary.int64(-(2n ** 63n)), '-9223372036854775808'],
    ['UInt64', 9, binary.int64(-1n), '18446744073709551615'],
    ['Float', 10, float(1.5), 1.5],
    ['Double', 11, binary.double(-0.1), -0.1],
    ['String', 12, binary.string('你好'), '你好'],
    ['a null String', 12, binary.string(null), null],
    ['DateTime', 13, binary.dateTime(0), '1970-01-01T00:00:00.000Z'],
    ['DateTime 0', 13, binary.int64(0n), null],
    ['the smallest DateTime', 13, binary.int64(-(2n ** 63n)), null],
    ['the largest DateTime', 13, binary.int64(2n ** 63n - 1n), null],
    ['Guid', 14, Buffer.from('912b967275fae84a8d28b404dc7daf63', 'hex'), '72962B91-FA75-4AE8-8D28-B404DC7DAF63'],
    ['ByteString', 15, binary.string(Buffer.from([0, 255])), 'AP8='],
    ['a null ByteString', 15, binary.string(null), null],
    ['XmlElement', 16, binary.string('<a/>'), '<a/>'],
    ['NodeId', 17, binary.nodeId(300, 2), 'ns=2;i=300'],
    ['a NodeId that is a text', 17, Buffer.concat([binary.bytes(3), binary.uint16(2), binary.string('x')]), 'ns=2;s=x'],
    ['an opaque NodeId', 17, Buffer.concat([binary.bytes(5), binary.uint16(2), binary.string(Buffer.from([0, 255]))]), 'ns=2;b=AP8='],
    ['the null NodeId', 17, binary.bytes(0, 0), null],
    ['ExpandedNodeId', 18, Buffer.concat([binary.bytes(0x81, 0), binary.uint16(5), binary.string('urn:p;q')]), 'nsu=urn:p%3Bq;i=5'],
    ['StatusCode', 19, binary.uint32(0x809b0000), 'BadNoData'],
    ['QualifiedName', 20, Buffer.concat([binary.uint16(2), binary.string('x')]), '2:x'],
    ['LocalizedText', 21, binary.localizedText('an'), 'an'],
    ['LocalizedText without a text', 21, binary.bytes(0), null],
    ['a structure', 22, extension(2, float(2), binary.string('x')), { Speed: 2, Name: 'x' }],
    ['no structure', 22, binary.noExtension, null],
    ['DataValue', 23, binary.dataValue(binary.scalar('Int32', binary.int32(5))), 5],
    ['a Variant', 24, binary.scalar('Double', binary.double(0.5)), 0.5],
    ['an array in a Variant', 24, binary.arrayVariant('Int32', 2, Buffer.concat([binary.int32(1), binary.int32(2)])), [1, 2]],
    ['a matrix in a Variant', 24, binary.arrayVariant('Int32', 2, Buffer.concat([binary.int32(1), binary.int32(2)]), [2, 1]), [[1], [2]]],
    ['a null Variant', 24, binary.bytes(0), null],
    ['DiagnosticInfo', 25, binary.bytes(0x10, 1, 0, 0, 0, 65), null],
  ]
  for (const [what, type, bytes, expected] of builtIn) {
    it(`holds ${what}, and what stands behind it`, () => {
      const plain = decoded(structure([field('Value', type), field('end', 12)]), bytes, binary.string('!'))
      assert.deepEqual(plain, { value: { Value: expected, end: '!' } })
    })
  }

  const simple = structure([field('a', 6), field('b', 6)])
  it('keeps the names of its fields, whatever they are', () => {
    const names = ['Name', 'Value', 'DataType', 'Text', 'text', 'locale', 'RPM', 'constructor']
    const plain = decoded(structure(names.map((name) => field(name, 12))), ...names.map((name) => binary.string(name)))
    assert.deepEqual(plain, { value: Object.fromEntries(names.map((name) => [name, name])) })
  })

  it('leaves out the field that would be a prototype in a copy of the message, and says so', () => {
    const plain = decoded(
      structure([field('__proto__', INNER), field('a', 6)]),
      float(1),
      binary.string('x'),
      binary.int32(1),
    )
    const listed = ['field __proto__ is left out: no object in a flow can have a field of this name']
    assert.deepEqual(plain, { value: { a: 1 }, gaps: { listed, more: 0 } })
    assert.equal('value' in plain && Object.getPrototypeOf(plain.value), Object.prototype)
  })

  it('holds arrays, null arrays and matrices, each with its elements in their places', () => {
    const type = structure([
      field('list', 6, { rank: 1 }),
      field('none', 6, { rank: 1 }),
      field('table', 6, { rank: 2 }),
      field('empty', 6, { rank: 2 }),
      field('inner', INNER, { rank: 1 }),
    ])
    const numbers = [1, 2, 3, 4, 5, 6].map(binary.int32)
    const plain = decoded(
      type,
      binary.array(numbers.slice(0, 2)),
      binary.int32(-1),
      Buffer.concat([binary.array([binary.int32(2), binary.int32(3)]), ...numbers]),
      binary.array([binary.int32(0), binary.int32(3)]),
      binary.array([Buffer.concat([float(1), binary.string('a')]), Buffer.concat([float(2), binary.string(null)])]),
    )
    assert.deepEqual(plain, {
      value: {
        list: [1, 2],
        none: null,
        table: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        empty: [],
        inner: [
          { Speed: 1, Name: 'a' },
          { Speed: 2, Name: null },
        ],
      },
    })
  })

  it('has the optional fields that its mask names, and no others', () => {
    const type = structure(
      [field('a', 6, { isOptional: true }), field('b', 6), field('c', 12, { isOptional: true })],
      'optional',
    )
    const plain = decoded(type, binary.uint32(2), binary.int32(1), binary.string(null))
    assert.deepEqual(plain, { value: { b: 1, c: null } })
    assert.match(JSON.stringify(decoded(type, binary.uint32(4), binary.int32(1))), /more optional fields/)
  })

  it('is one field of a union, or null', () => {
    const type = structure([field('a', 6), field('b', 12)], 'union')
    assert.deepEqual(decoded(type, binary.uint32(2), binary.string('x')), { value: { b: 'x' } })
    assert.deepEqual(decoded(type, binary.uint32(0)), { problem: 'the server has no value' })
    assert.match(JSON.stringify(decoded(type, binary.uint32(3))), /field 3 of a union of 2/)
  })

  it('tells enumerations by their texts, and by digits where there is none', () => {
    const type = structure([field('one', ENUMERATION), field('many', ENUMERATION, { rank: 1 })])
    const plain = decoded(type, binary.int32(1), binary.array([binary.int32(1), binary.int32(9)]))
    assert.deepEqual(plain, { value: { one: 'Running', many: ['Running', '9'] } })
  })

  it('holds values of subtypes, which bring their types along', () => {
    const type = structure([
      field('abstract', ABSTRACT),
      field('any', INNER, { isSubtyped: true }),
      field('number', 11, { isSubtyped: true }),
    ])
    const inner = extension(2, float(2), binary.string('x'))
    const plain = decoded(type, inner, inner, binary.scalar('Int32', binary.int32(5)))
    const expected = { Speed: 2, Name: 'x' }
    assert.deepEqual(plain, { value: { abstract: expected, any: expected, number: 5 } })
  })

  it('is null where a part cannot be told, and says of the first one why', () => {
    const type = structure([field('Motor', INNER), field('x', 11, { rank: 1 }), field('other', 22), field('good', 6)])
    const plain = decoded(
      type,
      float(Number.NaN),
      binary.string('m'),
      binary.array([binary.double(1), binary.double(Infinity)]),
      extension(7, binary.bytes(1, 2, 3)),
      binary.int32(5),
    )
    assert.deepEqual(plain, {
      value: { Motor: { Speed: null, Name: 'm' }, x: [1, null], other: null, good: 5 },
      gaps: {
        listed: [
          'field Motor.Speed is NaN, which is no number',
          'field x[1] is Infinity, which is no number',
          'field other is a structure that cannot be read: nobody knows it',
        ],
        more: 0,
      },
    })
  })

  it('names no more than ten parts that cannot be told, and counts the others', () => {
    const plain = decoded(
      structure([field('x', 11, { rank: 1 })]),
      binary.array(Array(13).fill(binary.double(Number.NaN))),
    )
    assert.ok('gaps' in plain)
    assert.deepEqual([plain.gaps?.listed.length, plain.gaps?.more], [10, 3])
  })

  it('that does not fit is told by that, whatever seemed to be in it before its end', () => {
    const type = structure([field('a', 11), field('b', 22), field('c', 6)])
    const bytes = [binary.double(Number.NaN), extension(3), binary.bytes(1)]
    const plain = decoded(type, ...bytes)
    assert.match('problem' in plain ? plain.problem : '', /^the value is not as the server describes its type: /)
    const one = bodyOf(node(1), ...bytes)
    const good = bodyOf(node(1), binary.double(Number.NaN), extension(7), binary.int32(5))
    const list = { type: 22, isArray: true, dimensions: undefined, data: [one, good, one] }
    const parts = plainValue(list, PLAIN, new Bench(type))
    assert.deepEqual(parts, {
      value: [null, { a: null, b: null, c: 5 }, null],
      gaps: {
        listed: [
          'element 0 is not as the server describes its type: the value ends too soon',
          'element 1, field a is NaN, which is no number',
          'element 1, field b is a structure that cannot be read: nobody knows it',
          'element 2 is not as the server describes its type: the value ends too soon',
        ],
        more: 0,
      },
    })
  })

  it('that says of no type that it is is nobody asked for', () => {
    const bench = new Bench(simple)
    const plain = plainValue(
      { type: 22, isArray: false, dimensions: undefined, data: bodyOf(node(0, 0), binary.int32(1)) },
      PLAIN,
      bench,
    )
    assert.deepEqual(plain, { problem: 'the value is a structure that says of no type that it is' })
  })

  it('that is too large by its description lets that be doubted', () => {
    const bench = new Bench(structure([field('a', 1, { rank: 1 })]))
    assert.match(JSON.stringify(bench.plain(binary.int32(LIMITS.elements + 1))), /more than 10000 parts/)
    assert.equal(bench.doubts.length, 1)
  })

  it('is null in the place of a DataValue that is not good', () => {
    const value = binary.dataValue(binary.scalar('Int32', binary.int32(5)), 0x809b0000)
    const plain = decoded(structure([field('a', 23), field('b', 6)]), value, binary.int32(1))
    assert.deepEqual(plain, {
      value: { a: null, b: 1 },
      gaps: { listed: ['field a is not good: there is no value (BadNoData)'], more: 0 },
    })
  })

  it('waits as a whole for the type of a part', () => {
    const plain = decoded(structure([field('a', 22), field('b', 6)]), extension(3), binary.int32(1))
    assert.deepEqual(plain, { problem: BEING_ASKED, isPending: true })
  })

  it('has its parts counted over all structures of a value', () => {
    const bench = new Bench(structure([field('a', EMPTY, { rank: 1 })]))
    const bodies = Array.from({ length: 1000 }, () => bodyOf(node(1), binary.int32(LIMITS.elements)))
    const plain = plainValue({ type: 22, isArray: true, dimensions: undefined, data: bodies }, PLAIN, bench)
    assert.deepEqual(plain, { problem: 'the value has more than 10000 parts' })
  })

  // biome-ignore format: a table, one line a misfit
  const misfits: [what: string, type: StructureType, bytes: Buffer, words: RegExp][] = [
    ['that ends too soon', simple, binary.int32(1), /is not as the server describes its type: the value ends too soon/],
    ['with a byte more', simple, Buffer.alloc(9), /it has 1 bytes more/],
    ['that has no bytes at all', simple, Buffer.alloc(0), /ends too soon/],
    ['whose text is longer than its bytes', structure([field('a', 12)]), binary.int32(2 ** 31 - 1), /ends too soon/],
    ['whose NodeId is none', structure([field('a', 17)]), binary.bytes(9), /encoded as 9/],
    ['whose Variant is of no type', structure([field('a', 24)]), binary.bytes(0x3f), /no built-in type 63/],
    ['whose matrix has another number of dimensions', structure([field('a', 6, { rank: 2 })]), binary.array([binary.int32(1)]), /has 1 dimensions and not 2/],
  ]
  for (const [what, type, bytes, words] of misfits) {
    it(`${what} is not told, and its type is doubted`, () => {
      const bench = new Bench(type)
      const plain = bench.plain(bytes)
      assert.match('problem' in plain ? plain.problem : JSON.stringify(plain), words)
      assert.equal(bench.doubts.length, 1)
    })
  }

  const recursive = structure([field('again', own(1), { rank: 1 })])
  const deep = Buffer.concat([...Array.from({ length: 40 }, () => binary.int32(1)), binary.int32(0)])
  const deepVariant = Buffer.concat([
    ...Array.from({ length: 40 }, () => Buffer.concat([binary.bytes(24 | 0x80), binary.int32(1)])),
    binary.bytes(0),
  ])
  // biome-ignore format: a table, one line a value
  const wide = structure(Array.from({ length: 1000 }, (_, index) => field(`${index}`, own(1))))
  const excessive: [what: string, type: StructureType, bytes: Buffer, words: RegExp][] = [
    [
      'many elements',
      structure([field('a', 1, { rank: 1 })]),
      binary.int32(LIMITS.elements + 1),
      /more than 10000 parts/,
    ],
    [
      'elements of no size',
      structure([field('a', EMPTY, { rank: 1 })]),
      binary.int32(2 ** 31 - 1),
      /more than 10000 parts/,
    ],
    ['fields that are structures of as many fields', wide, Buffer.alloc(0), /nested deeper|more than/],
    [
      'a matrix without end',
      structure([field('a', 6, { rank: 3 })]),
      binary.array([65_536, 65_536, 65_536].map(binary.int32)),
      /more than 10000 parts/,
    ],
    ['a long text', structure([field('a', 12)]), binary.string('x'.repeat(LIMITS.characters + 1)), /too long/],
    ['structures in each other', recursive, deep, /nested deeper than 16/],
    ['Variants in each other', structure([field('a', 24)]), deepVariant, /nested deeper than 16/],
    [
      'diagnostics in each other',
      structure([field('a', 25)]),
      Buffer.concat([Buffer.alloc(40, 0x40), binary.bytes(0)]),
      /nested deeper than 16/,
    ],
  ]
  for (const [what, type, bytes, words] of excessive) {
    it(`has no end with ${what}, and is refused`, () => {
      const plain = decoded(type, bytes)
      assert.match('problem' in plain ? plain.problem : JSON.stringify(plain), words)
    })
  }
})
