// Values at the edges of what a server may send, byte for byte, and what each of them means.

import * as binary from '../raw/binary'
import {
  arrayVariant,
  bytes,
  double,
  extension,
  float,
  int32,
  int64,
  localizedText,
  scalar,
  string,
  uint16,
  uint32,
  uint64,
} from '../raw/binary'
import { type BUILTIN, encodingNumber, type TypeName } from './types'

/** There is a value and it means none, or it cannot be known. */
export const NOTHING = Symbol('nothing')

export type Exhibit = {
  /** `Exhibits.<name>` is its NodeId. */
  name: string
  /** What its variable says. */
  type: TypeName | keyof typeof BUILTIN
  /** As SHAPE_RANKS has it. */
  rank?: -1 | 1 | 2
  /** A Variant, encoded. */
  variant: Buffer
  status?: number
  /** In JSON, what is in a message: 64-bit numbers that are not exact as digits, byte strings in base64. */
  means: unknown
}

export const LONG_NAME = `Long ${'a'.repeat(4070)}`
/** Of a vendor's own: OPC 10000-6, A.2 knows none of this number. */
export const VENDOR_STATUS = 0x8fab0000

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const TICKS_A_MS = 10_000n
const UNIX_TICKS = 116_444_736_000_000_000n
const FOREIGN_TYPE = 64_999

function body(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts)
}
function ticksOf(iso: string): Buffer {
  return int64(BigInt(Date.parse(iso)) * TICKS_A_MS + UNIX_TICKS)
}

const point = (x: number, y: number) => body(double(x), double(y))
const segment = (x: number, label: string) => body(point(x, 0), point(x, 1), string(label))
const text = 'Grüße'
const drive = (name: string, value: number) =>
  body(string(name), int32(value), binary.nodeId(11), localizedText(text), uint16(1500), float(0.5))
const driveMeans = (name: string, value: number) => ({
  Name: name,
  Value: value,
  DataType: 'ns=0;i=11',
  Text: text,
  RPM: 1500,
  speed: 0.5,
})
const GUID = '72962B91-FA75-4AE6-8D28-B404DC7DAF63'

/** @param namespace index of the plant's */
export function exhibitsIn(namespace: number): readonly Exhibit[] {
  const typeId = (name: TypeName) => binary.nodeId(encodingNumber(name), namespace)
  const object = (name: TypeName, ...parts: readonly Buffer[]) => extension(typeId(name), body(...parts))
  const one = (content: Buffer) => scalar('ExtensionObject', content)
  const structure = (name: string, type: TypeName, means: unknown, ...parts: readonly Buffer[]): Exhibit => ({
    name,
    type,
    variant: one(object(type, ...parts)),
    means,
  })
  const raw = (name: string, type: Exhibit['type'], variant: Buffer, means: unknown, rank?: 1 | 2): Exhibit => ({
    name,
    type,
    variant,
    means,
    ...(rank && { rank }),
  })
  const dateTime = (name: string, ticks: Buffer, means: unknown) =>
    raw(name, 'DateTime', scalar('DateTime', ticks), means)
  const foreign = binary.nodeId(FOREIGN_TYPE, namespace)
  return [
    structure('Flat', 'Point', { X: 1.5, Y: -2.5 }, point(1.5, -2.5)),
    structure('Nested', 'Segment', { From: { X: 3, Y: 0 }, To: { X: 3, Y: 1 }, Label: 'edge' }, segment(3, 'edge')),
    structure(
      'Arrays',
      'Path',
      {
        Points: [
          { X: 1, Y: 2 },
          { X: 3, Y: 4 },
        ],
        Segments: [{ From: { X: 5, Y: 0 }, To: { X: 5, Y: 1 }, Label: 's' }],
        Closed: 1,
      },
      binary.array([point(1, 2), point(3, 4)]),
      binary.array([segment(5, 's')]),
      uint16(1),
    ),
    structure(
      'Empty arrays',
      'Path',
      { Points: [], Segments: [], Closed: 0 },
      binary.array([]),
      binary.array([]),
      uint16(0),
    ),
    structure('Awkward names', 'Drive', driveMeans('Pump', 7), drive('Pump', 7)),
    structure(
      'Awkward names within',
      'Plant',
      { Main: driveMeans('Pump', 7), Others: [driveMeans('Fan', 8), driveMeans('', -1)] },
      drive('Pump', 7),
      binary.array([drive('Fan', 8), drive('', -1)]),
    ),
    structure('No optional field', 'Order', { Id: 5 }, uint32(0), int32(5)),
    structure(
      'Some optional fields',
      'Order',
      { Id: 6, Limit: 2.5, Marks: ['a', 'b'] },
      uint32(0b110),
      int32(6),
      double(2.5),
      binary.array([string('a'), string('b')]),
    ),
    raw('State', 'State', scalar('Int32', int32(1)), 'Running'),
    structure('Union of a number', 'Choice', { Number: 41 }, uint32(1), int32(41)),
    structure('Union of a text', 'Choice', { Words: 'yes' }, uint32(2), string('yes')),
    structure('Union of a structure', 'Choice', { Place: { X: 8, Y: 9 } }, uint32(3), point(8, 9)),
    structure('Union of nothing', 'Choice', NOTHING, uint32(0)),
    structure(
      'Enumerations and wide numbers',
      'Machine',
      {
        State: 'Running',
        History: ['Fault', 'Stopped'],
        Serial: '18446744073709551615',
        Balance: -5,
        Counts: [1, '9007199254740993'],
      },
      int32(1),
      binary.array([int32(7), int32(0)]),
      uint64(2n ** 64n - 1n),
      int64(-5n),
      binary.array([uint64(1n), uint64(9_007_199_254_740_993n)]),
    ),
    structure(
      'Not a number within',
      'Measurement',
      { Speed: null, Series: [1, null, null], Taken: '2024-02-29T12:34:56.789Z', Id: GUID, Raw: 'AAEC' },
      double(Number.NaN),
      binary.array([double(1), double(Number.NaN), double(Number.POSITIVE_INFINITY)]),
      ticksOf('2024-02-29T12:34:56.789Z'),
      binary.guid(GUID),
      string(bytes(0, 1, 2)),
    ),
    structure(
      'No time within',
      'Measurement',
      { Speed: 1, Series: null, Taken: null, Id: GUID, Raw: null },
      double(1),
      int32(-1),
      int64(INT64_MIN),
      binary.guid(GUID),
      string(null),
    ),
    structure(
      'Matrix within',
      'Grid',
      {
        Cells: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      binary.array([2, 3].map(int32)),
      ...[1, 2, 3, 4, 5, 6].map(int32),
    ),
    structure(
      'Variants within',
      'Anything',
      { One: 7, More: ['x', { X: 1, Y: 2 }, null] },
      scalar('Int32', int32(7)),
      binary.array([scalar('String', string('x')), one(object('Point', point(1, 2))), bytes(0)]),
    ),
    structure('Subtype within', 'Carrier', { Load: { X: 1, Y: 2, Z: 3 } }, object('Solid', point(1, 2), double(3))),
    structure('Any structure within', 'Wrapper', { Inner: { X: 1, Y: 2 } }, object('Point', point(1, 2))),
    structure('Definition without an encoding', 'Homeless', { X: 1, Y: 2 }, point(1, 2)),
    structure('Data type for an encoding', 'Bare', { X: 3, Y: 4 }, point(3, 4)),
    raw(
      'Array of structures',
      'Point',
      arrayVariant(
        'ExtensionObject',
        3,
        body(object('Point', point(1, 2)), binary.noExtension, object('Solid', point(3, 4), double(5))),
      ),
      [{ X: 1, Y: 2 }, null, { X: 3, Y: 4, Z: 5 }],
      1,
    ),
    raw(
      'Matrix of structures',
      'Point',
      arrayVariant('ExtensionObject', 2, body(object('Point', point(1, 2)), object('Point', point(3, 4))), [2, 1]),
      [[{ X: 1, Y: 2 }], [{ X: 3, Y: 4 }]],
      2,
    ),
    raw(
      'Variants in an array',
      'BaseDataType',
      arrayVariant(
        'Variant',
        3,
        body(scalar('Int32', int32(1)), scalar('String', string('two')), one(object('Point', point(3, 4)))),
      ),
      [1, 'two', { X: 3, Y: 4 }],
      1,
    ),
    raw(
      'Not a number in an array',
      'Double',
      arrayVariant('Double', 3, body(double(1), double(Number.NaN), double(3))),
      [1, null, 3],
      1,
    ),
    raw(
      'Null texts in an array',
      'String',
      arrayVariant('String', 3, body(string('a'), string(null), string(''))),
      ['a', null, ''],
      1,
    ),
    raw(
      'Null bytes in an array',
      'ByteString',
      arrayVariant('ByteString', 2, body(string(null), string(bytes(1)))),
      [null, 'AQ=='],
      1,
    ),
    raw(
      'Times in an array',
      'DateTime',
      arrayVariant('DateTime', 2, body(ticksOf('2024-02-29T12:34:56.789Z'), int64(0n))),
      ['2024-02-29T12:34:56.789Z', null],
      1,
    ),
    dateTime('A time', ticksOf('2024-02-29T12:34:56.789Z'), '2024-02-29T12:34:56.789Z'),
    dateTime('Time zero', int64(0n), NOTHING),
    dateTime('Least time', int64(INT64_MIN), NOTHING),
    dateTime('Year 863', ticksOf('0863-01-01T00:00:00Z'), NOTHING),
    dateTime('Greatest time', int64(INT64_MAX), NOTHING),
    dateTime('Year 10000', ticksOf('+010000-01-01T00:00:00Z'), NOTHING),
    raw('Opaque NodeId', 'NodeId', scalar('NodeId', binary.opaqueNodeId(bytes(1, 2, 3), 1)), 'ns=1;b=AQID'),
    raw('Guid NodeId', 'NodeId', scalar('NodeId', binary.guidNodeId(binary.guid(GUID), 1)), `ns=1;g=${GUID}`),
    raw(
      'Long NodeId',
      'NodeId',
      scalar('NodeId', binary.stringNodeId('n'.repeat(4096), 1)),
      `ns=1;s=${'n'.repeat(4096)}`,
    ),
    raw(LONG_NAME, 'Int32', scalar('Int32', int32(4096)), 4096),
    raw('Scalar that is no number', 'Double', scalar('Double', double(Number.NaN)), NOTHING),
    raw('Unknown type', 'Structure', one(extension(foreign, body(int32(1), int32(2)))), NOTHING),
    raw('Body of length -1', 'Point', one(extension(typeId('Point'), null)), NOTHING),
    raw('No body', 'Point', one(body(typeId('Point'), bytes(0))), NOTHING),
    raw('Null structure', 'Point', one(binary.noExtension), NOTHING),
    raw('XML body', 'Point', one(binary.xmlExtension(typeId('Point'), '<Point><X>1</X><Y>2</Y></Point>')), NOTHING),
    raw('Body too short', 'Point', one(extension(typeId('Point'), double(1))), NOTHING),
    raw('Body too long', 'Point', one(extension(typeId('Point'), body(point(1, 2), double(3)))), NOTHING),
    raw('Huge array within', 'Path', one(extension(typeId('Path'), body(int32(0x7fffffff), double(1)))), NOTHING),
    { ...raw('Vendor status', 'Int32', scalar('Int32', int32(5)), NOTHING), status: VENDOR_STATUS },
  ]
}

/** Kept apart: names that JavaScript has a meaning for. */
export function prototypeExhibit(namespace: number): Exhibit {
  const content = body(int32(7), int32(8), string('text'))
  const variant = scalar('ExtensionObject', extension(binary.nodeId(encodingNumber('Prototype'), namespace), content))
  return {
    name: 'Names of JavaScript',
    type: 'Prototype',
    variant,
    means: JSON.parse('{"__proto__":7,"constructor":8,"toString":"text"}'),
  }
}
