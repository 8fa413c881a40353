// Structures and their definitions in binary form (OPC 10000-6, 5.2), by hand.

import type { NodeRef } from '../../../../nodes/opcua-in/node-ids'
import { Body } from '../../../../nodes/opcua-in/structures/body'
import * as binary from '../../../../simulators/opcua/raw/binary'

export function node(value: number, namespace = 1): NodeRef {
  return { namespace, id: { kind: 'numeric', value }, range: '' }
}
/** Key of a built-in type, or of another one of namespace 0. */
export const standard = (type: number) => `0;numeric;${type}`
export const own = (type: number) => `1;numeric;${type}`

export function float(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeFloatLE(value)
  return buffer
}
export const noText = binary.bytes(0)

export function bodyOf(typeId: NodeRef, ...parts: readonly Buffer[]): Body {
  return new Body(typeId, 'binary', Buffer.concat(parts))
}
/** An ExtensionObject as it stands in a structure. */
export function extension(typeId: number, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([binary.nodeId(typeId, 1), binary.bytes(1), binary.string(Buffer.concat(parts))])
}

type FieldWish = { name: string; type: NodeRef; rank?: number; flag?: boolean }

/** `type`: StructureType (OPC 10000-3, 8.49). */
export function structureDefinition(fields: readonly FieldWish[], { type = 0, encoding = 0 } = {}): Body {
  const encoded = fields.map((field) =>
    Buffer.concat([
      binary.string(field.name),
      noText,
      nodeId(field.type),
      binary.int32(field.rank ?? -1),
      binary.int32(-1),
      binary.uint32(0),
      binary.bytes(field.flag ? 1 : 0),
    ]),
  )
  return bodyOf(
    node(122, 0),
    binary.nodeId(encoding, encoding === 0 ? 0 : 1),
    binary.nodeId(22),
    binary.int32(type),
    binary.array(encoded),
  )
}

export function enumDefinition(values: readonly { value: number; name?: string; shown?: string }[]): Body {
  const encoded = values.map(({ value, name, shown }) =>
    Buffer.concat([enumValue(value, shown), binary.string(name ?? null)]),
  )
  return bodyOf(node(123, 0), binary.array(encoded))
}

export function enumValueBody(value: number, shown?: string): Body {
  return bodyOf(node(8251, 0), enumValue(value, shown))
}

function enumValue(value: number, shown: string | undefined): Buffer {
  const text = shown === undefined ? noText : binary.localizedText(shown)
  return Buffer.concat([binary.int64(BigInt(value)), text, noText])
}

function nodeId({ namespace, id }: NodeRef): Buffer {
  return binary.nodeId(Number(id.value), namespace)
}
