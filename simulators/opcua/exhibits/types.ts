// The data types of the exhibits, as their server defines them (OPC 10000-3, 8.48 to 8.53).

/** Numbers of data types in namespace 0 (OPC 10000-6, A.1). */
export const BUILTIN = {
  Int32: 6,
  UInt16: 5,
  UInt32: 7,
  Int64: 8,
  UInt64: 9,
  Float: 10,
  Double: 11,
  String: 12,
  DateTime: 13,
  Guid: 14,
  ByteString: 15,
  NodeId: 17,
  LocalizedText: 21,
  Structure: 22,
  BaseDataType: 24,
} as const

export type FieldDefinition = {
  name: string
  type: keyof typeof BUILTIN | TypeName
  /** -1 = one value, 1 = an array, 2 = a matrix; one value if absent. */
  rank?: -1 | 1 | 2
  /** Of a structure with optional fields; of one with subtyped values it says that a subtype may come. */
  isOptional?: boolean
}

export const STRUCTURE_KINDS = { structure: 0, optional: 1, union: 2, subtyped: 3 } as const

/**
 * What stands for the way its values are encoded, and comes with each of them:
 * `node`     a node that refers to the type, as it should be
 * `nowhere`  a NodeId in the definition that is no node, and that the values bear
 * `type`     nothing: the values bear the NodeId of the data type itself
 */
export type EncodingId = 'node' | 'nowhere' | 'type'

export type StructureType = {
  kind: keyof typeof STRUCTURE_KINDS
  fields: readonly FieldDefinition[]
  encoding?: EncodingId
  subtypeOf?: TypeName
}
export type EnumerationType = { kind: 'enumeration'; texts: { readonly [text: string]: number } }

/** Types that were defined anew while the server ran, or stood. */
export type Redefinitions = ReadonlyMap<TypeName, StructureType | EnumerationType>

const XY: readonly FieldDefinition[] = [
  { name: 'X', type: 'Double' },
  { name: 'Y', type: 'Double' },
]

const DEFINITIONS = {
  Point: { kind: 'structure', fields: XY },
  Solid: { kind: 'structure', fields: [...XY, { name: 'Z', type: 'Double' }], subtypeOf: 'Point' },
  Segment: {
    kind: 'structure',
    fields: [
      { name: 'From', type: 'Point' },
      { name: 'To', type: 'Point' },
      { name: 'Label', type: 'String' },
    ],
  },
  Path: {
    kind: 'structure',
    fields: [
      { name: 'Points', type: 'Point', rank: 1 },
      { name: 'Segments', type: 'Segment', rank: 1 },
      { name: 'Closed', type: 'UInt16' },
    ],
  },
  Drive: {
    kind: 'structure',
    fields: [
      { name: 'Name', type: 'String' },
      { name: 'Value', type: 'Int32' },
      { name: 'DataType', type: 'NodeId' },
      { name: 'Text', type: 'LocalizedText' },
      { name: 'RPM', type: 'UInt16' },
      { name: 'speed', type: 'Float' },
    ],
  },
  Plant: {
    kind: 'structure',
    fields: [
      { name: 'Main', type: 'Drive' },
      { name: 'Others', type: 'Drive', rank: 1 },
    ],
  },
  Prototype: {
    kind: 'structure',
    fields: [
      { name: '__proto__', type: 'Int32' },
      { name: 'constructor', type: 'Int32' },
      { name: 'toString', type: 'String' },
    ],
  },
  Order: {
    kind: 'optional',
    fields: [
      { name: 'Id', type: 'Int32' },
      { name: 'Comment', type: 'String', isOptional: true },
      { name: 'Limit', type: 'Double', isOptional: true },
      { name: 'Marks', type: 'String', rank: 1, isOptional: true },
    ],
  },
  Choice: {
    kind: 'union',
    fields: [
      { name: 'Number', type: 'Int32' },
      { name: 'Words', type: 'String' },
      { name: 'Place', type: 'Point' },
    ],
  },
  State: { kind: 'enumeration', texts: { Stopped: 0, Running: 1, Fault: 7 } },
  Machine: {
    kind: 'structure',
    fields: [
      { name: 'State', type: 'State' },
      { name: 'History', type: 'State', rank: 1 },
      { name: 'Serial', type: 'UInt64' },
      { name: 'Balance', type: 'Int64' },
      { name: 'Counts', type: 'UInt64', rank: 1 },
    ],
  },
  Measurement: {
    kind: 'structure',
    fields: [
      { name: 'Speed', type: 'Double' },
      { name: 'Series', type: 'Double', rank: 1 },
      { name: 'Taken', type: 'DateTime' },
      { name: 'Id', type: 'Guid' },
      { name: 'Raw', type: 'ByteString' },
    ],
  },
  Grid: { kind: 'structure', fields: [{ name: 'Cells', type: 'Int32', rank: 2 }] },
  Anything: {
    kind: 'structure',
    fields: [
      { name: 'One', type: 'BaseDataType' },
      { name: 'More', type: 'BaseDataType', rank: 1 },
    ],
  },
  Carrier: { kind: 'subtyped', fields: [{ name: 'Load', type: 'Point', isOptional: true }] },
  Wrapper: { kind: 'structure', fields: [{ name: 'Inner', type: 'Structure' }] },
  Homeless: { kind: 'structure', fields: XY, encoding: 'nowhere' },
  Bare: { kind: 'structure', fields: XY, encoding: 'type' },
} as const

export type TypeName = keyof typeof DEFINITIONS
export const TYPES: { readonly [name in TypeName]: StructureType | EnumerationType } = DEFINITIONS

const FIRST_TYPE = 5001
const FIRST_ENCODING = 6001

/** Its number in the namespace of the plant. */
export function typeNumber(name: TypeName): number {
  return FIRST_TYPE + Object.keys(TYPES).indexOf(name)
}
/** What its values bear, and its definition tells. */
export function encodingNumber(name: TypeName): number {
  const type = TYPES[name]
  const isItself = type.kind !== 'enumeration' && type.encoding === 'type'
  return isItself ? typeNumber(name) : FIRST_ENCODING + Object.keys(TYPES).indexOf(name)
}
