// Values that a server may send, or a broken one does, and what each of them means: DataValues byte for byte.

import * as binary from '../../simulators/opcua/raw/binary'
import {
  array,
  arrayVariant,
  bytes,
  double,
  extension,
  int32,
  scalar,
  string,
  uint16,
  uint32,
} from '../../simulators/opcua/raw/binary'
import { encoded, type NodeNumber } from '../../simulators/opcua/scripted/space'
import {
  DEVICE,
  DEVICE_ENCODING,
  HEIR,
  HEIR_ENCODING,
  HOLDER,
  HOLDER_ENCODING,
  MANY,
  MANY_ENCODING,
  OPTION_SET_ENCODING,
  OWNER,
  OWNER_ENCODING,
  POINT,
  POINT_ENCODING,
  TREE,
  TREE_ENCODING,
  VARIANT,
  WIDE_FLAGS,
} from './opcua-odd-types'

/** null with a reason: it says nothing, or what it says cannot be known. */
export const NOTHING = Symbol('nothing')

export type OddValue = {
  name: string
  type: NodeNumber
  /** A DataValue. */
  bytes: Buffer
  means: unknown
}

const body = (of: NodeNumber, ...parts: readonly Buffer[]) => extension(encoded(of), Buffer.concat(parts))
const point = (x: number, y: number) => Buffer.concat([double(x), double(y)])
const onePoint = body(POINT_ENCODING, point(1, 2))
const one = (content: Buffer) => scalar('ExtensionObject', content)
const good = (variant: Buffer) => binary.dataValue(variant)
const tree = (name: string, ...branches: readonly Buffer[]): Buffer => Buffer.concat([string(name), array(branches)])
const xy = { X: 1, Y: 2 }

/** A structure in a structure in a structure ..., each an ExtensionObject in a field of the one before. */
function holders(depth: number): Buffer {
  const inner = depth === 0 ? onePoint : holders(depth - 1)
  return body(HOLDER_ENCODING, inner, array([]), bytes(0))
}
function nestedTree(depth: number): Buffer {
  return depth === 0 ? tree('leaf') : tree('', nestedTree(depth - 1))
}
/** Variants in each other; a Variant in a Variant stands in an array (OPC 10000-6, 5.2.2.16). */
function variants(depth: number): Buffer {
  return depth === 0 ? scalar('Int32', int32(1)) : arrayVariant('Variant', 1, variants(depth - 1))
}
const DATA_VALUE = { value: 1, status: 2, sourceTime: 4, serverTime: 8, sourcePicoseconds: 16, serverPicoseconds: 32 }
const SEVEN = scalar('Int32', int32(7))

// biome-ignore format: a table, one value after the other
const ODD_VALUES: readonly (readonly [name: string, means: unknown, bytes: Buffer, type?: NodeNumber])[] = [
  ['no value, and a good status by saying nothing', NOTHING, bytes(0)],
  ['no value, and a good status', NOTHING, Buffer.concat([bytes(DATA_VALUE.status), uint32(0)])],
  [
    'a null value and a good status',
    NOTHING,
    Buffer.concat([bytes(DATA_VALUE.value | DATA_VALUE.status), bytes(0), uint32(0)]),
  ],
  ['a null value of a structure', NOTHING, good(bytes(0)), POINT],
  ['a time and no value', NOTHING, Buffer.concat([bytes(DATA_VALUE.sourceTime), binary.dateTime(1e12)])],
  [
    'picoseconds out of range',
    7,
    Buffer.concat([
      bytes(
        DATA_VALUE.value |
          DATA_VALUE.sourceTime |
          DATA_VALUE.sourcePicoseconds |
          DATA_VALUE.serverTime |
          DATA_VALUE.serverPicoseconds,
      ),
      SEVEN,
      binary.dateTime(1e12),
      uint16(65_535),
      binary.dateTime(1e12),
      uint16(10_000),
    ]),
  ],
  [
    'picoseconds without a time',
    7,
    Buffer.concat([
      bytes(DATA_VALUE.value | DATA_VALUE.sourcePicoseconds | DATA_VALUE.serverPicoseconds),
      SEVEN,
      uint16(9),
      uint16(9),
    ]),
  ],
  ['flags of a DataValue that do not exist', 7, Buffer.concat([bytes(0xc0 | DATA_VALUE.value), SEVEN])],
  [
    'an array of dimensions that do not fit',
    NOTHING,
    good(arrayVariant('Int32', 3, Buffer.concat([1, 2, 3].map(int32)), [2, 2])),
  ],
  [
    'an array of a dimension below 0',
    NOTHING,
    good(arrayVariant('Int32', 2, Buffer.concat([1, 2].map(int32)), [-1, -2])),
  ],
  [
    'an array of huge dimensions',
    NOTHING,
    good(arrayVariant('Int32', 0, Buffer.alloc(0), [65_536, 65_536, 65_536, 65_536])),
  ],
  ['an empty matrix', [], good(arrayVariant('Int32', 0, Buffer.alloc(0), [0, 3]))],
  ['a matrix of empty rows', [[], []], good(arrayVariant('Int32', 0, Buffer.alloc(0), [2, 0]))],
  ['a null matrix', NOTHING, good(arrayVariant('Int32', -1, Buffer.alloc(0), [0, 0]))],
  [
    'an array with one dimension said twice',
    [1, 2],
    good(arrayVariant('Int32', 2, Buffer.concat([1, 2].map(int32)), [2])),
  ],
  [
    'a matrix of structures of dimensions that do not fit',
    NOTHING,
    good(arrayVariant('ExtensionObject', 1, onePoint, [2, 2])),
    POINT,
  ],
  [
    'a matrix of structures',
    [[xy, xy]],
    good(arrayVariant('ExtensionObject', 2, Buffer.concat([onePoint, onePoint]), [1, 2])),
    POINT,
  ],
  ['an empty array of structures', [], good(arrayVariant('ExtensionObject', 0, Buffer.alloc(0))), POINT],
  ['a null array of structures', NOTHING, good(arrayVariant('ExtensionObject', -1, Buffer.alloc(0))), POINT],
  ['a Variant of a Variant of a structure', xy, good(scalar('Variant', one(onePoint))), VARIANT],
  [
    'an array of Variants of Variants of a structure',
    [[xy]],
    good(arrayVariant('Variant', 1, arrayVariant('Variant', 1, one(onePoint)))),
    VARIANT,
  ],
  [
    'a matrix of Variants',
    [[1, xy]],
    good(arrayVariant('Variant', 2, Buffer.concat([scalar('Int32', int32(1)), one(onePoint)]), [1, 2])),
    VARIANT,
  ],
  [
    'an array of DataValues of structures',
    [xy, null],
    good(arrayVariant('DataValue', 2, Buffer.concat([good(one(onePoint)), bytes(0)]))),
    VARIANT,
  ],
  ['an encoding with an opaque id in another namespace', xy, good(one(onePoint)), POINT],
  [
    'an encoding in a namespace that is not there',
    NOTHING,
    good(one(extension(binary.nodeId(1, 99), point(1, 2)))),
    POINT,
  ],
  [
    'an encoding named by the URI of its namespace',
    xy,
    good(
      one(
        Buffer.concat([
          bytes(0x85),
          uint16(0),
          string(Buffer.from([0, 1, 0xff])),
          string('urn:collectors:types'),
          bytes(1),
          string(point(1, 2)),
        ]),
      ),
    ),
    POINT,
  ],
  [
    'an encoding at another server',
    NOTHING,
    good(
      one(
        Buffer.concat([
          bytes(0x45),
          uint16(2),
          string(Buffer.from([0, 1, 0xff])),
          uint32(1),
          bytes(1),
          string(point(1, 2)),
        ]),
      ),
    ),
    POINT,
  ],
  ['XML', NOTHING, good(one(binary.xmlExtension(encoded(POINT_ENCODING), '<Point/>'))), POINT],
  ['a body longer than its type', NOTHING, good(one(body(POINT_ENCODING, point(1, 2), bytes(0)))), POINT],
  ['a body shorter than its type', NOTHING, good(one(body(POINT_ENCODING, point(1, 2).subarray(1)))), POINT],
  ['an empty body', NOTHING, good(one(body(POINT_ENCODING))), POINT],
  [
    'a body encoded as nobody knows',
    NOTHING,
    good(one(Buffer.concat([encoded(POINT_ENCODING), bytes(7), string(point(1, 2))]))),
    POINT,
  ],
  ['a text as long as all that follows', NOTHING, Buffer.concat([bytes(1, 12), int32(0x7fffffff)])],
  [
    'enumerations with gaps, and option sets',
    { State: 'On', Flags: 9, Wide: { Value: 'AQI=', ValidBits: null }, End: 4 },
    good(one(body(DEVICE_ENCODING, int32(5), uint16(9), string(bytes(1, 2)), string(null), int32(4)))),
    DEVICE,
  ],
  [
    'a number between those of an enumeration, and one below 0',
    { State: '3', Flags: 65_535, Wide: { Value: null, ValidBits: null }, End: 4 },
    good(one(body(DEVICE_ENCODING, int32(3), uint16(65_535), string(null), string(null), int32(4)))),
    DEVICE,
  ],
  [
    'an option set of its own',
    { Value: 'AQ==', ValidBits: 'Aw==' },
    good(one(body(OPTION_SET_ENCODING, string(bytes(1)), string(bytes(3))))),
    WIDE_FLAGS,
  ],
  [
    'a type made of itself',
    {
      Name: 'root',
      Branches: [
        { Name: 'left', Branches: [] },
        { Name: 'right', Branches: [{ Name: 'leaf', Branches: [] }] },
      ],
    },
    good(one(body(TREE_ENCODING, tree('root', tree('left'), tree('right', tree('leaf')))))),
    TREE,
  ],
  ['a type made of itself, too deep', NOTHING, good(one(body(TREE_ENCODING, nestedTree(200)))), TREE],
  [
    'structures where their types are abstract',
    { Any: xy, Some: [xy, null], More: [xy] },
    good(
      one(
        body(
          HOLDER_ENCODING,
          onePoint,
          array([onePoint, binary.noExtension]),
          arrayVariant('ExtensionObject', 1, onePoint),
        ),
      ),
    ),
    HOLDER,
  ],
  [
    'structures in structures',
    { Any: { Any: xy, Some: [], More: null }, Some: [], More: null },
    good(one(holders(1))),
    HOLDER,
  ],
  ['structures in structures, too deep', NOTHING, good(one(holders(60))), HOLDER],
  ['Variants in Variants', [[[1]]], good(variants(3)), VARIANT],
  ['Variants in Variants, too deep', NOTHING, good(variants(60)), VARIANT],
  ['Variants in Variants without end', NOTHING, good(variants(5000)), VARIANT],
  ['more optional fields than a mask has bits', NOTHING, good(one(body(MANY_ENCODING, uint32(1), int32(1)))), MANY],
  ['a type that only its base type describes', xy, good(one(body(HEIR_ENCODING, point(1, 2)))), HEIR],
  [
    'a field of a type that only its base type describes',
    { Heir: xy, End: 3 },
    good(one(body(OWNER_ENCODING, point(1, 2), int32(3)))),
    OWNER,
  ],
  ['a type that does not exist in a Variant', NOTHING, good(bytes(0x3f, 1, 2, 3))],
  ['bytes in the place of a type to come', NOTHING, good(Buffer.concat([bytes(30), string(bytes(1, 2))]))],
]

export const oddValues: readonly OddValue[] = ODD_VALUES.map(([name, means, content, of = { id: 6 }]) => ({
  name,
  type: of,
  bytes: content,
  means,
}))
