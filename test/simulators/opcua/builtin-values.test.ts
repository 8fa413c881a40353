import assert from 'node:assert/strict'
import { DataType } from 'node-opcua-client'
import {
  BUILTIN_TYPES,
  type BuiltinType,
  builtinValue,
  canMove,
  dataTypeOf,
  statusOf,
  wrapped,
} from '../../../simulators/opcua/builtin-values'

describe('The built-in types of OPC UA in commands', () => {
  const impossible: [BuiltinType, unknown][] = [
    ['Boolean', 1],
    ['SByte', 128],
    ['SByte', -129],
    ['Byte', -1],
    ['Byte', 1.5],
    ['Int16', 32_768],
    ['UInt16', 65_536],
    ['Int32', 2 ** 31],
    ['UInt32', -1],
    ['Int64', 5],
    ['Int64', '9223372036854775808'],
    ['UInt64', '-1'],
    ['UInt64', '18446744073709551616'],
    ['UInt64', 'many'],
    ['Double', '1'],
    ['String', 7],
    ['DateTime', 'yesterday'],
    ['DateTime', null],
    ['Guid', '72962B91'],
    ['ByteString', 1],
    ['LocalizedText', 'plain'],
    ['QualifiedName', 'plain'],
    ['StatusCode', 'BadMood'],
    ['StatusCode', 0x80fe0000],
    ['NodeId', 5],
  ]
  for (const [type, spoken] of impossible) {
    it(`${JSON.stringify(spoken)} is no ${type}`, () => {
      assert.throws(() => builtinValue(type, spoken), RangeError)
    })
  }

  const possible: [BuiltinType, unknown, unknown][] = [
    ['Int64', '-1', [0xffffffff, 0xffffffff]],
    ['Int64', '-9223372036854775808', [0x80000000, 0]],
    ['UInt64', '4294967296', [1, 0]],
    ['Float', '-Infinity', Number.NEGATIVE_INFINITY],
    ['Double', 'NaN', Number.NaN],
    ['String', null, null],
    ['DateTime', '2024-02-29T12:00:00Z', new Date(Date.UTC(2024, 1, 29, 12))],
    ['ByteString', 'AAEC', Buffer.from([0, 1, 2])],
  ]
  for (const [type, spoken, held] of possible) {
    it(`${JSON.stringify(spoken)} is a ${type}`, () => assert.deepEqual(builtinValue(type, spoken), held))
  }

  it('have the numbers of Part 6, table 1', () => {
    assert.deepEqual(
      BUILTIN_TYPES.map((type) => [type, dataTypeOf(type)]).filter(
        ([type, number]) => DataType[Number(number)] !== type,
      ),
      [],
    )
    assert.equal(dataTypeOf('Double'), 11)
  })

  it('move, as far as they are numbers that a double holds', () => {
    assert.deepEqual(BUILTIN_TYPES.filter(canMove), [
      'SByte',
      'Byte',
      'Int16',
      'UInt16',
      'Int32',
      'UInt32',
      'Float',
      'Double',
    ])
    assert.deepEqual(
      [
        wrapped('Byte', 256),
        wrapped('SByte', 128),
        wrapped('UInt16', -1),
        wrapped('Double', 0.5),
        wrapped('Int16', 0.6),
      ],
      [0, -128, 65_535, 0.5, 1],
    )
  })

  it('have status codes by name and by number, with info bits', () => {
    assert.equal(statusOf('UncertainLastUsableValue').value, 0x40900000)
    assert.equal(statusOf(0x80350000), statusOf('BadAttributeIdInvalid'))
    assert.equal(statusOf(0x480).value, 0x480)
    assert.equal(statusOf(0x408f0480).value, 0x408f0480)
    assert.ok(statusOf(0x480).hasOverflowBit)
  })
})
