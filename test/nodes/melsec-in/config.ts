// Configurations for the tests, by way of the reader's own parser.

import assert from 'node:assert/strict'
import type { MelsecConfig } from '../../../nodes/melsec-in/fields'
import { melsecReader } from '../../../nodes/melsec-in/reader'

/** Tags in short: name, address, type, and whatever else. */
export type ShortTag = [name: string, address: string, type?: string, others?: object]

export function definitionOf(tags: ShortTag[], others: object = {}): object {
  return {
    name: 'plc',
    supervisor: 's1',
    host: '127.0.0.1',
    ...others,
    tags: tags.map(([name, address, type, more]) => ({ name, address, type, ...more })),
  }
}

export function configOf(tags: ShortTag[], others: object = {}): MelsecConfig {
  const parsed = melsecReader.parse(definitionOf(tags, others))
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

/** `D0` ... in a row, each called by its address. */
export function registers(count: number, first = 0): ShortTag[] {
  return Array.from({ length: count }, (_, at) => [`D${first + at}`, `D${first + at}`])
}
