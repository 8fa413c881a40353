// An OPC UA reader in a real Node-RED: with what its sandbox may do, and with credentials.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, opcuaNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { isGood, NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'

const PASSWORD = 'canary-4b1d88'
const SECURE = { securityMode: 'signAndEncrypt', trust: 'first-use', authentication: 'username' }

describe('an opcua-in node in a real Node-RED', function () {
  this.timeout(60_000)
  let device: OpcuaDeviceProcess
  let nodeRed: NodeRed

  before(async () => {
    device = await OpcuaDeviceProcess.start({ settings: { users: { operator: PASSWORD }, anonymous: false } })
    nodeRed = await NodeRed.start({ flows: [] })
    const secure = { ...SECURE, credentials: { username: 'operator', password: PASSWORD } }
    await nodeRed.deploy(
      flowOf(
        supervisorNode(),
        { ...supervisorNode(), id: 'other', name: 'other plant' },
        opcuaNode('press', device.endpoint, secure),
        opcuaNode('copy', device.endpoint, SECURE),
        opcuaNode('stranger', device.endpoint, { ...secure, trust: 'reject', supervisor: 'other' }),
      ),
    )
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  it('reads over an encrypted connection as a user, and sends messages', async () => {
    const { payload, timestamp } = await nodeRed.recordedWhen('press', isGood, { from: 0 })
    assert.deepEqual(payload, { value: Math.PI })
    assert.equal(typeof timestamp, 'number')
  })

  it('keeps its key and certificates in the folder of its supervisor, for nobody else to read', () => {
    const pki = join(nodeRed.userDir, 'collectors', SUPERVISOR, 'pki')
    for (const path of [pki, join(pki, 'own'), join(pki, 'first-use')]) assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.equal(statSync(join(pki, 'own', 'identity.pem')).mode & 0o777, 0o600)
    assert.equal(readdirSync(join(pki, 'first-use')).length, 1)
  })

  it('says what a copy lacks, whose credentials have not come along', async () => {
    const { last_error } = await nodeRed.rowWhen('copy', ({ status }) => status === 'error')
    assert.match(last_error ?? '', /username: is missing: a copy or an import of a node has no credentials/)
  })

  it('trusts no server that only readers of another supervisor trust', async () => {
    const row = await nodeRed.rowWhen(
      'stranger',
      ({ link, last_error }) => link === 'disconnected' && last_error !== null,
    )
    assert.match(row.last_error ?? '', /certificate of the server is not trusted/)
  })

  it('shows the password to nobody', async () => {
    const { body } = await nodeRed.request('GET', '/credentials/opcua-in/id-press')
    assert.deepEqual(body, { username: 'operator', has_password: true })
    for (const pid of [nodeRed.pid, ...collectorsOf(nodeRed.pid)]) {
      for (const file of ['cmdline', 'environ']) {
        assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(PASSWORD), file)
      }
    }
    const rows = await nodeRed.rows()
    const logs = await Promise.all(rows.map(({ name }) => nodeRed.request('GET', `/collectors/processes/${name}/logs`)))
    assert.ok(!JSON.stringify([rows, logs]).includes(PASSWORD))
    assert.ok(!nodeRed.output.includes(PASSWORD))
  })
})
