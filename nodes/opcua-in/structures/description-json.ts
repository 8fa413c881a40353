// Descriptions of types as JSON, and back: what a file holds may have been written by anybody.

import { asNumber, asOneOf, asRecord, asText, everyParsed } from '../../../lib/contract/parse'
import { LIMITS } from '../limits'
import { FIELDS_MAX, type Field, LAYOUTS, type TypeDescription, type TypeDescriptions } from './description'

const TEXT_MAX = 1000
/** Of a NodeId. */
const KEY_MAX = 6000
const BUILT_IN_MAX = 25

export function typesJson(types: TypeDescriptions): unknown {
  return [...types].map(([key, type]) => [key, type.kind === 'enumeration' ? enumerationJson(type) : type])
}

function enumerationJson({ kind, texts }: TypeDescription & { kind: 'enumeration' }): unknown {
  return { kind, ...(texts && { texts: [...texts] }) }
}

/** undefined for anything malformed, or if a field has a type that is not among them. */
export function parseTypes(input: unknown): Map<string, TypeDescription> | undefined {
  const entries = everyParsed(input, parseEntry)
  if (!entries) return undefined
  const types = new Map(entries)
  const isWhole = [...types.values()].every(
    (type) => type.kind !== 'structure' || type.isAbstract || type.fields.every((field) => types.has(field.type)),
  )
  return isWhole ? types : undefined
}

function parseEntry(input: unknown): [string, TypeDescription] | undefined {
  const [key, described]: unknown[] = Array.isArray(input) ? input : []
  const type = parseType(described)
  return typeof key === 'string' && type ? [key, type] : undefined
}

function parseType(input: unknown): TypeDescription | undefined {
  const record = asRecord(input)
  switch (record?.kind) {
    case 'simple': {
      const type = asNumber(record.type, 1, BUILT_IN_MAX)
      return type === undefined ? undefined : { kind: 'simple', type }
    }
    case 'enumeration': {
      const texts = record.texts === undefined ? [] : everyParsed(record.texts, parseText)
      return texts && { kind: 'enumeration', texts: record.texts === undefined ? undefined : new Map(texts) }
    }
    case 'structure': {
      const layout = asOneOf(record.layout, LAYOUTS)
      const fields = everyParsed(record.fields, parseField)
      if (!layout || !fields || fields.length > FIELDS_MAX || typeof record.isAbstract !== 'boolean') return undefined
      return { kind: 'structure', layout, isAbstract: record.isAbstract, fields }
    }
    default:
      return undefined
  }
}

function parseText(input: unknown): [number, string] | undefined {
  const [value, text]: unknown[] = Array.isArray(input) ? input : []
  return typeof value === 'number' && typeof text === 'string' ? [value, text] : undefined
}

function parseField(input: unknown): Field | undefined {
  const record = asRecord(input)
  const name = asText(record?.name, TEXT_MAX)
  const type = asText(record?.type, KEY_MAX)
  const rank = asNumber(record?.rank, -1, LIMITS.depth)
  const { isOptional, isSubtyped } = record ?? {}
  if (name === undefined || type === undefined || rank === undefined) return undefined
  if (typeof isOptional !== 'boolean' || typeof isSubtyped !== 'boolean') return undefined
  return { name, type, rank, isOptional, isSubtyped }
}
