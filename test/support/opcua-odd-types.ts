// Data types of structures as servers seldom have them, of which odd values are.

import * as binary from '../../simulators/opcua/raw/binary'
import { array, bytes, extension, int32, scalar, string, uint32 } from '../../simulators/opcua/raw/binary'
import { encoded, type NodeNumber, type Space } from '../../simulators/opcua/scripted/space'

const OWN = 1
const ELSEWHERE = 2
const type = (id: number): NodeNumber => ({ id, namespace: OWN })
const standard = (id: number): NodeNumber => ({ id })

/** Data types of namespace 0 (OPC 10000-6, A.1), and the encoding of the last one. */
const UINT16 = standard(5)
const INT32 = standard(6)
const DOUBLE = standard(11)
const STRING = standard(12)
const BYTE_STRING = standard(15)
const STRUCTURE = standard(22)
export const VARIANT = standard(24)
const ENUMERATION = standard(29)
const OPTION_SET = standard(12755)
export const OPTION_SET_ENCODING = standard(12765)

type Field = { name: string; type: NodeNumber; rank?: number; flag?: boolean }
const KINDS = { structure: 0, optional: 1, union: 2, subtyped: 3 } as const

/** StructureDefinition (OPC 10000-3, 8.48), in a Variant. */
function structure(encoding: NodeNumber, fields: readonly Field[], kind: keyof typeof KINDS = 'structure'): Buffer {
  const parts = fields.map(({ name, type: of, rank = -1, flag = false }) =>
    Buffer.concat([string(name), bytes(0), encoded(of), int32(rank), int32(-1), uint32(0), binary.boolean(flag)]),
  )
  const content = Buffer.concat([encoded(encoding), encoded({ id: 22 }), int32(KINDS[kind]), array(parts)])
  return scalar('ExtensionObject', extension(binary.nodeId(122), content))
}

/** EnumDefinition (OPC 10000-3, 8.50), in a Variant. */
function enumeration(texts: { readonly [text: string]: number }): Buffer {
  const parts = Object.entries(texts).map(([text, value]) =>
    Buffer.concat([binary.int64(BigInt(value)), binary.localizedText(text), bytes(0), string(text)]),
  )
  return scalar('ExtensionObject', extension(binary.nodeId(123), array(parts)))
}

export const POINT = type(100)
export const POINT_ENCODING: NodeNumber = { id: Buffer.from([0, 1, 0xff]), namespace: ELSEWHERE }
export const TREE = type(101)
export const TREE_ENCODING = type(201)
const STATE = type(102)
const WORD_FLAGS = type(103)
export const WIDE_FLAGS = type(104)
export const DEVICE = type(105)
export const DEVICE_ENCODING = type(205)
const ABSTRACT = type(106)
export const HOLDER = type(107)
export const HOLDER_ENCODING = type(207)
export const MANY = type(108)
export const MANY_ENCODING = type(208)
export const HEIR = type(109)
export const HEIR_ENCODING = type(209)
export const OWNER = type(110)
export const OWNER_ENCODING = type(210)

/** The encoding of a point is opaque, and in a namespace of its own. */
export function addOddTypes(space: Space): void {
  const xy = [
    { name: 'X', type: DOUBLE },
    { name: 'Y', type: DOUBLE },
  ]
  space.addType(POINT, STRUCTURE, structure(POINT_ENCODING, xy), POINT_ENCODING)
  const tree = [
    { name: 'Name', type: STRING },
    { name: 'Branches', type: TREE, rank: 1 },
  ]
  space.addType(TREE, STRUCTURE, structure(TREE_ENCODING, tree), TREE_ENCODING)
  space.addType(STATE, ENUMERATION, enumeration({ Off: 0, On: 5, Lost: -1 }))
  space.addType(WORD_FLAGS, UINT16, enumeration({ Hot: 0, Wet: 3 }))
  const optionSet = [
    { name: 'Value', type: BYTE_STRING },
    { name: 'ValidBits', type: BYTE_STRING },
  ]
  space.addType(OPTION_SET, STRUCTURE, structure(OPTION_SET_ENCODING, optionSet), OPTION_SET_ENCODING, true)
  space.addType(WIDE_FLAGS, OPTION_SET, enumeration({ First: 0, Last: 9 }))
  const device = [
    { name: 'State', type: STATE },
    { name: 'Flags', type: WORD_FLAGS },
    { name: 'Wide', type: WIDE_FLAGS },
    { name: 'End', type: INT32 },
  ]
  space.addType(DEVICE, STRUCTURE, structure(DEVICE_ENCODING, device), DEVICE_ENCODING)
  space.addType(ABSTRACT, STRUCTURE, structure({ id: 0 }, xy.slice(0, 1)), undefined, true)
  const holder = [
    { name: 'Any', type: STRUCTURE },
    { name: 'Some', type: ABSTRACT, rank: 1 },
    { name: 'More', type: VARIANT },
  ]
  space.addType(HOLDER, STRUCTURE, structure(HOLDER_ENCODING, holder), HOLDER_ENCODING)
  const many = Array.from({ length: 33 }, (_, index) => ({ name: `f${index}`, type: INT32, flag: true }))
  space.addType(MANY, STRUCTURE, structure(MANY_ENCODING, many, 'optional'), MANY_ENCODING)
  // Its fields are those of its base type, which alone has a definition.
  space.addType(HEIR, POINT, undefined, HEIR_ENCODING)
  space.addType(
    OWNER,
    STRUCTURE,
    structure(OWNER_ENCODING, [
      { name: 'Heir', type: HEIR },
      { name: 'End', type: INT32 },
    ]),
    OWNER_ENCODING,
  )
}
