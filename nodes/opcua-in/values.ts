// A value as it came -> what a tag may hold (lib/contract/batch.ts), or why it cannot. What the library hands over is looked at
// piece by piece: it was made by a server.

import type { Value } from '../../lib/contract/batch'
import { reasonOutside } from '../../lib/contract/bounds'
import { textOf } from '../../lib/contract/value-texts'
import type { Meaning } from './meanings'
import type { WireValue } from './session'

export type Plain = { value: Value } | { problem: string }

/** Built-in types (OPC 10000-6, 5.1.2) that cannot be known by what the library makes of them. */
const INT64 = 8
const UINT64 = 9
const EXTENSION_OBJECT = 22
const NUMBERS = new Set([2, 3, 4, 5, 6, 7, INT64, UINT64, 10, 11])
const BOOLEAN = 1

/** Of one value: further on it is part of a message of limited size. */
export const LIMITS = { elements: 10_000, characters: 65_536, depth: 16 }

class Refusal extends Error {}

/**
 * Whole numbers of 64 bits are numbers as long as they are exact, else decimal digits; times are ISO 8601 in UTC; byte strings are
 * base64; structures are objects. What a tag says goes to numbers, and to the numbers of an array; its texts to booleans, too.
 */
export function plainValue(wire: WireValue | undefined, meaning: Meaning): Plain {
  if (wire === undefined || wire.data === null || wire.data === undefined) return { problem: 'the server has no value' }
  const budget = { elements: LIMITS.elements }
  try {
    const nothing = meaning.nothing?.(wire.type, wire.isArray ? elementsOf(wire.data) : [wire.data])
    if (nothing !== undefined) return { problem: nothing }
    const value = wire.isArray ? arrayOf(wire, budget) : element(wire.type, wire.data, 0, budget)
    if (value === undefined) return { problem: 'the server has no value' }
    if (NUMBERS.has(wire.type)) return { value: meant(scaled(value, meaning), meaning) }
    return { value: wire.type === BOOLEAN && meaning.texts ? meant(value, meaning) : value }
  } catch (thrown) {
    if (thrown instanceof Refusal) return { problem: thrown.message }
    throw thrown
  }
}

type Budget = { elements: number }

function arrayOf({ type, data, dimensions }: WireValue, budget: Budget): Value[] {
  const flat = elementsOf(data).map((item) => element(type, item, 1, budget) ?? '')
  return dimensions === undefined ? flat : rowsOf(flat, dimensions)
}

/** A matrix comes row by row, the last dimension fastest (OPC 10000-6, 5.2.2.16). */
function rowsOf(flat: readonly Value[], dimensions: readonly number[]): Value[] {
  const [first = 0, ...others] = dimensions
  const size = others.reduce((product, length) => product * length, 1)
  if (dimensions.length > LIMITS.depth || first * size !== flat.length) {
    throw new Refusal(`the server sent ${flat.length} elements for an array of ${dimensions.join(' x ')}`)
  }
  if (others.length === 0) return [...flat]
  return Array.from({ length: first }, (_, row) => rowsOf(flat.slice(row * size, (row + 1) * size), others))
}

function elementsOf(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return within(data)
  // arrays of numbers are typed arrays, byte strings are not
  if (isTypedArray(data)) return within(Array.from(data))
  throw new Refusal('the server sent an array that is none')
}

function isTypedArray(data: unknown): data is Float64Array {
  return ArrayBuffer.isView(data) && 'length' in data
}

function within(items: readonly unknown[]): readonly unknown[] {
  if (items.length > LIMITS.elements) {
    throw new Refusal(
      `an array of ${items.length} elements is too long, ${LIMITS.elements} are the limit: read a range of it`,
    )
  }
  return items
}

/** undefined = null, which a text, a byte string and a structure may be. */
function element(type: number, data: unknown, depth: number, budget: Budget): Value | undefined {
  if (depth > LIMITS.depth) throw new Refusal(`the value is nested deeper than ${LIMITS.depth} levels`)
  if (--budget.elements < 0) throw new Refusal(`the value has more than ${LIMITS.elements} parts`)
  if (data === null || data === undefined) return undefined
  switch (typeof data) {
    case 'number':
      if (!Number.isFinite(data)) throw new Refusal(`the value is ${data}, which is no number`)
      return data
    case 'boolean':
      return data
    case 'bigint':
      return exact(data)
    case 'string':
      return text(data)
    case 'object':
      return type === INT64 || type === UINT64 ? wide(type, data) : objectOf(type, data, depth, budget)
    default:
      throw new Refusal('the server sent something that is no value')
  }
}

/** The library's 64-bit numbers are pairs of unsigned halves, the high one first. */
function wide(type: number, data: object): Value {
  const [high, low]: unknown[] = Array.isArray(data) ? data : []
  if (typeof high !== 'number' || typeof low !== 'number') throw new Refusal('the server sent a number that is none')
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  return exact(type === INT64 ? BigInt.asIntN(64, bits) : bits)
}

function exact(value: bigint): Value {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

function text(value: string): string {
  if (value.length <= LIMITS.characters) return value
  throw new Refusal(`a text of ${value.length} characters is too long, ${LIMITS.characters} are the limit`)
}

function objectOf(type: number, data: object, depth: number, budget: Budget): Value | undefined {
  if (data instanceof Date) {
    if (Number.isNaN(data.getTime())) throw new Refusal('the value is no time')
    return data.toISOString()
  }
  if (Buffer.isBuffer(data)) return text(data.toString('base64'))
  if (type !== EXTENSION_OBJECT) {
    const told = tell(data)
    if (told !== undefined) return told === null ? undefined : text(told)
  }
  // A Variant in a Variant brings its type along (OPC 10000-6, 5.2.2.16).
  if ('dataType' in data && typeof data.dataType === 'number' && 'value' in data) {
    if (data.value === null || data.value === undefined) return undefined
    const isList = 'arrayType' in data && data.arrayType !== 0
    if (!isList) return element(data.dataType, data.value, depth + 1, budget)
    const { dataType } = data
    return elementsOf(data.value).map((item) => element(dataType, item, depth + 1, budget) ?? '')
  }
  if (Array.isArray(data) || ArrayBuffer.isView(data)) {
    return elementsOf(data).map((item) => element(type, item, depth + 1, budget) ?? '')
  }
  return structureOf(data, depth, budget)
}

/** Localized text: its text; qualified name, NodeId and status code: as they are written. null = an empty one. */
function tell(data: object): string | null | undefined {
  if ('text' in data && 'locale' in data) return typeof data.text === 'string' ? data.text : null
  if ('name' in data && 'namespaceIndex' in data) {
    return data.namespaceIndex === 0 ? String(data.name ?? '') : `${data.namespaceIndex}:${data.name ?? ''}`
  }
  if ('identifierType' in data) return String(data)
  if ('name' in data && 'description' in data && 'value' in data) return String(data.name).split('#')[0] ?? ''
  return undefined
}

/** What its schema says, where it has one: a pair of numbers is a 64-bit number then, and not an array. */
function structureOf(data: object, depth: number, budget: Budget): Value {
  const types = fieldTypes(data)
  const plain: { [key: string]: Value } = {}
  for (const [name, part] of Object.entries(data)) {
    if (name === '__proto__' || typeof part === 'function') continue
    const type = types.get(name) ?? 0
    const value = part === null || part === undefined ? undefined : partOf(type, part, depth, budget)
    if (value !== undefined) plain[name] = value
  }
  return plain
}

function partOf(type: number, part: unknown, depth: number, budget: Budget): Value | undefined {
  const isList = Array.isArray(part) && (type !== INT64 && type !== UINT64 ? true : Array.isArray(part[0]))
  if (!isList) return element(type, part, depth + 1, budget)
  return within(part).map((item) => element(type, item, depth + 1, budget) ?? '')
}

function fieldTypes(data: object): Map<string, number> {
  const types = new Map<string, number>()
  const schema: unknown = 'schema' in data ? data.schema : undefined
  if (typeof schema !== 'object' || schema === null || !('fields' in schema)) return types
  const fields: unknown[] = Array.isArray(schema.fields) ? schema.fields : []
  for (const field of fields) {
    if (typeof field !== 'object' || field === null || !('name' in field) || !('fieldType' in field)) continue
    if (field.fieldType === 'Int64') types.set(String(field.name), INT64)
    else if (field.fieldType === 'UInt64') types.set(String(field.name), UINT64)
  }
  return types
}

function scaled(value: Value, meaning: Meaning): Value {
  const { scale, offset } = meaning
  if (scale === 1 && offset === 0) return value
  if (Array.isArray(value)) return value.map((part) => scaled(part, meaning))
  const number = Number(value) * scale + offset
  if (!Number.isFinite(number)) throw new Refusal('the scaled value is no number')
  return number
}

function meant(value: Value, meaning: Meaning): Value {
  const { bounds, texts } = meaning
  if (!bounds && !texts) return value
  if (Array.isArray(value)) return value.map((part) => meant(part, meaning))
  if (typeof value === 'object') return value
  const reason = bounds && typeof value !== 'boolean' ? reasonOutside(value, bounds) : undefined
  if (reason !== undefined) throw new Refusal(reason)
  return texts ? textOf(value, texts) : value
}
