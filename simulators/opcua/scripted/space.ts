// The nodes of a scripted server: what their attributes are, and where their references lead.

import * as binary from '../raw/binary'
import { array, dataStatus, dataValue, int32, scalar, string } from '../raw/binary'
import type { BrowseWish, NodeText, ReadWish } from './requests'

/** OPC 10000-6, A.1. */
export const ATTRIBUTES = { isAbstract: 8, value: 13, dataType: 14, definition: 23 } as const
const REFERENCES = { hasEncoding: 38, hasSubtype: 45 } as const

const NAMESPACE_ARRAY = 2255
const STRING = 12
const NAMESPACES = ['http://opcfoundation.org/UA/', 'urn:collectors:scripted-server', 'urn:collectors:types']

const BAD_NODE_ID_UNKNOWN = 0x80340000
const BAD_ATTRIBUTE_ID_INVALID = 0x80350000
const DATA_TYPE_CLASS = 64
const OBJECT_CLASS = 1

/** Numeric, or opaque; namespace 0 if absent. */
export type NodeNumber = { id: number | Buffer; namespace?: number }
type Reference = { type: number; isForward: boolean; target: NodeNumber; targetClass: number }
type SpaceNode = { attributes: Map<number, () => Buffer>; references: Reference[] }

export class Space {
  readonly #nodes = new Map<NodeText, SpaceNode>()

  constructor() {
    const list = NAMESPACES.map((uri) => string(uri))
    this.addVariable({ id: NAMESPACE_ARRAY }, { id: STRING }, () =>
      dataValue(binary.arrayVariant('String', list.length, Buffer.concat(list))),
    )
  }

  /** @param value a DataValue, encoded */
  addVariable(node: NodeNumber, dataType: NodeNumber, value: () => Buffer): void {
    const { attributes } = this.#node(node)
    attributes.set(ATTRIBUTES.value, value)
    attributes.set(ATTRIBUTES.dataType, () => dataValue(scalar('NodeId', encoded(dataType))))
  }

  /** @param definition a Variant, encoded */
  addType(
    type: NodeNumber,
    base: NodeNumber,
    definition: Buffer | undefined,
    encoding?: NodeNumber,
    isAbstract = false,
  ): void {
    const { attributes } = this.#node(type)
    if (definition) attributes.set(ATTRIBUTES.definition, () => dataValue(definition))
    attributes.set(ATTRIBUTES.isAbstract, () => dataValue(scalar('Boolean', binary.boolean(isAbstract))))
    this.#refer(base, REFERENCES.hasSubtype, type, DATA_TYPE_CLASS)
    if (encoding) this.#refer(type, REFERENCES.hasEncoding, encoding, OBJECT_CLASS)
  }

  has(node: NodeText): boolean {
    return this.#nodes.has(node)
  }

  /** A DataValue. */
  read({ node, attribute }: ReadWish): Buffer {
    const found = this.#nodes.get(node)
    if (!found) return dataStatus(BAD_NODE_ID_UNKNOWN)
    return found.attributes.get(attribute)?.() ?? dataStatus(BAD_ATTRIBUTE_ID_INVALID)
  }

  /** A BrowseResult (OPC 10000-4, 7.6). */
  browse({ node, isForward, referenceType }: BrowseWish): Buffer {
    const found = this.#nodes.get(node)
    if (!found) return Buffer.concat([binary.uint32(BAD_NODE_ID_UNKNOWN), string(null), array([])])
    const fitting = found.references.filter(
      (reference) => (isForward ?? reference.isForward) === reference.isForward && fits(reference.type, referenceType),
    )
    return Buffer.concat([binary.uint32(0), string(null), array(fitting.map(description))])
  }

  #refer(from: NodeNumber, type: number, to: NodeNumber, targetClass: number): void {
    this.#node(from).references.push({ type, isForward: true, target: to, targetClass })
    this.#node(to).references.push({ type, isForward: false, target: from, targetClass: DATA_TYPE_CLASS })
  }

  #node(node: NodeNumber): SpaceNode {
    const text = textOf(node)
    const known = this.#nodes.get(text)
    if (known) return known
    const made: SpaceNode = { attributes: new Map(), references: [] }
    this.#nodes.set(text, made)
    return made
  }
}

export function textOf({ id, namespace = 0 }: NodeNumber): NodeText {
  const prefix = namespace === 0 ? '' : `ns=${namespace};`
  return typeof id === 'number' ? `${prefix}i=${id}` : `${prefix}b=${id.toString('base64')}`
}

export function encoded({ id, namespace = 0 }: NodeNumber): Buffer {
  return typeof id === 'number' ? binary.nodeId(id, namespace) : binary.opaqueNodeId(id, namespace)
}

/** Any, or this one; References, HierarchicalReferences and the like are above both. */
function fits(type: number, wish: NodeText): boolean {
  return wish === textOf({ id: type }) || !Object.values(REFERENCES).some((known) => wish === textOf({ id: known }))
}

/** OPC 10000-4, 7.30. */
function description({ type, isForward, target, targetClass }: Reference): Buffer {
  const name = targetClass === OBJECT_CLASS ? 'Default Binary' : textOf(target)
  return Buffer.concat([
    binary.nodeId(type),
    binary.boolean(isForward),
    encoded(target),
    binary.qualifiedName(name),
    binary.localizedText(name),
    int32(targetClass),
    binary.nodeId(0),
  ])
}
