// Configurations for the tests, by way of the reader's own parser.

import assert from 'node:assert/strict'
import { type OpcuaConfig, parseOpcuaConfig } from '../../../nodes/opcua-in/fields'

/** Tags in short: name, address, and whatever else. */
export type ShortTag = [name: string, address: string, others?: object]

export function rawConfig(tags: ShortTag[], others: object = {}): Record<string, unknown> {
  return {
    name: 'device',
    supervisor: 's1',
    endpoint: 'opc.tcp://127.0.0.1:4840',
    ...others,
    tags: tags.map(([name, address, more]) => ({ name, address, ...more })),
  }
}

export function configOf(tags: ShortTag[], others: object = {}): OpcuaConfig {
  const parsed = parseOpcuaConfig(rawConfig(tags, others))
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}
