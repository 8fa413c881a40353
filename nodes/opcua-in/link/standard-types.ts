// Structures of OPC UA itself as the library knows them, for servers that do not describe them.

import { DataChangeNotification, DataType } from 'node-opcua-client'
import { type NodeRef, nodeKey } from '../node-ids'
import type { Field, TypeDescription } from '../structures/description'
import type { StandardType, StandardTypes } from '../structures/survey'
import { nodeIdOf, nodeRefOf, numeric } from './nodes'

/** Built-in types (OPC 10000-6, 5.1.2) of flags and of enumerations, by their bits. */
const INTEGERS: ReadonlyMap<number, number> = new Map([
  [8, 3],
  [16, 5],
  [32, 6],
])
const INT32 = 6

const factory = () => DataChangeNotification.schema.getDataTypeFactory()
type Schema = ReturnType<ReturnType<typeof factory>['getStructuredTypeSchema']>
type SchemaField = Schema['fields'][number]

/** undefined where the library has no such type, or one that is not a plain sequence of fields. */
export const standardTypes: StandardTypes = {
  encodedAs(encoding) {
    if (encoding.namespace !== 0 || encoding.id.kind !== 'numeric') return undefined
    const schema = schemaOf(encoding)
    return schema && withParts((types) => addStructure(schema, types))
  },
  named(name) {
    if (factory().hasStructureByTypeName(name)) {
      return withParts((types) => addStructure(factory().getStructuredTypeSchema(name), types))
    }
    return withParts((types) => addBuiltIn(name, types) ?? addEnumeration(name, types))
  },
}

function withParts(add: (types: Map<string, TypeDescription>) => string | undefined): StandardType | undefined {
  const types = new Map<string, TypeDescription>()
  const root = add(types)
  return root === undefined ? undefined : { root, types }
}

function schemaOf(encoding: NodeRef): Schema | undefined {
  const nodeId = nodeIdOf(encoding)
  // It throws for a type that it has only the name of.
  if (!factory().hasConstructor(nodeId)) return undefined
  return factory().constructObject(nodeId).schema
}

function addStructure(schema: Schema, types: Map<string, TypeDescription>): string | undefined {
  const key = nodeKey(nodeRefOf(schema.dataTypeNodeId))
  if (types.has(key)) return key
  const fields: Field[] = []
  types.set(key, { kind: 'structure', layout: 'plain', isAbstract: false, fields })
  for (const field of allFields(schema)) {
    const type = addFieldType(field, types)
    if (type === undefined || field.switchBit !== undefined || field.switchValue !== undefined) return undefined
    const rank = field.isArray ? 1 : -1
    fields.push({ name: field.originalName, type, rank, isOptional: false, isSubtyped: false })
  }
  return key
}

/** Those of its base come first. */
function allFields(schema: Schema): SchemaField[] {
  const base = schema.getBaseSchema()
  return [...(base ? allFields(base) : []), ...schema.fields]
}

function addFieldType({ category, fieldType }: SchemaField, types: Map<string, TypeDescription>): string | undefined {
  if (category === 'complex') return addStructure(factory().getStructuredTypeSchema(fieldType), types)
  return category === 'enumeration' ? addEnumeration(fieldType, types) : addBuiltIn(fieldType, types)
}

function addBuiltIn(name: string, types: Map<string, TypeDescription>): string | undefined {
  const type = builtInOf(name)
  if (type === undefined) return undefined
  const key = nodeKey(numeric(type))
  types.set(key, { kind: 'simple', type })
  return key
}

/** Some are as short as the flags that they hold. */
function addEnumeration(name: string, types: Map<string, TypeDescription>): string | undefined {
  const schema = factory().hasEnumeration(name) ? factory().getEnumeration(name) : null
  const type = INTEGERS.get(schema?.lengthInBits ?? 0)
  if (!schema || type === undefined) return undefined
  const texts = new Map<number, string>()
  for (const [text, value] of Object.entries(schema.enumValues)) {
    if (typeof value === 'number') texts.set(value, text)
  }
  const key = nodeKey(nodeRefOf(schema.dataTypeNodeId))
  types.set(key, type === INT32 ? { kind: 'enumeration', texts } : { kind: 'simple', type })
  return key
}

/** A type by name is a built-in one, or is encoded as the one that it is a subtype of. */
function builtInOf(name: string): number | undefined {
  const numbers = new Map(
    Object.entries(DataType).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : [])),
  )
  let next = name
  for (let depth = 0; depth < 10; depth++) {
    const number = numbers.get(next)
    if (number !== undefined) return number
    if (!factory().hasBuiltInType(next)) return undefined
    next = factory().getBuiltInType(next).subType
  }
  return undefined
}
