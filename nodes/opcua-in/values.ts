// A value as it came -> what a tag may hold, with what the tag says of it, or why it cannot.

import type { Value } from '../../lib/contract/batch'
import { reasonOutside } from '../../lib/contract/bounds'
import { textOf } from '../../lib/contract/value-texts'
import { type GapList, gapText } from './gaps'
import { Refusal } from './limits'
import { elementsOf, Making } from './making'
import type { Meaning } from './meanings'
import type { WireValue } from './session'
import type { KnownTypes } from './structures/lookup'

export type Plain =
  /** `gaps`: the parts of it that cannot be told. */
  { value: Value; gaps?: GapList } | Problem
/** `isPending`: it is only a question of time. */
export type Problem = { problem: string; isPending?: true }

/** Built-in types (OPC 10000-6, 5.1.2). */
const BOOLEAN = 1
const DATE_TIME = 13
const NUMBERS = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])

const NO_VALUE: Plain = { problem: 'the server has no value' }
const NO_TIME: Plain = { problem: 'the server does not know the time: it sends one that means so' }

/**
 * Whole numbers of 64 bits are numbers as long as they are exact, else decimal digits; times are ISO 8601 in UTC; byte strings are
 * base64; structures are objects. What a tag says goes to numbers, and to the numbers of an array; its texts to booleans, too.
 */
export function plainValue(wire: WireValue | undefined, meaning: Meaning, types: KnownTypes): Plain {
  if (wire === undefined || wire.data === null || wire.data === undefined) return NO_VALUE
  const making = new Making(types)
  try {
    const nothing = meaning.nothing?.(wire.type, wire.isArray ? elementsOf(wire.data) : [wire.data])
    if (nothing !== undefined) return { problem: nothing }
    const value = making.value(wire)
    if (making.pending !== undefined) return { problem: making.pending, isPending: true }
    const { gaps } = making
    if (gaps && (value === null || isEmptied(value))) return { problem: gapText(gaps) }
    if (value === null) return wire.type === DATE_TIME ? NO_TIME : NO_VALUE
    return { value: withMeaning(value, wire.type, meaning), ...(gaps && { gaps }) }
  } catch (thrown) {
    if (thrown instanceof Refusal) return { problem: thrown.message }
    throw thrown
  }
}

/** An array of which nothing is left. */
function isEmptied(value: Value): boolean {
  return Array.isArray(value) && value.every((part) => part === null || isEmptied(part))
}

function withMeaning(value: Value, type: number, meaning: Meaning): Value {
  if (NUMBERS.has(type)) return meant(scaled(value, meaning), meaning)
  return type === BOOLEAN && meaning.texts ? meant(value, meaning) : value
}

function scaled(value: Value, meaning: Meaning): Value {
  const { scale, offset } = meaning
  if (scale === 1 && offset === 0) return value
  if (Array.isArray(value)) return value.map((part) => (part === null ? null : scaled(part, meaning)))
  const number = Number(value) * scale + offset
  if (!Number.isFinite(number)) throw new Refusal('the scaled value is no number')
  return number
}

function meant(value: Value, meaning: Meaning): Value {
  const { bounds, texts } = meaning
  if (!bounds && !texts) return value
  if (Array.isArray(value)) return value.map((part) => (part === null ? null : meant(part, meaning)))
  if (typeof value === 'object') return value
  const reason = bounds && typeof value !== 'boolean' ? reasonOutside(value, bounds) : undefined
  if (reason !== undefined) throw new Refusal(reason)
  return texts ? textOf(value, texts) : value
}
