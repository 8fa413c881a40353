// Numbers by which a device says that it has no value, as a tag names them: 0x8000, 65535, NaN.

import { decimal } from './decimal'

/**
 * `bits`: as they come, in the order of the tag, in two halves of 32; `integer`: a whole number, to the last digit.
 * `written` is what the user wrote.
 */
export type NoValue = { readonly written: string } & (
  | { readonly kind: 'bits'; readonly high: number; readonly low: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'nan' }
)

const HALF = 2n ** 32n
const BITS_MAX = 64
const EXAMPLE = 'write numbers with commas between them, e.g. 0x8000, 65535, NaN'

/** `3,4e38` may be one number or two, and is most likely one: that of a float32 that has no value. */
const DECIMAL_COMMA = /(?<![^\s,])[+-]?\d,\d+e[+-]?\d+(?![^\s,])/i

export function parseNoValue(text: string): NoValue[] | { problem: string } {
  if (text.trim() === '') return []
  const [doubtful] = DECIMAL_COMMA.exec(text) ?? []
  if (doubtful !== undefined) return { problem: withDecimalComma(doubtful) }
  const entries: NoValue[] = []
  for (const part of text.split(',')) {
    const entry = parseEntry(part.trim())
    if ('problem' in entry) return entry
    entries.push(entry)
  }
  return entries
}

function withDecimalComma(written: string): string {
  const [point, two] = [written.replace(',', '.'), written.replace(',', ', ')]
  return `${JSON.stringify(written)} has a decimal comma: write ${point}, or "${two}" if it is two numbers`
}

export function checkNoValue(text: string): string | undefined {
  const parsed = parseNoValue(text)
  return 'problem' in parsed ? parsed.problem : undefined
}

function parseEntry(written: string): NoValue | { problem: string } {
  if (/^nan$/i.test(written)) return { kind: 'nan', written }
  if (/^0x[0-9a-f]+$/i.test(written)) {
    const bits = BigInt(written)
    if (bits >= HALF * HALF) return { problem: `${written} has more than ${BITS_MAX} bits` }
    return { kind: 'bits', high: Number(bits / HALF), low: Number(bits % HALF), written }
  }
  const value = decimal(written)
  if (value !== undefined) return { kind: 'number', value, written }
  return { problem: `${JSON.stringify(written)} is no number: ${EXAMPLE}` }
}

/** How the numbers of a type are laid out. */
export type NumberForm = { readonly bits: number; readonly kind: 'unsigned' | 'signed' | 'float' | 'other' }

/**
 * Tells which entry a number is, as the user wrote it: by the two halves of its bits, or by itself, before scaling; it may be NaN, and
 * undefined where the bits are no number at all.
 */
export type NoValueMatcher = (high: number, low: number, value: number | undefined) => string | undefined

/** A 32-bit float is also the one that is nearest to a decimal. */
export function noValueMatcher(entries: readonly NoValue[], form: NumberForm): NoValueMatcher {
  const known = entries.map((entry) => asBits(entry, form))
  return (high, low, value) => known.find((entry) => isMatch(entry, high, low, value, form))?.written
}

function isMatch(
  entry: NoValue,
  high: number,
  low: number,
  value: number | undefined,
  { bits, kind }: NumberForm,
): boolean {
  switch (entry.kind) {
    case 'nan':
      return Number.isNaN(value)
    case 'bits':
      return entry.high === high && entry.low === low
    case 'number':
      return value === entry.value || (kind === 'float' && bits === 32 && value === Math.fround(entry.value))
  }
}

/** Whole numbers of up to 64 bits are compared by their bits, since a number of JavaScript does not hold all of them. */
function asBits(entry: NoValue, { bits, kind }: NumberForm): NoValue {
  if (entry.kind !== 'number' || !Number.isInteger(entry.value)) return entry
  if (kind !== 'signed' && kind !== 'unsigned') return entry
  const { written, value } = entry
  const exact = BigInt(/^-?\d+$/.test(written) ? written : value)
  const wrapped = kind === 'signed' ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact)
  // no number of the type: nothing is equal to it
  if (wrapped !== exact) return entry
  const pattern = BigInt.asUintN(bits, exact)
  return { kind: 'bits', high: Number(pattern / HALF), low: Number(pattern % HALF), written }
}

/** Whether any number of the type can be one of these. */
export function canMatch(entries: readonly NoValue[], form: NumberForm): boolean {
  return entries.some((entry) => isPossible(entry, form))
}

function isPossible(entry: NoValue, form: NumberForm): boolean {
  switch (entry.kind) {
    case 'nan':
      return form.kind === 'float'
    case 'bits':
      return BigInt(entry.high) * HALF + BigInt(entry.low) < 2n ** BigInt(form.bits)
    case 'number':
      return form.kind === 'float' || form.kind === 'other' || asBits(entry, form).kind === 'bits'
  }
}

export function noValueReason(written: string): string {
  return `the device has no value here (${written})`
}
