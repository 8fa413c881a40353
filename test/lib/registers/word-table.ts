// The truth table of types, orders and values (test/fixtures/words.json), as tests read it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Charset } from '../../../lib/contract/reader-fields'
import type { WordOrder, WordType } from '../../../lib/contract/word-types'
import type { Scalar } from '../../../lib/registers/decoder'

export type WordRow = {
  /** Registers in hex, as they come. */
  words?: string
  /** Instead of them: bits of a coil area. */
  bits?: string
  type: WordType
  order: WordOrder
  bit?: number
  length?: number
  scale?: number
  offset?: number
  noValue?: string
  min?: string
  max?: string
  texts?: string
  charset?: Charset
  value?: Scalar | Scalar[]
  /** Instead of a value: part of the reason why there is none. */
  bad?: string
}

export const wordRows: readonly WordRow[] = JSON.parse(readFileSync(join('test', 'fixtures', 'words.json'), 'utf8'))

/** `4048 F5C3 as float32 CDAB scale 2: 6.28` */
export function describeRow({ words, bits, type, order, value, bad, ...extras }: WordRow): string {
  const parts = [type, order, ...Object.entries(extras).map(([name, extra]) => `${name} ${extra}`)].filter(Boolean)
  const result = bad === undefined ? (Object.is(value, -0) ? '-0' : JSON.stringify(value)) : `bad, ${bad}`
  return `${words ?? `bits ${bits}`} as ${parts.join(' ')}: ${result}`
}

/** 16-bit numbers. */
export function wordsOf(row: WordRow): number[] {
  return (row.words ?? '').split(' ').flatMap((hex) => (hex === '' ? [] : Number.parseInt(hex, 16)))
}

/** 0 and 1. */
export function bitsOf(row: WordRow): number[] {
  return [...(row.bits ?? '')].map(Number)
}
