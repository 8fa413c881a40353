// The attribute DataTypeDefinition of a data type (OPC 10000-3, 5.8.3 and 8.48 to 8.52), read from its bytes.

import type { EnumerationTexts } from '../enumeration-texts'
import { LIMITS, Refusal } from '../limits'
import { type NodeAddress, type NodeRef, nodeKey } from '../node-ids'
import { Body } from './body'
import { readLocalizedText } from './builtin'
import { Bytes, Malformed } from './bytes'
import { FIELDS_MAX, type Field, type Layout } from './description'

export type Definition =
  | { kind: 'structure'; encoding: NodeRef | undefined; layout: Layout; fields: Field[]; fieldTypes: NodeRef[] }
  | { kind: 'enumeration'; texts: EnumerationTexts }
  | { kind: 'unusable'; reason: string }

/** Encoding_DefaultBinary of StructureDefinition, EnumDefinition and EnumValueType (OPC 10000-6, A.3). */
const STRUCTURE_DEFINITION = '0;numeric;122'
const ENUM_DEFINITION = '0;numeric;123'
const ENUM_VALUE_TYPE = '0;numeric;8251'
/** StructureType (OPC 10000-3, 8.49), from 0 on. */
const STRUCTURE_TYPES: readonly { layout: Layout; allowsSubtypes: boolean }[] = [
  { layout: 'plain', allowsSubtypes: false },
  { layout: 'optional', allowsSubtypes: false },
  { layout: 'union', allowsSubtypes: false },
  { layout: 'plain', allowsSubtypes: true },
  { layout: 'union', allowsSubtypes: true },
]
/** Of optional fields: which are there (OPC 10000-6, 5.2.7). */
const MASK_BITS = 32
const TEXT_MAX = 1000
/** Scalar, of the values of a ValueRank (OPC 10000-3, 5.6.2). */
const SCALAR = -1

/** undefined for what is no definition. */
export function parseDefinition(data: unknown): Definition | undefined {
  if (!(data instanceof Body) || data.format !== 'binary') return undefined
  const key = nodeKey(data.typeId)
  try {
    if (key === STRUCTURE_DEFINITION) return structureDefinition(new Bytes(data.bytes))
    if (key === ENUM_DEFINITION) return enumDefinition(new Bytes(data.bytes))
  } catch (thrown) {
    if (thrown instanceof Malformed || thrown instanceof Refusal) return unusable(thrown.message)
    throw thrown
  }
  return undefined
}

function structureDefinition(bytes: Bytes): Definition {
  const encoding = localNode(bytes.nodeId())
  // its base type, whose fields are among those that follow
  bytes.nodeId()
  const number = bytes.int32()
  const type = STRUCTURE_TYPES[number]
  if (!type) return unusable(`it is a structure of a kind that is not known: ${number}`)
  const count = bytes.arrayLength() ?? 0
  if (count > FIELDS_MAX) return unusable(`it has ${count} fields, ${FIELDS_MAX} are the limit`)
  const fields: Field[] = []
  const fieldTypes: NodeRef[] = []
  for (let index = 0; index < count; index++) {
    const { name, type: fieldType, rank, flag } = structureField(bytes)
    if (fieldType === undefined) return unusable(`the field ${name} has no type`)
    if (rank !== SCALAR && (rank < 1 || rank > LIMITS.depth))
      return unusable(`the field ${name} has ${rank} dimensions`)
    if (fields.some((field) => field.name === name)) return unusable(`it has two fields ${name}`)
    const isOptional = type.layout === 'optional' && flag
    fields.push({ name, type: nodeKey(fieldType), rank, isOptional, isSubtyped: type.allowsSubtypes && flag })
    fieldTypes.push(fieldType)
  }
  if (fields.filter(({ isOptional }) => isOptional).length > MASK_BITS)
    return unusable(`it has more than ${MASK_BITS} optional fields`)
  return { kind: 'structure', encoding, layout: type.layout, fields, fieldTypes }
}

/** `flag`: IsOptional, which with subtyped values means that subtypes are allowed. */
function structureField(bytes: Bytes): { name: string; type: NodeRef | undefined; rank: number; flag: boolean } {
  const name = (bytes.string() ?? '').slice(0, TEXT_MAX)
  readLocalizedText(bytes)
  const type = localNode(bytes.nodeId())
  const rank = bytes.int32()
  const dimensions = bytes.arrayLength() ?? 0
  for (let dimension = 0; dimension < dimensions; dimension++) bytes.uint32()
  bytes.uint32()
  return { name, type, rank, flag: bytes.boolean() }
}

function enumDefinition(bytes: Bytes): Definition {
  const count = bytes.arrayLength() ?? 0
  const texts = new Map<number, string>()
  for (let index = 0; index < count; index++) {
    const { value, text } = enumValue(bytes)
    const name = bytes.string()
    addText(texts, value, text || name)
  }
  return { kind: 'enumeration', texts }
}

/** The property EnumValues (OPC 10000-3, 8.40). */
export function parseEnumValues(data: unknown): EnumerationTexts {
  const texts = new Map<number, string>()
  for (const item of Array.isArray(data) ? data.slice(0, LIMITS.elements) : []) {
    if (!(item instanceof Body) || item.format !== 'binary' || nodeKey(item.typeId) !== ENUM_VALUE_TYPE) continue
    try {
      const { value, text } = enumValue(new Bytes(item.bytes))
      addText(texts, value, text)
    } catch (thrown) {
      if (!(thrown instanceof Malformed)) throw thrown
    }
  }
  return texts
}

/** EnumValueType: value, text to show, description. */
function enumValue(bytes: Bytes): { value: number; text: string | undefined } {
  const value = Number(bytes.int64())
  const text = readLocalizedText(bytes)
  readLocalizedText(bytes)
  return { value, text }
}

function addText(texts: Map<number, string>, value: number, text: string | undefined): void {
  if (text && Number.isSafeInteger(value)) texts.set(value, text.slice(0, TEXT_MAX))
}

/** undefined for the null NodeId, and for one whose namespace is no index. */
function localNode({ namespace, id }: NodeAddress): NodeRef | undefined {
  if (typeof namespace !== 'number' || (namespace === 0 && (id.value === 0 || id.value === ''))) return undefined
  return { namespace, id, range: '' }
}

const unusable = (reason: string): Definition => ({ kind: 'unusable', reason })
