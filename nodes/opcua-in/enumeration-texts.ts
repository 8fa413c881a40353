// What the numbers of an enumeration mean, in the three ways that servers tell it (OPC 10000-3, 8.40, 8.50 and 5.8.3): looked at
// piece by piece, since it was made by a server.

import type { Value } from '../../lib/contract/batch'
import { plainValue } from './values'

export type EnumerationTexts = ReadonlyMap<number, string>

const INT64 = 8
const UNSCALED = { scale: 1, offset: 0 }
const TEXTS_MAX = 10_000
const TEXT_MAX = 1000

/** A number that has no text is its digits: a column that holds texts holds nothing else. */
export function textFor(value: Value, texts: EnumerationTexts): Value {
  if (Array.isArray(value)) return value.map((part) => textFor(part, texts))
  return typeof value === 'number' ? (texts.get(value) ?? String(value)) : value
}

/** The property EnumStrings: texts by position. */
export function textsOfStrings(data: unknown): EnumerationTexts | undefined {
  return collected(data, (item, index) => [index, textOf(item)])
}

/** The property EnumValues, or the fields of the attribute DataTypeDefinition: each has its value, and a name to show. */
export function textsOfFields(data: unknown): EnumerationTexts | undefined {
  return collected(data, (item) => {
    if (typeof item !== 'object' || item === null || !('value' in item)) return [undefined, undefined]
    const shown = 'displayName' in item ? textOf(item.displayName) : undefined
    const name = 'name' in item && typeof item.name === 'string' ? item.name : undefined
    return [numberOf(item.value), shown || name]
  })
}

export function textsOfDefinition(data: unknown): EnumerationTexts | undefined {
  return typeof data === 'object' && data !== null && 'fields' in data ? textsOfFields(data.fields) : undefined
}

/** undefined where there is nothing of use: also the fields of a structure have none. */
function collected(
  data: unknown,
  entryOf: (item: unknown, index: number) => [value: number | undefined, text: string | undefined],
): EnumerationTexts | undefined {
  if (!Array.isArray(data) || data.length > TEXTS_MAX) return undefined
  const texts = new Map<number, string>()
  for (const [index, item] of data.entries()) {
    const [value, text] = entryOf(item, index)
    if (value !== undefined && text) texts.set(value, text.slice(0, TEXT_MAX))
  }
  return texts.size === 0 ? undefined : texts
}

function textOf(localized: unknown): string | undefined {
  const isOne = typeof localized === 'object' && localized !== null && 'text' in localized
  return isOne && typeof localized.text === 'string' ? localized.text : undefined
}

function numberOf(data: unknown): number | undefined {
  const plain = plainValue({ type: INT64, isArray: false, dimensions: undefined, data }, UNSCALED)
  return 'value' in plain && typeof plain.value === 'number' ? plain.value : undefined
}
