// What a data type looks like, as far as its values have to be understood (OPC 10000-3, 8.48 to 8.51).

import type { EnumerationTexts } from '../enumeration-texts'

export type TypeDescription = SimpleType | EnumerationType | StructureType

/** A built-in type, or a subtype that is encoded in the same way. */
export type SimpleType = { kind: 'simple'; type: number }
/** Without texts it is a number. */
export type EnumerationType = { kind: 'enumeration'; texts: EnumerationTexts | undefined }
export type StructureType = {
  kind: 'structure'
  /** `optional`: a mask says which fields are there; `union`: a number says which one is there (OPC 10000-6, 5.2.7 and 5.2.8). */
  layout: Layout
  /** Values are of a subtype, and come as an ExtensionObject. */
  isAbstract: boolean
  fields: readonly Field[]
}
export const LAYOUTS = ['plain', 'optional', 'union'] as const
export type Layout = (typeof LAYOUTS)[number]

export type Field = {
  /** As the server spells it. */
  name: string
  /** Key of its type: see nodeKey. */
  type: string
  /** -1 = a single value, otherwise the number of dimensions. */
  rank: number
  /** It may be absent. */
  isOptional: boolean
  /** A value may be of a subtype: it comes as an ExtensionObject or a Variant. */
  isSubtyped: boolean
}

/** By their keys. */
export type TypeDescriptions = ReadonlyMap<string, TypeDescription>

export const FIELDS_MAX = 1000

/** These types and all that they are made of. */
export function reachable(roots: Iterable<string>, types: TypeDescriptions): Map<string, TypeDescription> {
  const reached = new Map<string, TypeDescription>()
  const open = [...roots]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const type = types.get(key)
    if (!type || reached.has(key)) continue
    reached.set(key, type)
    if (type.kind === 'structure') open.push(...type.fields.map((field) => field.type))
  }
  return reached
}
