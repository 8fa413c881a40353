// The body of a structure -> an object with the names of its fields (OPC 10000-6, 5.2.6 to 5.2.8).

import type { Value } from '../../../lib/contract/batch'
import { textFor } from '../enumeration-texts'
import { type Allowance, LIMITS, Refusal, refuseDeeper } from '../limits'
import type { Place } from '../places'
import { readBuiltIn, readDimensions, type StatusName } from './builtin'
import { Bytes, Malformed } from './bytes'
import type { Field, StructureType, TypeDescription, TypeDescriptions } from './description'

/** Built-in types (OPC 10000-6, 5.1.2). */
const EXTENSION_OBJECT = 22
const VARIANT = 24
const INT32 = 6
/** Node-RED copies messages field by field, by which this one would become what the copy inherits from. */
const PROTOTYPE = '__proto__'

export type Decoding = {
  /** For what is read of all structures of the value. */
  allowance: Allowance
  types: TypeDescriptions
  statusName: StatusName
  /** What a tag may hold of this piece of a built-in type. */
  plain(type: number, data: unknown, place: Place, depth: number): Value | null
  /** It cannot be told. */
  lack(why: string, place: Place): void
}

/**
 * Throws Malformed for bytes that the type does not describe, to the last one: with a byte too many it is not the type of this value. null =
 * a union of which no field is there.
 */
export function decodeStructure(
  content: Uint8Array,
  type: StructureType,
  decoding: Decoding,
  place: Place | undefined,
  depth: number,
): Value | null {
  const bytes = new Bytes(content, decoding.allowance)
  const value = new StructureDecoder(bytes, decoding).structure(type, place, depth)
  if (bytes.left > 0) throw new Malformed(`it has ${bytes.left} bytes more`)
  return value
}

class StructureDecoder {
  readonly #bytes: Bytes
  readonly #decoding: Decoding

  constructor(bytes: Bytes, decoding: Decoding) {
    this.#bytes = bytes
    this.#decoding = decoding
  }

  structure(type: StructureType, place: Place | undefined, depth: number): Value | null {
    refuseDeeper(depth)
    this.#bytes.spend(1)
    switch (type.layout) {
      case 'plain':
        return this.#object(type.fields, place, depth)
      case 'optional':
        return this.#object(this.#present(type.fields), place, depth)
      case 'union':
        return this.#union(type.fields, place, depth)
      default:
        return type.layout satisfies never
    }
  }

  /** A field that is absent is left out. */
  #present(fields: readonly Field[]): Field[] {
    const mask = this.#bytes.uint32()
    let bit = 0
    const present = fields.filter(({ isOptional }) => !isOptional || ((mask >>> bit++) & 1) === 1)
    if (bit < 32 && mask >>> bit !== 0) throw new Malformed('it has more optional fields')
    return present
  }

  #union(fields: readonly Field[], place: Place | undefined, depth: number): Value | null {
    const number = this.#bytes.uint32()
    if (number === 0) return null
    const field = fields[number - 1]
    if (!field) throw new Malformed(`it is field ${number} of a union of ${fields.length}`)
    return this.#object([field], place, depth)
  }

  #object(fields: readonly Field[], place: Place | undefined, depth: number): Value {
    const object: { [name: string]: Value | null } = {}
    for (const field of fields) {
      const here = { within: place, at: field.name }
      const value = this.#field(field, here, depth + 1)
      if (field.name === PROTOTYPE)
        this.#decoding.lack('is left out: no object in a flow can have a field of this name', here)
      else object[field.name] = value
    }
    return object
  }

  #field(field: Field, place: Place, depth: number): Value | null {
    const type = this.#decoding.types.get(field.type)
    if (!type) throw new Refusal(`the type of the field ${field.name} is not known`)
    const read = (at: Place, below: number): Value | null => this.#value(type, field.isSubtyped, at, below)
    if (field.rank < 1) return read(place, depth)
    const lengths = field.rank === 1 ? [this.#length()] : readDimensions(this.#bytes)
    return this.#array(lengths, field.rank, place, depth, read)
  }

  /** undefined = a null array. Its elements are counted one by one. */
  #length(): number | undefined {
    const length = this.#bytes.int32()
    return length < 0 ? undefined : length
  }

  /** The last dimension fastest; undefined lengths are those of a null array. */
  #array(
    lengths: readonly (number | undefined)[] | undefined,
    rank: number,
    place: Place,
    depth: number,
    read: (place: Place, depth: number) => Value | null,
  ): (Value | null)[] | null {
    const [length, ...others] = lengths ?? []
    if (length === undefined) return null
    if (1 + others.length !== rank) throw new Malformed(`an array has ${1 + others.length} dimensions and not ${rank}`)
    refuseDeeper(rank)
    if (rank === 1) return this.#elements(length, place, (at) => read(at, depth + 1))
    const row = (at: Place): Value | null => this.#array(others, rank - 1, at, depth, read)
    this.#bytes.spend(length < 0 ? 0 : length)
    return this.#elements(length, place, row)
  }

  #elements(length: number, within: Place, read: (place: Place) => Value | null): (Value | null)[] {
    if (length > LIMITS.elements) throw new Refusal(`the value has more than ${LIMITS.elements} parts`)
    return Array.from({ length: Math.max(0, length) }, (_, at) => read({ within, at }))
  }

  #value(type: TypeDescription, isSubtyped: boolean, place: Place, depth: number): Value | null {
    switch (type.kind) {
      case 'simple':
        return this.#builtIn(isSubtyped && type.type !== EXTENSION_OBJECT ? VARIANT : type.type, place, depth)
      case 'enumeration': {
        if (isSubtyped) return this.#builtIn(VARIANT, place, depth)
        const number = this.#builtIn(INT32, place, depth)
        return type.texts && number !== null ? textFor(number, type.texts) : number
      }
      case 'structure':
        if (isSubtyped || type.isAbstract) return this.#builtIn(EXTENSION_OBJECT, place, depth)
        return this.structure(type, place, depth)
      default:
        return type satisfies never
    }
  }

  #builtIn(type: number, place: Place, depth: number): Value | null {
    const data = readBuiltIn(this.#bytes, type, this.#decoding.statusName, depth)
    return this.#decoding.plain(type, data, place, depth)
  }
}
