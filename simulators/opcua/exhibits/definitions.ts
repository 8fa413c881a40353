// What a server says of its data types in their attribute DataTypeDefinition, encoded by hand (OPC 10000-3, 8.48 to 8.53).

import * as binary from '../raw/binary'
import { array, extension, int32, int64, scalar, string, uint32 } from '../raw/binary'
import {
  BUILTIN,
  type EnumerationType,
  encodingNumber,
  type FieldDefinition,
  STRUCTURE_KINDS,
  type StructureType,
  TYPES,
  type TypeName,
  typeNumber,
} from './types'

const STRUCTURE_DEFINITION = 122
const ENUM_DEFINITION = 123

/**
 * A Variant.
 *
 * @param namespace index of the plant's
 * @param type as it is defined now
 */
export function definitionOf(
  name: TypeName,
  namespace: number,
  type: StructureType | EnumerationType = TYPES[name],
): Buffer {
  if (type.kind === 'enumeration') return enumDefinition(type)
  return structureDefinition(type, binary.nodeId(encodingNumber(name), namespace), namespace)
}

export function structureDefinition({ kind, fields }: StructureType, encodingId: Buffer, namespace: number): Buffer {
  const base = binary.nodeId(BUILTIN.Structure)
  const encoded = fields.map((field) => structureField(field, namespace))
  const content = Buffer.concat([encodingId, base, int32(STRUCTURE_KINDS[kind]), array(encoded)])
  return scalar('ExtensionObject', extension(binary.nodeId(STRUCTURE_DEFINITION), content))
}

function structureField({ name, type, rank = -1, isOptional = false }: FieldDefinition, namespace: number): Buffer {
  const dimensions = rank > 0 ? array(Array.from({ length: rank }, () => uint32(0))) : int32(-1)
  const dataType = isTypeName(type) ? binary.nodeId(typeNumber(type), namespace) : binary.nodeId(BUILTIN[type])
  const limits = [dimensions, uint32(0), binary.boolean(isOptional)]
  return Buffer.concat([string(name), binary.bytes(0), dataType, int32(rank), ...limits])
}

function enumDefinition({ texts }: EnumerationType): Buffer {
  const fields = Object.entries(texts).map(([text, value]) =>
    Buffer.concat([int64(BigInt(value)), binary.localizedText(text), binary.bytes(0), string(text)]),
  )
  return scalar('ExtensionObject', extension(binary.nodeId(ENUM_DEFINITION), array(fields)))
}

export function isTypeName(name: string): name is TypeName {
  return Object.hasOwn(TYPES, name)
}
