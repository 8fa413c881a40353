import assert from 'node:assert/strict'
import { standardTypes } from '../../../../nodes/opcua-in/link/standard-types'
import { parseDictionary, typeIn } from '../../../../nodes/opcua-in/structures/dictionary'
import { standard } from './encoding'

const HEAD = `<opc:TypeDictionary xmlns:opc="http://opcfoundation.org/BinarySchema/" xmlns:ua="http://opcfoundation.org/UA/"
  xmlns:tns="urn:plant" DefaultByteOrder="LittleEndian" TargetNamespace="urn:plant">
  <opc:Import Namespace="http://opcfoundation.org/UA/"/>`
const field = (name: string, type: string, others = '') => `<opc:Field Name="${name}" TypeName="${type}" ${others}/>`
const structure = (name: string, ...fields: string[]) =>
  `<opc:StructuredType Name="${name}" BaseType="ua:ExtensionObject">${fields.join('\n')}</opc:StructuredType>`
const dictionary = (...types: string[]) => `<?xml version="1.0"?>${HEAD}${types.join('\n')}</opc:TypeDictionary>`

function found(xml: string, name: string) {
  const parsed = parseDictionary(xml)
  assert.ok(parsed)
  return typeIn({ dictionary: parsed, name, scope: 'd', standard: (other) => standardTypes.named(other) })
}
function reasonFor(xml: string, name: string): string {
  const type = found(xml, name)
  return 'reason' in type ? type.reason : JSON.stringify(type)
}

describe('A type dictionary', () => {
  it('describes a structure and all that it is made of', () => {
    const xml = dictionary(
      '<!-- <opc:StructuredType Name="Motor"/> -->',
      `<opc:EnumeratedType LengthInBits="32" Name="State">
         <opc:EnumeratedValue Value="0" Name="Off &amp; cold"/><opc:EnumeratedValue Name="On" Value="1"/>
       </opc:EnumeratedType>`,
      structure('Axis', field('Speed', 'opc:Double'), field('label', 'opc:CharArray')),
      structure(
        'Motor',
        field('State', 'tns:State'),
        field('NoOfAxes', 'opc:Int32'),
        field('Axes', 'tns:Axis', 'LengthField="NoOfAxes"'),
        field('Range', 'ua:Range'),
        field('Name', 'ua:LocalizedText'),
        field('any', 'ua:Variant'),
        field('since', 'opc:DateTime'),
      ),
    )
    const type = found(xml, 'Motor')
    assert.ok('types' in type)
    const motor = type.types.get(type.root)
    assert.ok(motor?.kind === 'structure')
    assert.deepEqual(
      motor.fields.map(({ name, type: key, rank }) => [name, key, rank]),
      [
        ['State', 'd/State', -1],
        ['Axes', 'd/Axis', 1],
        ['Range', standard(884), -1],
        ['Name', standard(21), -1],
        ['any', standard(24), -1],
        ['since', standard(13), -1],
      ],
    )
    assert.deepEqual(type.types.get('d/State'), {
      kind: 'enumeration',
      texts: new Map([
        [0, 'Off & cold'],
        [1, 'On'],
      ]),
    })
    const axis = type.types.get('d/Axis')
    assert.deepEqual(axis?.kind === 'structure' && axis.fields.map(({ type: key }) => key), [
      standard(11),
      standard(12),
    ])
    const range = type.types.get(standard(884))
    assert.deepEqual(range?.kind === 'structure' && range.fields.map(({ name }) => name), ['Low', 'High'])
  })

  const bit = (name: string, length = 1) => field(name, 'opc:Bit', length === 1 ? '' : `Length="${length}"`)
  it('describes structures with optional fields, and unions', () => {
    const xml = dictionary(
      structure(
        'Optional',
        bit('aSpecified'),
        bit('Reserved1', 31),
        field('b', 'opc:Int32'),
        field('a', 'opc:Int32', 'SwitchField="aSpecified"'),
      ),
      structure(
        'Union',
        field('SwitchField', 'opc:UInt32'),
        field('x', 'opc:Int32', 'SwitchField="SwitchField" SwitchValue="1"'),
        field('y', 'opc:Double', 'SwitchField="SwitchField" SwitchValue="2"'),
      ),
    )
    const layouts = ['Optional', 'Union'].map((name) => {
      const type = found(xml, name)
      const root = 'types' in type ? type.types.get(type.root) : undefined
      return root?.kind === 'structure' ? [root.layout, ...root.fields.map((one) => [one.name, one.isOptional])] : root
    })
    assert.deepEqual(layouts, [
      ['optional', ['b', false], ['a', true]],
      ['union', ['x', false], ['y', false]],
    ])
  })

  it('may describe a type by itself', () => {
    const xml = dictionary(
      structure('Tree', field('NoOf', 'opc:Int32'), field('more', 'tns:Tree', 'LengthField="NoOf"')),
    )
    assert.ok('root' in found(xml, 'Tree'))
  })

  // biome-ignore format: a table, one line a dictionary
  const unusable: [what: string, xml: string, words: RegExp][] = [
    ['another type', dictionary(structure('Other')), /does not describe Motor/],
    ['a field of another dictionary', dictionary(structure('Motor', field('a', 'x:Far'))), /does not describe Far/],
    ['a built-in type that there is not', dictionary(structure('Motor', field('a', 'opc:Int128'))), /does not describe opc:Int128/],
    ['a field without a type', dictionary(structure('Motor', '<opc:Field Name="a"/>')), /does not describe/],
    ['an enumeration of 16 bits', dictionary('<opc:EnumeratedType LengthInBits="16" Name="E"/>', structure('Motor', field('a', 'tns:E'))), /does not describe E/],
    ['bits that are no switches', dictionary(structure('Motor', bit('a'), bit('b', 7))), /does not describe Motor/],
    ['switches in another order', dictionary(structure('Motor', bit('a'), bit('b', 31), field('x', 'opc:Byte', 'SwitchField="b"'))), /does not describe Motor/],
    ['an array of a fixed length', dictionary(structure('Motor', field('a', 'opc:Double', 'Length="4"'))), /does not describe Motor/],
    ['a length in bytes', dictionary(structure('Motor', field('n', 'opc:Int32'), field('a', 'opc:Double', 'LengthField="n" IsLengthInBytes="true"'))), /does not describe Motor/],
    ['a length elsewhere', dictionary(structure('Motor', field('n', 'opc:Int32'), field('b', 'opc:Byte'), field('a', 'opc:Double', 'LengthField="n"'))), /does not describe Motor/],
    ['a length of 16 bits', dictionary(structure('Motor', field('n', 'opc:Int16'), field('a', 'opc:Double', 'LengthField="n"'))), /does not describe Motor/],
    ['a text up to an end mark', dictionary(structure('Motor', field('a', 'opc:Char', 'Terminator="00"'))), /does not describe Motor/],
    ['a field whose bytes are the other way round', dictionary(structure('Motor', field('a', 'opc:Int32', 'ByteOrder="BigEndian"'))), /does not describe Motor/],
    ['a switch that compares', dictionary(structure('Motor', field('k', 'opc:UInt32'), field('a', 'opc:Int32', 'SwitchField="k" SwitchValue="1" SwitchOperand="GreaterThan"'))), /does not describe Motor/],
    ['too many fields', dictionary(structure('Motor', ...Array.from({ length: 1001 }, (_, index) => field(`${index}`, 'opc:Byte')))), /does not describe Motor/],
  ]
  for (const [what, xml, words] of unusable) {
    it(`is of no use with ${what}`, () => assert.match(reasonFor(xml, 'Motor'), words))
  }

  it('is none without types', () => {
    for (const xml of ['', '<html></html>', HEAD, dictionary(structure('a')).replace('LittleEndian', 'BigEndian')])
      assert.equal(parseDictionary(xml), undefined)
  })

  it('is not too large', () => {
    assert.equal(parseDictionary(dictionary(...new Array(100_001).fill('<Field/>'), structure('a'))), undefined)
  })

  it('takes no longer than its size for anything in it', () => {
    const pieces = ['<', '<Field ', 'a="', '<!--', ' x:y:z', '&amp', "='", ' =']
    for (const piece of pieces) {
      const text = piece.repeat(200_000)
      for (const xml of [text, `<Field ${text}>`]) assert.equal(parseDictionary(xml), undefined)
    }
  }).timeout(2000)
})
