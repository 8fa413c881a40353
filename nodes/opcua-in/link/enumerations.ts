// Data types and the texts of enumerations, as services of the library's session.

import { AttributeIds, type ClientSession, NodeId, VariantArrayType } from 'node-opcua-client'
import { type EnumerationTexts, textsOfStrings } from '../enumeration-texts'
import type { NodeRef } from '../node-ids'
import { parseDefinition, parseEnumValues } from '../structures/definition'
import { nodeIdOf, nodeRefOf } from './nodes'

type Session = Pick<ClientSession, 'read' | 'translateBrowsePath'>

export async function dataTypes(session: Session, nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]> {
  const answers = await session.read(
    nodes.map((node) => ({ nodeId: nodeIdOf(node), attributeId: AttributeIds.DataType })),
  )
  return nodes.map((_, index) => {
    const data: unknown = answers[index]?.value?.value
    return data instanceof NodeId ? nodeRefOf(data) : undefined
  })
}

/** By the definition of the type (since OPC UA 1.04), or else by its properties. */
export async function enumerationTexts(
  session: Session,
  types: readonly NodeRef[],
): Promise<(EnumerationTexts | undefined)[]> {
  const answers = await session.read(
    types.map((type) => ({ nodeId: nodeIdOf(type), attributeId: AttributeIds.DataTypeDefinition })),
  )
  const texts = types.map((_, index) => textsOfDefinition(answers[index]?.value?.value))
  const missing = types.flatMap((type, index) => (texts[index] ? [] : [{ type, index }]))
  const told = await textsOfProperties(
    session,
    missing.map(({ type }) => type),
  )
  for (const [at, { index }] of missing.entries()) texts[index] = told[at]
  return texts
}

const PROPERTIES = ['EnumValues', 'EnumStrings'] as const
const HAS_PROPERTY = new NodeId(NodeId.NodeIdType.NUMERIC, 46, 0)

async function textsOfProperties(
  session: Session,
  types: readonly NodeRef[],
): Promise<(EnumerationTexts | undefined)[]> {
  if (types.length === 0) return []
  const paths = types.flatMap((type) => PROPERTIES.map((name) => pathTo(type, name)))
  const places = await session.translateBrowsePath(paths)
  const found = places.flatMap(({ targets }, path) => {
    const nodeId = targets?.[0]?.targetId
    return nodeId ? [{ path, nodeId }] : []
  })
  const texts: (EnumerationTexts | undefined)[] = types.map(() => undefined)
  if (found.length === 0) return texts
  const values = await session.read(found.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })))
  for (const [index, { path }] of found.entries()) {
    const variant = values[index]?.value
    const data: unknown = variant?.arrayType === VariantArrayType.Array ? variant.value : undefined
    const type = Math.floor(path / PROPERTIES.length)
    texts[type] ??=
      PROPERTIES[path % PROPERTIES.length] === 'EnumValues' ? some(parseEnumValues(data)) : textsOfStrings(data)
  }
  return texts
}

/** A structure has a definition, too, but no texts. */
function textsOfDefinition(data: unknown): EnumerationTexts | undefined {
  const definition = parseDefinition(data)
  return definition?.kind === 'enumeration' ? some(definition.texts) : undefined
}

function some(texts: EnumerationTexts): EnumerationTexts | undefined {
  return texts.size === 0 ? undefined : texts
}

function pathTo(type: NodeRef, name: string) {
  const element = {
    referenceTypeId: HAS_PROPERTY,
    isInverse: false,
    includeSubtypes: true,
    targetName: { namespaceIndex: 0, name },
  }
  return { startingNode: nodeIdOf(type), relativePath: { elements: [element] } }
}
