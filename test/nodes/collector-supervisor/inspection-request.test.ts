import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import { Fault } from '../../../lib/contract/fault'
import { asRecord } from '../../../lib/contract/parse'
import {
  type InspectionRequest,
  inspectionSpec,
  parseInspectionRequest,
} from '../../../nodes/collector-supervisor/inspection-request'
import { deployedNodes, ReaderKinds } from '../../../nodes/collector-supervisor/reader-kinds'
import { parseModbusConfig } from '../../../nodes/modbus-in/fields'
import { opcuaSecrets, parseOpcuaConfig, parseUntaggedConfig } from '../../../nodes/opcua-in/fields'

const TAGS = [{ name: 'a', address: 'ns=2;s=a' }]
const LOGIN = { endpoint: 'opc.tcp://plc', authentication: 'username', securityMode: 'signAndEncrypt', tags: TAGS }

function kinds(): ReaderKinds {
  const known = new ReaderKinds()
  const deployed = {
    secrets: (id: string) => (id === 'n1' ? { username: 'anna', password: 'deployed' } : undefined),
    variable: (name: string) => (name === 'PLC' ? 'opc.tcp://10.0.0.1' : undefined),
  }
  known.add(
    {
      nodeType: 'opcua-in',
      processType: 'opcua',
      script: '/package/opcua.js',
      parse: parseOpcuaConfig,
      parseUntagged: parseUntaggedConfig,
      secrets: opcuaSecrets,
      certificates: true,
    },
    deployed,
  )
  known.add(
    {
      nodeType: 'modbus-in',
      processType: 'modbus',
      script: '/package/modbus.js',
      parse: parseModbusConfig,
      sandbox: () => 'addons',
    },
    deployed,
  )
  return known
}

function specFor(change: Partial<InspectionRequest>) {
  const request: InspectionRequest = {
    client: 'editor',
    supervisor: 's1',
    nodeType: 'opcua-in',
    node: 'n1',
    settings: LOGIN,
    secrets: {},
    untagged: false,
    ...change,
  }
  return inspectionSpec(request, kinds())
}

function configFor(change: Partial<InspectionRequest>): Record<string, unknown> {
  return asRecord(specFor(change).config) ?? {}
}

describe('a request to ask a device', () => {
  it('runs the program of a registered reader in its own sandbox, and nothing that the request names', () => {
    const settings = { ...LOGIN, script: '/tmp/evil.js', folder: '/etc', sandbox: 'addons' }
    const spec = specFor({ settings })
    assert.deepEqual([spec.script, spec.folder, spec.sandbox], ['/package/opcua.js', 'pki', undefined])
    assert.equal('script' in configFor({ settings }), false)
    const modbus = specFor({ nodeType: 'modbus-in', settings: { host: 'a', tags: [{ name: 'x', address: 'hr0' }] } })
    assert.deepEqual([modbus.script, modbus.sandbox], ['/package/modbus.js', 'addons'])
    for (const nodeType of ['inject', '', '__proto__', 'constructor']) {
      assert.throws(() => specFor({ nodeType }), /there is no reader/)
    }
  })

  // biome-ignore format: a table
  const passwords: [typed: Record<string, unknown>, node: string, expected: unknown][] = [
    [{}, 'n1', 'deployed'],
    [{ password: '__PWRD__' }, 'n1', 'deployed'],
    [{ password: 'typed' }, 'n1', 'typed'],
    [{ password: '' }, 'n1', ''],
    [{ username: 'bert' }, 'n2', ''],
    [{ username: 'bert', password: '__PWRD__' }, '', ''],
  ]
  for (const [secrets, node, expected] of passwords) {
    it(`takes the password ${JSON.stringify(expected)} for ${JSON.stringify(secrets)} of ${node || 'a new node'}`, () => {
      const { username, password } = configFor({ secrets, node })
      assert.equal(password, expected)
      assert.equal(username, secrets.username ?? 'anna')
    })
  }

  it('takes no secret out of the settings, which are no place for them', () => {
    assert.equal(configFor({ settings: { ...LOGIN, password: 'in the flow' } }).password, 'deployed')
  })

  it('fills in the environment as Node-RED does', () => {
    assert.equal(configFor({ settings: { ...LOGIN, endpoint: `\${PLC}` } }).endpoint, 'opc.tcp://10.0.0.1')
    assert.throws(() => specFor({ settings: { ...LOGIN, endpoint: `\${NOBODY}` } }), /endpoint: must look like/)
  })

  it('needs no name, which may not be typed yet, and no tags where it is not about them', () => {
    assert.equal(configFor({ settings: { ...LOGIN, name: 'press' } }).name, 'press')
    for (const name of ['', undefined, 5, '..', 'x'.repeat(1000), '__proto__']) {
      assert.equal(configFor({ settings: { ...LOGIN, name } }).name, 'inspection')
    }
    assert.deepEqual(configFor({ untagged: true, settings: { ...LOGIN, tags: [{ name: '' }] } }).tags, [])
    assert.throws(() => specFor({ settings: { ...LOGIN, tags: [] } }), /tags: the tag list is empty/)
  })

  it('says what is wrong with the settings', () => {
    const problem = (change: Partial<InspectionRequest>): Fault => {
      try {
        specFor(change)
      } catch (thrown) {
        assert.ok(thrown instanceof Fault)
        return thrown
      }
      throw new Error('nothing was wrong')
    }
    const { kind, message } = problem({ settings: { ...LOGIN, endpoint: 'http://x', interval: 1 } })
    assert.equal(kind, 'config')
    assert.match(message, /interval: 1 is not within 10 to.*; endpoint: must look like/)
    assert.equal(problem({ nodeType: 'modbus-in', untagged: true }).code, 'no-browse')
  })

  it('is not even looked at when it is malformed', () => {
    assert.deepEqual(parseInspectionRequest({ supervisor: 's1', settings: {}, more: 1 }), {
      supervisor: 's1',
      node: '',
      settings: {},
      secrets: {},
    })
    for (const wrong of [
      undefined,
      [],
      { settings: {} },
      { supervisor: 's1' },
      { supervisor: 's1', settings: [] },
      { supervisor: 5, settings: {} },
      { supervisor: 's1', settings: {}, secrets: 'x' },
      { supervisor: 's1', settings: {}, node: 'x'.repeat(300) },
    ]) {
      assert.equal(parseInspectionRequest(wrong), undefined, JSON.stringify(wrong))
    }
  })
})

describe('what is known of deployed nodes', () => {
  const nodes = new Map([
    ['n1', { type: 'opcua-in' }],
    ['db', { type: 'mysql' }],
  ])
  const parts = {
    nodes: { getNode: (id: string) => nodes.get(id), getCredentials: (id: string) => ({ password: `of ${id}` }) },
    util: { getSetting: (_: unknown, name: string) => `${name} of the flow` },
  }
  // Nothing else of it is used.
  const deployed = deployedNodes(parts as unknown as NodeAPI, 'opcua-in')

  it('are the secrets of its own kind only', () => {
    assert.deepEqual(deployed.secrets('n1'), { password: 'of n1' })
    for (const id of ['db', 'gone', '']) assert.equal(deployed.secrets(id), undefined, id)
  })

  it('is the environment as the node sees it, or Node-RED', () => {
    assert.equal(deployed.variable('PLC', 'n1'), 'PLC of the flow')
    assert.equal(deployed.variable('PATH', 'db'), process.env.PATH)
  })
})
