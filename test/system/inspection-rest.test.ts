// The same in a real Node-RED, over REST, with what is deployed beside it.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { parseReadNow } from '../../lib/contract/read-now'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { OpcuaDevice } from '../../simulators/opcua/opcua-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { collectorsOf, isGone, untilGone } from '../support/processes'
import { until } from '../support/until'

describe('asking a device from Node-RED', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let server: OpcuaDevice
  let nodeRed: NodeRed
  /** Accepts connections, and never answers. */
  let mute: Server

  before(async () => {
    device = await ModbusDevice.start()
    device.memory.place({ area: 'holding', address: 0, type: 'uint16', wave: { wave: 'constant', value: 42 } })
    server = await OpcuaDevice.start({ anonymous: false })
    mute = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await until(() => mute.listening)
  })
  after(async () => {
    await device.close()
    await server.close()
    mute.close()
  })

  beforeEach(async () => {
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('boiler', device.port)) })
    await nodeRed.rowWhen('boiler', ({ status }) => status === 'running')
  })
  afterEach(() => nodeRed.dispose())

  function ask(path: string, settings: object, others: object = {}) {
    const body = { client: 'test', supervisor: SUPERVISOR, settings, ...others }
    return nodeRed.request('POST', `/collectors/inspect/${path}`, body)
  }

  function mutePort(): number {
    const address = mute.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  /** Asks what will not be answered; the process that does it. */
  async function askInVain(): Promise<number> {
    const known = new Set(collectorsOf(nodeRed.pid))
    const settings = { host: '127.0.0.1', port: mutePort(), timeout: 60_000, tags: [{ name: 'a', address: 'hr0' }] }
    ask('modbus-in/read-now', settings).catch(() => {})
    let pid: number | undefined
    await until(() => {
      pid = collectorsOf(nodeRed.pid).find((one) => !known.has(one))
      return pid !== undefined
    }, 10_000)
    return pid ?? 0
  }

  it('reads with unsaved settings and a saved password, and shows no other process', async () => {
    const deployed = {
      type: 'opcua-in',
      endpoint: server.endpoint,
      authentication: 'username',
      insecurePassword: true,
      credentials: { username: 'operator', password: 'secret' },
      tags: [{ name: 'pi', address: server.nodeId('Types.Double') }],
    }
    // Only by a deploy a password gets to where Node-RED keeps it.
    await nodeRed.deploy(flowOf(supervisorNode(), readerNode('boiler', device.port), readerNode('server', 0, deployed)))
    const settings = { endpoint: server.endpoint, authentication: 'username', insecurePassword: true, timeout: 3000 }
    const saved = { node: 'id-server', secrets: { password: '__PWRD__' } }
    const tags = [{ name: 'flag', address: server.nodeId('Types.Boolean') }]
    const { status, body } = await ask('opcua-in/read-now', { ...settings, tags }, saved)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(
      parseReadNow(body)?.tags.map(({ name, value }) => [name, value]),
      [['flag', true]],
    )
    const page = await ask('opcua-in/browse', settings, { ...saved, question: { node: server.nodeId('Types') } })
    assert.equal(page.status, 200, JSON.stringify(page.body))
    assert.ok(JSON.stringify(page.body).includes(server.lastingNodeId('Types.Double')))
    // That of another kind of node is none of its.
    const foreign = await ask('opcua-in/browse', settings, { node: 'id-boiler' })
    assert.equal(foreign.status, 400)
    assert.deepEqual((await nodeRed.rows()).map(({ name }) => name).sort(), ['boiler', 'server'])
    assert.ok(!nodeRed.output.includes('secret'))
  })

  it('ends the process when its supervisor is deleted, and lets a deploy of others be', async () => {
    const pid = await askInVain()
    await nodeRed.deploy(flowOf(supervisorNode(), readerNode('press', device.port)), 'full')
    assert.ok(!isGone(pid))
    await nodeRed.deploy(flowOf(), 'full')
    await untilGone([pid], 10_000)
  })

  it('leaves no process when Node-RED stops meanwhile', async () => {
    const pid = await askInVain()
    const all = collectorsOf(nodeRed.pid)
    assert.ok(all.length === 2 && all.includes(pid))
    await nodeRed.stop('SIGTERM', 10_000)
    assert.ok(all.every(isGone))
    assert.deepEqual(readdirSync(join(nodeRed.userDir, 'collectors', SUPERVISOR, 'run')), [])
  })
})
