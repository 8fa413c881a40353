// Texts that are told instead of numbers, as the column texts of a tag lists them: 0=off;1=on.

import { decimal } from './decimal'

/** By the digits of the number. */
export type ValueTexts = ReadonlyMap<string, string>

const EXAMPLE = 'write e.g. 0=off;1=on'
/** Behind a comma, or another sign that separates in lists, but not here. */
const NEXT_PAIR = /[,，；、|]\s*(?:true|false|0x[\da-f]+|[-+]?[\d.]+)\s*=/i
const truths = new Map([
  ['false', '0'],
  ['true', '1'],
])

/** A backslash in front of `;` `=` or another backslash takes away its meaning. Numbers may be written as 0x10, too. */
export function parseTexts(list: string): ValueTexts | { problem: string } {
  const texts = new Map<string, string>()
  for (const pair of split(list, ';')) {
    if (pair.trim() === '') continue
    const [key = '', ...parts] = split(pair, '=')
    if (parts.length === 0) return { problem: `${quoted(pair.trim())} has no text: ${EXAMPLE}` }
    if (parts.length > 1) return { problem: twoEquals(pair.trim()) }
    const digits = digitsOf(key.trim())
    if (digits === undefined) return { problem: `${quoted(key.trim())} is no number: ${EXAMPLE}` }
    const text = plain(parts[0] ?? '').trim()
    if (text === '') return { problem: `${key.trim()} has no text: ${EXAMPLE}` }
    if (texts.has(digits)) return { problem: `${key.trim()} has two texts` }
    texts.set(digits, text)
  }
  return texts
}

export function checkTexts(list: string): string | undefined {
  const parsed = parseTexts(list)
  return 'problem' in parsed ? parsed.problem : undefined
}

function twoEquals(pair: string): string {
  if (!NEXT_PAIR.test(pair)) return `${quoted(pair)} has two "=": write \\= where it is part of the text`
  return `${quoted(pair)} has two "=": separate the pairs with ";", e.g. 0=off;1=on`
}

/** A value that has no text is told as its digits: a column that holds texts holds nothing else. */
export function textOf(value: number | boolean | string, texts: ValueTexts): string {
  const digits = String(typeof value === 'boolean' ? Number(value) : value)
  return texts.get(digits) ?? digits
}

/** At each separator without a backslash; backslashes stay. */
function split(list: string, separator: ';' | '='): string[] {
  const parts = ['']
  for (let at = 0; at < list.length; at++) {
    const character = list.charAt(at)
    if (character === separator) parts.push('')
    else parts.push((parts.pop() ?? '') + (character === '\\' ? character + list.charAt(++at) : character))
  }
  return parts
}

function plain(text: string): string {
  return text.replace(/\\([\\;=])/g, '$1')
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/** As a value of that number is written. */
function digitsOf(key: string): string | undefined {
  const truth = truths.get(key)
  if (truth !== undefined) return truth
  if (/^(0x[0-9a-f]+|-?\d+)$/i.test(key)) return BigInt(key).toString()
  const value = decimal(key)
  return value === undefined ? undefined : String(value)
}
