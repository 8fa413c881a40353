import assert from 'node:assert/strict'
import { Body } from '../../../../nodes/opcua-in/structures/body'
import { parseDefinition, parseEnumValues } from '../../../../nodes/opcua-in/structures/definition'
import * as binary from '../../../../simulators/opcua/raw/binary'
import { bodyOf, enumDefinition, enumValueBody, node, own, standard, structureDefinition } from './encoding'

describe('The definition of a data type', () => {
  it('has the fields of a structure, as they are spelled', () => {
    const fields = [
      { name: 'RPM', type: node(11, 0) },
      { name: 'axes', type: node(5), rank: 2 },
    ]
    assert.deepEqual(parseDefinition(structureDefinition(fields, { encoding: 77 })), {
      kind: 'structure',
      encoding: node(77),
      layout: 'plain',
      fields: [
        { name: 'RPM', type: standard(11), rank: -1, isOptional: false, isSubtyped: false },
        { name: 'axes', type: own(5), rank: 2, isOptional: false, isSubtyped: false },
      ],
      fieldTypes: [node(11, 0), node(5)],
    })
  })

  // biome-ignore format: a table, one line a kind
  const kinds: [type: number, layout: string, isOptional: boolean, isSubtyped: boolean][] = [
    [0, 'plain', false, false],
    [1, 'optional', true, false],
    [2, 'union', false, false],
    [3, 'plain', false, true],
    [4, 'union', false, true],
  ]
  for (const [type, layout, isOptional, isSubtyped] of kinds) {
    it(`says of structures of kind ${type} how they are laid out, and what a flag of a field means`, () => {
      const parsed = parseDefinition(structureDefinition([{ name: 'a', type: node(6, 0), flag: true }], { type }))
      assert.ok(parsed?.kind === 'structure')
      assert.deepEqual(
        [parsed.layout, parsed.fields[0]?.isOptional, parsed.fields[0]?.isSubtyped, parsed.encoding],
        [layout, isOptional, isSubtyped, undefined],
      )
    })
  }

  const int32 = node(6, 0)
  // biome-ignore format: a table, one line a definition
  const unusable: [what: string, body: Body, words: RegExp][] = [
    ['a kind of structure that does not exist', structureDefinition([], { type: 5 }), /a kind that is not known: 5/],
    ['a field twice', structureDefinition([{ name: 'a', type: int32 }, { name: 'a', type: int32 }]), /two fields a/],
    ['a field without a type', structureDefinition([{ name: 'a', type: node(0, 0) }]), /field a has no type/],
    ['a field of any number of dimensions', structureDefinition([{ name: 'a', type: int32, rank: 0 }]), /0 dimensions/],
    ['bytes that end too soon', new Body(node(122, 0), 'binary', new Uint8Array(3)), /ends too soon/],
    ['too many fields', structureDefinition(Array.from({ length: 1001 }, (_, index) => ({ name: `${index}`, type: int32 }))), /1001 fields/],
  ]
  for (const [what, body, words] of unusable) {
    it(`cannot be used with ${what}`, () => {
      const parsed = parseDefinition(body)
      assert.match(parsed?.kind === 'unusable' ? parsed.reason : 'it was believed', words)
    })
  }

  it('has the texts of an enumeration: what is to be shown, or else the name', () => {
    const parsed = parseDefinition(
      enumDefinition([
        { value: -1, name: 'A', shown: 'First' },
        { value: 2, name: 'B' },
      ]),
    )
    assert.ok(parsed?.kind === 'enumeration')
    assert.deepEqual(
      [...parsed.texts],
      [
        [-1, 'First'],
        [2, 'B'],
      ],
    )
  })

  it('is nothing else', () => {
    for (const data of [undefined, null, 'x', bodyOf(node(99)), new Body(node(122, 0), 'xml', new Uint8Array(0))]) {
      assert.equal(parseDefinition(data), undefined)
    }
  })
})

describe('The property EnumValues', () => {
  it('has texts by number; what is none is passed over', () => {
    const broken = bodyOf(node(8251, 0), binary.bytes(1))
    const large = enumValueBody(2 ** 60, 'large')
    const texts = parseEnumValues([enumValueBody(-1, 'Unknown'), null, broken, large, enumValueBody(7), 'x'])
    assert.deepEqual([...texts], [[-1, 'Unknown']])
    assert.equal(parseEnumValues('x').size, 0)
  })
})
