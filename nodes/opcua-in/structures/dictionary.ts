// Type dictionaries: how servers before OPC UA 1.04 describe structures, as an XML text of all types of a namespace (OPC Binary, OPC
// 10000-3, annex C). Only what one type needs is taken out of it.

import type { EnumerationTexts } from '../enumeration-texts'
import { FIELDS_MAX, type Field, type TypeDescription } from './description'
import type { StandardType } from './survey'

export const DICTIONARY_MAX_BYTES = 2 * 1024 * 1024
const ELEMENTS_MAX = 100_000
const NAME_MAX = 1000

type Attributes = ReadonlyMap<string, string>
type Entry = { kind: 'structure' | 'enumeration'; attributes: Attributes; parts: Attributes[] }

export type Dictionary = {
  /** By their names. */
  entries: ReadonlyMap<string, Entry>
  /** Prefix of names -> namespace. */
  spaces: ReadonlyMap<string, string>
}

const PREFIX = 'xmlns:'
const BIG_ENDIAN = 'BigEndian'
/** Of built-in types, and of all others of namespace 0. */
const STANDARD_SPACES = new Set(['http://opcfoundation.org/BinarySchema/', 'http://opcfoundation.org/UA/'])
const COMMENT = { begin: '!--', end: '-->' }
const ENTITIES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
])

/** undefined for what is no dictionary. */
export function parseDictionary(xml: string): Dictionary | undefined {
  const entries = new Map<string, Entry>()
  const spaces = new Map<string, string>()
  let current: Entry | undefined
  let elements = 0
  for (const { name, attributes } of elementsOf(xml)) {
    if (++elements > ELEMENTS_MAX) return undefined
    switch (name) {
      case 'TypeDictionary':
        if (attributes.get('DefaultByteOrder') === BIG_ENDIAN) return undefined
        for (const [key, value] of attributes) if (key.startsWith(PREFIX)) spaces.set(key.slice(PREFIX.length), value)
        break
      case 'StructuredType':
      case 'EnumeratedType':
        current = { kind: name === 'StructuredType' ? 'structure' : 'enumeration', attributes, parts: [] }
        entries.set(attributes.get('Name') ?? '', current)
        break
      case 'Field':
      case 'EnumeratedValue':
        current?.parts.push(attributes)
    }
  }
  return entries.size === 0 ? undefined : { entries, spaces }
}

/** Each character is looked at a few times only, whatever stands there. */
function* elementsOf(xml: string): Generator<{ name: string; attributes: Attributes }> {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const isComment = xml.startsWith(COMMENT.begin, at + 1)
    const end = xml.indexOf(isComment ? COMMENT.end : '>', at)
    if (end < 0) return
    if (!isComment) yield elementOf(xml.slice(at + 1, end))
    at = end
  }
}

function elementOf(text: string): { name: string; attributes: Attributes } {
  const end = text.search(/[\s/]/)
  const qualified = end < 0 ? text : text.slice(0, end)
  const name = qualified.slice(qualified.indexOf(':') + 1)
  return { name, attributes: attributesOf(end < 0 ? '' : text.slice(end)) }
}

function attributesOf(text: string): Attributes {
  const attributes = new Map<string, string>()
  for (let at = 0, equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', at)) {
    let begin = equals + 1
    while (text.charAt(begin).trim() === '' && begin < text.length) begin++
    const quote = text.charAt(begin)
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, begin + 1) : -1
    if (end < 0) break
    attributes.set(text.slice(at, equals).trim(), unescaped(text.slice(begin + 1, end)).slice(0, NAME_MAX))
    at = end + 1
  }
  return attributes
}

function unescaped(text: string): string {
  return text.replace(/&(\w{2,4});/g, (whole, entity) => ENTITIES.get(entity) ?? whole)
}

export type DictionaryQuestion = {
  dictionary: Dictionary
  /** Of the type, as it stands in the dictionary. */
  name: string
  /** Tells the types of this dictionary from those of others. */
  scope: string
  /** Of namespace 0, by its name. */
  standard(name: string): StandardType | undefined
}

/** The type and all that it is made of. */
export function typeIn(question: DictionaryQuestion): StandardType | { reason: string } {
  const types = new Map<string, TypeDescription>()
  const reader = new DictionaryReader(question, types)
  const root = reader.add(question.name)
  if (root === undefined || types.get(root)?.kind !== 'structure') {
    return { reason: `the type dictionary of the server does not describe ${reader.missing ?? question.name}` }
  }
  return { root, types }
}

/** Names of built-in types that are not those of OPC UA (OPC 10000-3, C.3). */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['Char', 'Byte'],
  ['CharArray', 'String'],
  ['WideString', 'String'],
])

class DictionaryReader {
  readonly #question: DictionaryQuestion
  readonly #types: Map<string, TypeDescription>
  missing: string | undefined

  constructor(question: DictionaryQuestion, types: Map<string, TypeDescription>) {
    this.#question = question
    this.#types = types
  }

  /** Its key; undefined where it is not described. */
  add(name: string): string | undefined {
    const key = `${this.#question.scope}/${name}`
    if (this.#types.has(key)) return key
    const entry = this.#question.dictionary.entries.get(name)
    if (!entry) return this.#miss(name)
    if (entry.kind === 'enumeration') {
      const type = enumerationOf(entry)
      return type ? this.#put(key, type) : this.#miss(name)
    }
    // A type may hold itself.
    this.#types.set(key, { kind: 'structure', layout: 'plain', isAbstract: false, fields: [] })
    const type = this.#structure(entry)
    return type ? this.#put(key, type) : this.#miss(name)
  }

  #structure({ parts }: Entry): TypeDescription | undefined {
    if (parts.length > FIELDS_MAX || parts.some(isUnusual) || !areLengthsInPlace(parts)) return undefined
    const lengths = new Set(parts.flatMap((part) => part.get('LengthField') ?? []))
    const bits = parts.filter(isBit)
    const isUnion = parts.some((part) => part.has('SwitchValue'))
    // A union says first which of its fields is there.
    const fields = (isUnion ? parts.slice(1) : parts).filter(
      (part) => !isBit(part) && !lengths.has(part.get('Name') ?? ''),
    )
    if (isUnion ? !isUnionInOrder(fields) : !areBitsInOrder(bits, fields)) return undefined
    const described = fields.map((part) => this.#field(part))
    if (described.some((field) => field === undefined)) return undefined
    const layout = isUnion ? 'union' : bits.length > 0 ? 'optional' : 'plain'
    return { kind: 'structure', layout, isAbstract: false, fields: described.filter((field) => field !== undefined) }
  }

  #field(part: Attributes): Field | undefined {
    const name = part.get('Name')
    const type = this.#fieldType(part.get('TypeName') ?? '')
    if (name === undefined || type === undefined) return undefined
    const rank = part.has('LengthField') ? 1 : -1
    return { name, type, rank, isOptional: part.has('SwitchField') && !part.has('SwitchValue'), isSubtyped: false }
  }

  #fieldType(typeName: string): string | undefined {
    const [, prefix = '', name = ''] = /^(?:(.*):)?(.*)$/.exec(typeName) ?? []
    const space = this.#question.dictionary.spaces.get(prefix) ?? ''
    // What has a prefix of another dictionary is missing in this one.
    if (!STANDARD_SPACES.has(space)) return this.add(name)
    const found = this.#question.standard(SYNONYMS.get(name) ?? name)
    if (!found) return this.#miss(typeName)
    for (const [key, type] of found.types) this.#types.set(key, type)
    return found.root
  }

  #put(key: string, type: TypeDescription): string {
    this.#types.set(key, type)
    return key
  }

  #miss(name: string): undefined {
    this.missing ??= name
  }
}

/** Those of 32 bits are what an enumeration is on the wire (OPC 10000-3, 8.14). */
function enumerationOf({ attributes, parts }: Entry): TypeDescription | undefined {
  if (attributes.get('LengthInBits') !== '32') return undefined
  const texts = new Map<number, string>()
  for (const part of parts) {
    const value = Number(part.get('Value') ?? Number.NaN)
    if (Number.isSafeInteger(value)) texts.set(value, part.get('Name') ?? '')
  }
  return { kind: 'enumeration', texts: texts satisfies EnumerationTexts }
}

/** What OPC Binary has, and OPC UA does not: lengths that are fixed, in bytes, or told by an end mark; comparisons; other orders of bytes. */
function isUnusual(part: Attributes): boolean {
  return (
    (part.has('Length') && !isBit(part)) ||
    part.has('Terminator') ||
    (part.get('SwitchOperand') ?? 'Equals') !== 'Equals' ||
    part.get('IsLengthInBytes') === 'true' ||
    part.get('ByteOrder') === BIG_ENDIAN
  )
}

/** The length of an array stands right before it, as an Int32 (OPC 10000-6, 5.2.5). */
function areLengthsInPlace(parts: readonly Attributes[]): boolean {
  return parts.every((part, index) => {
    const name = part.get('LengthField')
    const before = parts[index - 1]
    return name === undefined || (before?.get('Name') === name && /^\w+:Int32$/.test(before.get('TypeName') ?? ''))
  })
}

function isBit(part: Attributes): boolean {
  return part.get('TypeName') === 'opc:Bit'
}

/** The values that say which field of a union is there count from 1. */
function isUnionInOrder(fields: readonly Attributes[]): boolean {
  return fields.every((field, index) => field.get('SwitchValue') === String(index + 1))
}

/** Bits of optional fields stand in the order of the fields, and fill 32 with those that are reserved. */
function areBitsInOrder(bits: readonly Attributes[], fields: readonly Attributes[]): boolean {
  const switches = fields.flatMap((field) => field.get('SwitchField') ?? [])
  if (bits.length === 0) return switches.length === 0
  const total = bits.reduce((sum, bit) => sum + Number(bit.get('Length') ?? 1), 0)
  return total === 32 && switches.every((name, index) => bits[index]?.get('Name') === name)
}
