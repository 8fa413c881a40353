// What the numbers of an enumeration mean.

import type { Value } from '../../lib/contract/batch'

export type EnumerationTexts = ReadonlyMap<number, string>

const TEXTS_MAX = 10_000
const TEXT_MAX = 1000

/** A number that has no text is its digits: a column that holds texts holds nothing else. */
export function textFor(value: Value, texts: EnumerationTexts): Value {
  if (Array.isArray(value)) return value.map((part) => (part === null ? null : textFor(part, texts)))
  return typeof value === 'number' ? (texts.get(value) ?? String(value)) : value
}

/** The property EnumStrings (OPC 10000-3, 5.8.3): texts by position. It was made by a server, so it is looked at piece by piece. */
export function textsOfStrings(data: unknown): EnumerationTexts | undefined {
  if (!Array.isArray(data) || data.length > TEXTS_MAX) return undefined
  const texts = new Map<number, string>()
  for (const [index, item] of data.entries()) {
    const text = textOf(item)
    if (text) texts.set(index, text.slice(0, TEXT_MAX))
  }
  return texts.size === 0 ? undefined : texts
}

function textOf(localized: unknown): string | undefined {
  const isOne = typeof localized === 'object' && localized !== null && 'text' in localized
  return isOne && typeof localized.text === 'string' ? localized.text : undefined
}
