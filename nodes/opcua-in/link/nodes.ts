// NodeIds, and what to read of a node, as the library has them.

import { AttributeIds, NodeId, ReadValueId } from 'node-opcua-client'
import { NumericRange } from 'node-opcua-numeric-range'
import type { Identifier, NodeRef } from '../node-ids'

export function nodeIdOf({ namespace, id }: NodeRef): NodeId {
  switch (id.kind) {
    case 'numeric':
      return new NodeId(NodeId.NodeIdType.NUMERIC, id.value, namespace)
    case 'string':
      return new NodeId(NodeId.NodeIdType.STRING, id.value, namespace)
    case 'guid':
      return new NodeId(NodeId.NodeIdType.GUID, id.value, namespace)
    default:
      return new NodeId(NodeId.NodeIdType.BYTESTRING, Buffer.from(id.value, 'base64'), namespace)
  }
}

export function nodeRefOf({ namespace, identifierType, value }: NodeId): NodeRef {
  return { namespace, id: identifierOf(identifierType, value), range: '' }
}

function identifierOf(type: NodeId['identifierType'], value: unknown): Identifier {
  switch (type) {
    case NodeId.NodeIdType.NUMERIC:
      return { kind: 'numeric', value: Number(value) }
    case NodeId.NodeIdType.STRING:
      return { kind: 'string', value: String(value) }
    case NodeId.NodeIdType.GUID:
      return { kind: 'guid', value: String(value).toUpperCase() }
    default:
      return { kind: 'opaque', value: Buffer.isBuffer(value) ? value.toString('base64') : '' }
  }
}

export function readValueOf(node: NodeRef): ReadValueId {
  const nodeId = nodeIdOf(node)
  const indexRange = new NumericRange(node.range === '' ? null : node.range)
  return new ReadValueId({ nodeId, attributeId: AttributeIds.Value, indexRange })
}

export function numeric(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}
