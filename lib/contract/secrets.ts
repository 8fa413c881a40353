// Secrets taken out of what others say: a device, a server or a proxy may repeat what it was sent, in whatever encoding.

import { decodersOf, legibleDecoder } from './encodings/decoders'
import { type Decoder, Reading } from './encodings/reading'

export const HIDDEN = '***'
/** Shorter secrets stand in words and numbers by chance: they are hidden only as they are, and where they stand by themselves. */
export const ANYWHERE_LENGTH = 4
/** From this length on a secret is also hidden in other letter cases and backwards. */
export const DISTINCT_LENGTH = 8
/** So much of the beginning of a longer one is hidden, too, if it is at least half of it: what was said may have been cut. */
export const BEGINNING_LENGTH = 12
/** Encodings within each other. */
const DEPTH_MAX = 3
/** What is looked through of all readings of a text together, characters for each character of the text, and in any case. */
const READ_FACTOR = 20
const READ_MIN = 20_000

/** `rest` is hidden with what the pattern finds, as far as it follows. */
type Needle = { pattern: RegExp; rest: string }
type Span = { from: number; to: number }

/** A text without the secrets. */
export type Hide = (text: string) => string

/** Empty texts are no secrets. */
export function hideSecrets(secrets: readonly string[]): Hide {
  const known = [...new Set(secrets)].filter((secret) => secret !== '')
  const short = known.filter(({ length }) => length < ANYWHERE_LENGTH).map(standingAlone)
  const long = known.filter(({ length }) => length >= ANYWHERE_LENGTH)
  const needles = long.flatMap(needlesOf)
  if (short.length + needles.length === 0) return (text) => text
  const encodings = long.length > 0 ? encodingsFor(long) : undefined
  return (text) => {
    const found = short.flatMap((needle) => find(needle, new Reading(text)))
    const encoded = encodings ? findAll(text, needles, encodings) : []
    return encoded ? without(text, [...found, ...encoded]) : HIDDEN
  }
}

type Encodings = { decoders: readonly Decoder[]; legible: Decoder }

function encodingsFor(secrets: readonly string[]): Encodings {
  const minLength = Math.min(BEGINNING_LENGTH, ...secrets.map(({ length }) => length))
  const withSpaces = secrets.some((secret) => secret.includes(' '))
  return { decoders: decodersOf(minLength, withSpaces), legible: legibleDecoder(minLength) }
}

/** In all readings of the text; undefined if there are so many that they cannot all be looked through. */
function findAll(text: string, needles: readonly Needle[], { decoders, legible }: Encodings): Span[] | undefined {
  const found: Span[] = []
  const seen = new Set([text])
  let left = Math.max(READ_MIN, READ_FACTOR * text.length)
  let sources = [new Reading(text)]
  for (const needle of needles) found.push(...find(needle, new Reading(text)))
  for (let depth = 1; depth <= DEPTH_MAX; depth++) {
    const legibles: Reading[] = []
    for (const decode of decoders) {
      for (const source of sources) {
        const decoded = decode(source)
        if (!decoded || seen.has(decoded.chars)) continue
        seen.add(decoded.chars)
        left -= decoded.chars.length
        if (left < 0) return undefined
        for (const needle of needles) found.push(...find(needle, decoded))
        const further = depth < DEPTH_MAX && legible(decoded)
        if (further) legibles.push(further)
      }
    }
    sources = legibles
  }
  return found
}

function find({ pattern, rest }: Needle, reading: Reading): Span[] {
  const found: Span[] = []
  for (const { 0: match, index } of reading.chars.matchAll(pattern)) {
    const begun = index + match.length
    const to = begun + commonLength(reading.chars.slice(begun, begun + rest.length), rest, pattern.ignoreCase)
    found.push({ from: reading.begin(index), to: reading.end(to - 1) })
  }
  return found
}

function commonLength(said: string, rest: string, ignoreCase: boolean): number {
  const [one, other] = ignoreCase ? [said.toLowerCase(), rest.toLowerCase()] : [said, rest]
  let length = 0
  while (length < said.length && one[length] === other[length]) length++
  return length
}

function without(text: string, spans: Span[]): string {
  let told = ''
  let at = 0
  for (const { from, to } of spans.sort((one, other) => one.from - other.from)) {
    if (to <= at) continue
    if (from > at || told === '') told += text.slice(at, from) + HIDDEN
    at = to
  }
  return told + text.slice(at)
}

function needlesOf(secret: string): Needle[] {
  const forms = [secret, ...bytesOf(secret)]
  const backwards = secret.length < DISTINCT_LENGTH ? [] : [[...secret].reverse().join('')]
  return [...new Set([...forms, ...backwards])].map((form) => {
    const beginning = form.slice(0, Math.max(BEGINNING_LENGTH, Math.ceil(form.length / 2)))
    const flags = secret.length < DISTINCT_LENGTH ? 'g' : 'gi'
    return { pattern: RegExp(literal(beginning), flags), rest: form.slice(beginning.length) }
  })
}

/** Its bytes, each as the character of this number: encodings of bytes are read so. Those of ASCII are the text itself. */
function bytesOf(secret: string): string[] {
  const units = [...Array(secret.length).keys()].map((index) => secret.charCodeAt(index))
  if (units.every((unit) => unit < 0x80)) return []
  const utf16 = (swapped: boolean): number[] =>
    units.flatMap((unit) => (swapped ? [unit & 0xff, unit >> 8] : [unit >> 8, unit & 0xff]))
  return [[...new TextEncoder().encode(secret)], utf16(true), utf16(false)].map((bytes) =>
    String.fromCharCode(...bytes),
  )
}

function standingAlone(secret: string): Needle {
  return { pattern: RegExp(`(?<![\\p{L}\\p{N}_])${literal(secret)}(?![\\p{L}\\p{N}_])`, 'gu'), rest: '' }
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
