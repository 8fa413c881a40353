// The pieces of a value as they came -> what a tag may hold (lib/contract/batch.ts). What is nested is null where it cannot be told, so
// that it costs nothing else.

import type { Value } from '../../lib/contract/batch'
import { type GapList, Gaps } from './gaps'
import { Allowance, LIMITS, Refusal, refuseDeeper } from './limits'
import { nodeText } from './node-ids'
import { type Place, placeText } from './places'
import type { Sample, WireValue } from './session'
import { qualityOf, reasonOf } from './statuses'
import { Body } from './structures/body'
import { Malformed } from './structures/bytes'
import { decodeStructure } from './structures/decoding'
import type { KnownTypes } from './structures/lookup'
import { isKnownTime } from './times'

/** Built-in types (OPC 10000-6, 5.1.2) whose values do not say by themselves what they are. */
const INT64 = 8
const UINT64 = 9
const QUALIFIED_NAME = 20
const LOCALIZED_TEXT = 21
const EXTENSION_OBJECT = 22
const DATA_VALUE = 23
const VARIANT = 24

/** One value being made: what it costs, and what of it cannot be told. */
export class Making {
  readonly #types: KnownTypes
  readonly #allowance = new Allowance()
  readonly #reading = new Allowance()
  readonly #gaps = new Gaps()
  #pending: string | undefined

  constructor(types: KnownTypes) {
    this.#types = types
  }

  /** Why the value cannot be told yet. */
  get pending(): string | undefined {
    return this.#pending
  }
  /** The parts that cannot be told. */
  get gaps(): GapList | undefined {
    return this.#gaps.list
  }

  value({ type, isArray, data, dimensions }: WireValue, place?: Place, depth = 0): Value | null {
    refuseDeeper(depth)
    if (data === null || data === undefined) return null
    if (!isArray) return this.#part(type, data, place, depth)
    const parts = elementsOf(data)
    if (dimensions === undefined) {
      return parts.map((part, at) => this.#part(type, part, { within: place, at }, depth + 1))
    }
    return this.#rows(type, parts, dimensions, place, depth + 1)
  }

  /** A matrix comes row by row, the last dimension fastest (OPC 10000-6, 5.2.2.16). */
  #rows(
    type: number,
    parts: readonly unknown[],
    dimensions: readonly number[],
    place: Place | undefined,
    depth: number,
  ): (Value | null)[] {
    const [first = 0, ...others] = dimensions
    const size = others.reduce((product, length) => product * length, 1)
    if (dimensions.length > LIMITS.depth || first < 0 || first * size !== parts.length) {
      throw new Refusal(`the server sent ${parts.length} elements for an array of ${dimensions.join(' x ')}`)
    }
    return Array.from({ length: first }, (_, at) => {
      const here = { within: place, at }
      if (others.length === 0) return this.#part(type, parts[at], here, depth)
      return this.#rows(type, parts.slice(at * size, (at + 1) * size), others, here, depth)
    })
  }

  #part(type: number, data: unknown, place: Place | undefined, depth: number): Value | null {
    this.#allowance.spend(1)
    if (data === null || data === undefined) return null
    switch (typeof data) {
      case 'number':
        return Number.isFinite(data) ? data : this.#lack(`is ${data}, which is no number`, place)
      case 'boolean':
        return data
      case 'bigint':
        return exact(data)
      case 'string':
        return text(data)
      case 'object':
        return this.#object(type, data, place, depth)
      default:
        throw new Refusal('the server sent something that is no value')
    }
  }

  /** By its type, and never by its look: the fields of a structure may have any name. */
  #object(type: number, data: object, place: Place | undefined, depth: number): Value | null {
    if (data instanceof Date) return isKnownTime(data.getTime()) ? data.toISOString() : null
    if (data instanceof Uint8Array) return text(Buffer.from(data).toString('base64'))
    if (data instanceof Body) return this.#structure(data, place, depth)
    switch (type) {
      case INT64:
      case UINT64:
        return wide(type, data)
      case QUALIFIED_NAME:
        return qualifiedName(data)
      case LOCALIZED_TEXT:
        return 'text' in data && typeof data.text === 'string' ? text(data.text) : null
      case DATA_VALUE:
        return isSample(data) ? this.#dataValue(data, place, depth) : null
      case VARIANT:
        return isWireValue(data) ? this.value(data, place, depth + 1) : null
      default:
        return this.#lack(type === EXTENSION_OBJECT ? 'is no structure' : 'is of a kind that is not told', place)
    }
  }

  #dataValue({ code, status, value }: Sample, place: Place | undefined, depth: number): Value | null {
    if (qualityOf(code) !== 'good') return this.#lack(`is not good: ${reasonOf(status)}`, place)
    return value === undefined ? null : this.value(value, place, depth + 1)
  }

  #structure(body: Body, place: Place | undefined, depth: number): Value | null {
    if (nodeText(body.typeId) === undefined) return this.#lack('is a structure that says of no type that it is', place)
    if (body.format === 'xml') return this.#lack('is a structure in XML, and only the binary form is read', place)
    const found = this.#types.typeOf(body)
    if (found.kind === 'unknown') return this.#lack(`is a structure that cannot be read: ${found.reason}`, place)
    if (found.kind === 'asking') {
      this.#pending ??= found.reason
      return null
    }
    const { statusName } = this.#types
    const [pending, { count }] = [this.#pending, this.#gaps]
    const decoding = {
      types: found.types,
      allowance: this.#reading,
      statusName,
      plain: (type: number, data: unknown, at: Place, below: number) => this.#nested(type, data, at, below),
      lack: (why: string, at: Place) => this.#lack(why, at),
    }
    try {
      return decodeStructure(body.bytes, found.type, decoding, place, depth + 1)
    } catch (thrown) {
      const isMisfit = thrown instanceof Malformed
      // By another description it might be smaller.
      if (isMisfit || thrown instanceof Refusal) this.#types.doubt(body, thrown.message)
      if (!isMisfit) throw thrown
      // What seemed to stand in it does not.
      this.#pending = pending
      this.#gaps.keepFirst(count)
      return this.#lack(`is not as the server describes its type: ${thrown.message}`, place)
    }
  }

  #nested(type: number, data: unknown, place: Place, depth: number): Value | null {
    refuseDeeper(depth)
    return this.#part(type, data, place, depth)
  }

  #lack(why: string, place: Place | undefined): null {
    this.#gaps.add(`${placeText(place) || 'the value'} ${why}`)
    return null
  }
}

export function elementsOf(data: unknown): readonly unknown[] {
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

/** As OPC 10000-6, 5.1.12 writes it: with its namespace unless that is 0. */
function qualifiedName(data: object): Value | null {
  const name = 'name' in data && typeof data.name === 'string' ? data.name : undefined
  const namespace = 'namespaceIndex' in data && typeof data.namespaceIndex === 'number' ? data.namespaceIndex : 0
  if (name === undefined) return null
  return text(namespace === 0 ? name : `${namespace}:${name}`)
}

function isWireValue(data: object): data is WireValue {
  return 'type' in data && typeof data.type === 'number' && 'isArray' in data && 'data' in data
}

function isSample(data: object): data is Sample {
  return 'code' in data && typeof data.code === 'number' && 'status' in data && typeof data.status === 'string'
}
