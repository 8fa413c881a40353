// Configurations for the tests, by way of the reader's own parser.

import assert from 'node:assert/strict'
import type { ModbusConfig } from '../../../nodes/modbus-in/fields'
import { modbusReader } from '../../../nodes/modbus-in/reader'

/** Tags in short: name, address, type, and whatever else. */
export type ShortTag = [name: string, address: string, type?: string, others?: object]

export function configOf(tags: ShortTag[], others: object = {}): ModbusConfig {
  const parsed = modbusReader.parse({
    name: 'device',
    supervisor: 's1',
    host: '127.0.0.1',
    ...others,
    tags: tags.map(([name, address, type, more]) => ({ name, address, type, ...more })),
  })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

/** `r0` ... of holding registers in a row. */
export function registers(count: number, first = 0): ShortTag[] {
  return Array.from({ length: count }, (_, at) => [`r${first + at}`, `hr${first + at}`])
}
