// The exhibits as nodes of a node-opcua server: variables whose values are bytes, and data types that tell their definition by hand.

import {
  AttributeIds,
  coerceNodeId,
  DataType,
  DataValue,
  LocalizedText,
  type NodeId,
  StatusCodes,
  Variant,
} from 'node-opcua-client'
import { ConstantStatusCode } from 'node-opcua-status-code'
import type { Namespace, Node } from '../address-space'
import * as binary from '../raw/binary'
import { definitionOf, isTypeName, structureDefinition } from './definitions'
import { type Exhibit, exhibitsIn, prototypeExhibit } from './exhibits'
import { rawVariant } from './raw-variant'
import {
  BUILTIN,
  type EnumerationType,
  encodingNumber,
  type Redefinitions,
  type StructureType,
  TYPES,
  type TypeName,
  typeNumber,
} from './types'

type DataTypeNode = ReturnType<Namespace['createDataType']>
type VariableNode = ReturnType<Namespace['addVariable']>

/** In the language that a session prefers (OPC 10000-4, 5.7.3), or else in the first. */
export const GREETINGS = { en: 'Hello', de: 'Guten Tag', 'zh-CN': '你好' } as const

export function addExhibits(namespace: Namespace, folder: Node, redefined: Redefinitions): void {
  for (const [name, type] of Object.entries(TYPES)) if (isTypeName(name)) addType(namespace, name, type, redefined)
  for (const exhibit of [...exhibitsIn(namespace.index), prototypeExhibit(namespace.index)]) {
    addExhibit(namespace, folder, exhibit)
  }
  addGreeting(namespace, folder)
}

/** So many structures that no variable has: what servers of large vendors bring along. */
export function addUnusedTypes(namespace: Namespace, count: number): void {
  for (let index = 0; index < count; index++) {
    const type = namespace.createDataType({ browseName: `Unused${index}`, isAbstract: false, subtypeOf: 'Structure' })
    const encoding = addEncoding(namespace, type)
    const fields = ['A', 'B', 'C'].map((name) => ({ name, type: 'Double' }) as const)
    const encodingId = binary.nodeId(Number(encoding.value), namespace.index)
    const definition = structureDefinition({ kind: 'structure', fields }, encodingId, namespace.index)
    define(type, () => definition)
  }
}

function addExhibit(namespace: Namespace, folder: Node, { name, type, rank = -1, variant, status }: Exhibit): void {
  const value = rawVariant(variant)
  const statusCode =
    status === undefined ? StatusCodes.Good : new ConstantStatusCode({ value: status, name: 'Vendor', description: '' })
  const sourceTimestamp = new Date()
  const variable = namespace.addVariable({
    browseName: name.slice(0, 100),
    nodeId: `s=Exhibits.${name}`,
    organizedBy: folder,
    dataType: typeIdOf(namespace, type),
    valueRank: rank,
    arrayDimensions: rank > 0 ? Array.from({ length: rank }, () => 0) : null,
  })
  show(variable, () => new DataValue({ value, statusCode, sourceTimestamp }))
}

function addGreeting(namespace: Namespace, folder: Node): void {
  const variable = namespace.addVariable({
    browseName: 'Greeting',
    nodeId: 's=Exhibits.Greeting',
    organizedBy: folder,
    dataType: DataType.LocalizedText,
  })
  const sourceTimestamp = new Date()
  show(variable, (locales) => {
    const known = Object.entries(GREETINGS)
    const wished = locales.flatMap((wish) => known.filter(([locale]) => locale === wish))
    const [locale, text] = wished[0] ?? ['en', GREETINGS.en]
    const value = new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ locale, text }) })
    return new DataValue({ value, statusCode: StatusCodes.Good, sourceTimestamp })
  })
}

/** Without node-opcua's look at what it may hold. */
function show(variable: VariableNode, valueFor: (locales: readonly string[]) => DataValue): void {
  variable.readValue = (context) => valueFor(context?.getPreferredLocales() ?? [])
}

function addType(
  namespace: Namespace,
  name: TypeName,
  declared: StructureType | EnumerationType,
  redefined: Redefinitions,
): void {
  const isEnumeration = declared.kind === 'enumeration'
  const parent = isEnumeration ? 'Enumeration' : declared.subtypeOf
  const type = namespace.createDataType({
    browseName: name,
    nodeId: `i=${typeNumber(name)}`,
    isAbstract: false,
    subtypeOf: parent === undefined ? 'Structure' : isTypeName(parent) ? typeIdOf(namespace, parent) : parent,
  })
  define(type, () => definitionOf(name, namespace.index, redefined.get(name)))
  if (isEnumeration || declared.encoding !== undefined) return
  addEncoding(namespace, type, `i=${encodingNumber(name)}`)
}

/** Refers to its type by the inverse of HasEncoding (OPC 10000-3, 7.14). */
function addEncoding(namespace: Namespace, type: DataTypeNode, nodeId?: string): NodeId {
  return namespace.addObject({
    browseName: { name: 'Default Binary', namespaceIndex: 0 },
    ...(nodeId !== undefined && { nodeId }),
    typeDefinition: 'DataTypeEncodingType',
    references: [{ referenceType: 'HasEncoding', isForward: false, nodeId: type }],
  }).nodeId
}

function define(type: DataTypeNode, definition: () => Buffer): void {
  const readAttribute = type.readAttribute.bind(type)
  type.readAttribute = (context, attributeId, ...others) =>
    attributeId === AttributeIds.DataTypeDefinition
      ? new DataValue({ value: rawVariant(definition()), statusCode: StatusCodes.Good })
      : readAttribute(context, attributeId, ...others)
}

function typeIdOf(namespace: Namespace, type: keyof typeof BUILTIN | TypeName): NodeId {
  const id = isTypeName(type) ? `ns=${namespace.index};i=${typeNumber(type)}` : `i=${BUILTIN[type]}`
  return coerceNodeId(id)
}
