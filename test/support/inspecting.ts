// A supervisor without a Node-RED around it, whose inspections run real collectors in their sandbox.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFields } from '../../lib/contract/fields'
import { asRecord } from '../../lib/contract/parse'
import { parseReadNow, type ReadNow } from '../../lib/contract/read-now'
import type { SupervisorFace } from '../../nodes/collector-supervisor/face'
import { supervisorFields, supervisorSecrets } from '../../nodes/collector-supervisor/fields'
import { Supervisors } from '../../nodes/collector-supervisor/fleet'
import type { Inspection } from '../../nodes/collector-supervisor/inspection-request'
import type { ReaderKind } from '../../nodes/collector-supervisor/reader-kind'
import { parseMelsecConfig } from '../../nodes/melsec-in/fields'
import { parseModbusConfig } from '../../nodes/modbus-in/fields'
import type { BrowseAnswer } from '../../nodes/opcua-in/browse-question'
import { opcuaSecrets, parseOpcuaConfig, parseUntaggedConfig } from '../../nodes/opcua-in/fields'
import { PACKAGE_ROOT } from './node-red'

export const SUPERVISOR = 'plant'

export function scriptOf(node: string): string {
  return join(PACKAGE_ROOT, 'dist', 'nodes', node, 'collector.js')
}

export const kinds: ReaderKind[] = [
  { nodeType: 'modbus-in', processType: 'modbus', script: scriptOf('modbus-in'), parse: parseModbusConfig },
  { nodeType: 'melsec-in', processType: 'melsec', script: scriptOf('melsec-in'), parse: parseMelsecConfig },
  {
    nodeType: 'opcua-in',
    processType: 'opcua',
    script: scriptOf('opcua-in'),
    parse: parseOpcuaConfig,
    parseUntagged: parseUntaggedConfig,
    secrets: opcuaSecrets,
    certificates: true,
  },
]

export class Inspecting {
  readonly folder = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  readonly supervisors = new Supervisors(() => {})
  readonly supervisor: SupervisorFace
  readonly #holder = {}

  constructor() {
    const config = parseFields(supervisorFields, { historian: 'none' })
    const secrets = parseFields(supervisorSecrets, {})
    assert.ok(config.ok && secrets.ok)
    const log = { warn: () => {}, info: () => {}, debug: () => {} }
    const settings = { name: 'plant', config: config.value, secrets: secrets.value }
    this.supervisor = this.supervisors.acquire(this.#holder, SUPERVISOR, settings, this.folder, log)
    for (const kind of kinds) {
      this.supervisors.kinds.add(kind, { secrets: () => undefined, variable: () => undefined })
    }
  }

  /** @param node id of a deployed one */
  inspect(nodeType: string, settings: object, secrets: object = {}, untagged = false, node = ''): Inspection {
    return this.supervisors.inspect({
      client: 'test',
      supervisor: SUPERVISOR,
      nodeType,
      node,
      settings: { ...settings },
      secrets: { ...secrets },
      untagged,
    })
  }

  async readNow(nodeType: string, settings: object, node = ''): Promise<ReadNow> {
    const answer = await this.inspect(nodeType, settings, {}, false, node).ask({ type: 'read-now' })
    return parseReadNow(answer) ?? assert.fail(`no reading: ${JSON.stringify(answer).slice(0, 500)}`)
  }

  async browse(settings: object, question: object, secrets: object = {}): Promise<BrowseAnswer> {
    const query = { ask: 'browse', ...question }
    const answer = asRecord(await this.inspect('opcua-in', settings, secrets, true).ask({ type: 'query', query }))
    assert.ok(Array.isArray(answer?.nodes))
    return { nodes: answer.nodes, ...answer }
  }

  /** Of the test's own inspection. */
  close(): Promise<void> {
    return this.supervisors.closeInspection('test')
  }

  async end(): Promise<void> {
    await this.close()
    await this.supervisors.release(this.#holder, SUPERVISOR, true)
    rmSync(this.folder, { recursive: true, force: true })
  }
}
