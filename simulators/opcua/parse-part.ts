// Objects in which any field may be absent, and none may be unknown: what commands bring.

import { asCount, asRecord, asText } from '../../lib/contract/parse'

export type FieldParsers<T> = { [K in keyof T]-?: (input: unknown) => Exclude<T[K], undefined> | undefined }

/** undefined for anything else: no object, an unknown field, a field that is wrong. */
export function parsePart<T extends object>(input: unknown, parsers: FieldParsers<T>): Partial<T> | undefined {
  const record = asRecord(input)
  if (!record || !Object.keys(record).every((name) => Object.hasOwn(parsers, name))) return undefined
  const part: Partial<T> = {}
  for (const name in parsers) {
    if (record[name] === undefined) continue
    const value = parsers[name](record[name])
    if (value === undefined) return undefined
    part[name] = value
  }
  return part
}

/** Name -> text. */
export function parseTexts(input: unknown): { [name: string]: string } | undefined {
  const record = asRecord(input)
  const texts =
    record && Object.entries(record).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : []))
  return record && texts?.length === Object.keys(record).length ? Object.fromEntries(texts) : undefined
}

export const parseFlag = (input: unknown): boolean | undefined => (typeof input === 'boolean' ? input : undefined)
export const parseName = (input: unknown): string | undefined => asText(input, 1000)
export const parseCount = asCount
