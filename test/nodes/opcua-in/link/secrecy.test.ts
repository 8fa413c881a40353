import assert from 'node:assert/strict'
import type { OpcuaDevice } from '../../../../simulators/opcua/opcua-device'
import type { Child } from '../../../lib/collector/child'
import { WireTap } from '../../../support/wire-tap'
import { closeAll, deviceOf } from '../reader-bench'
import { killReaders, startReader } from '../reader-process'

const SECRET = 'open-sesame-4711'
const LOGIN = { authentication: 'username', username: 'operator' }
const SECURE = { ...LOGIN, securityMode: 'signAndEncrypt', trust: 'first-use' }

describe('The password of an OPC UA reader', function () {
  this.timeout(30_000)
  let device: OpcuaDevice
  let tap: WireTap
  beforeEach(async () => {
    device = await deviceOf({ users: { operator: SECRET } })
    tap = await WireTap.before(device.port)
  })
  afterEach(async () => {
    await killReaders()
    await tap.close()
    await closeAll()
  })
  const start = (others: object) =>
    startReader([['a', 'i=2258']], { endpoint: `opc.tcp://127.0.0.1:${tap.port}`, timeout: 2000, ...others })

  function saysNothing({ stdout, stderr, messages }: Child): void {
    assert.deepEqual([stdout, stderr], ['', ''])
    assert.equal(JSON.stringify(messages).includes(SECRET), false)
  }
  const refused = (child: Child, after = 0) =>
    child.message(
      'link',
      (message) => child.messages.indexOf(message) >= after && /check user name, password/.test(message.reason),
    )
  const connected = (child: Child, after = 0) =>
    child.message('link', (message) => child.messages.indexOf(message) >= after && message.link === 'connected')

  it('is read nowhere with security, while it is right, when it was changed, and when it is right again', async () => {
    const child = start({ ...SECURE, password: SECRET })
    await connected(child)
    device.setUsers({ operator: 'changed' })
    let before = child.messages.length
    device.killSessions()
    await refused(child, before)
    assert.equal(device.census().sessions, 0)
    device.setUsers({ operator: SECRET })
    before = child.messages.length
    await connected(child, before)
    assert.deepEqual([device.census().sessions, device.census().sessionsPeak], [1, 1])
    saysNothing(child)
    assert.equal(tap.holds(SECRET), false)
  })

  it('is read nowhere when it is wrong', async () => {
    device.setUsers({ operator: 'another' })
    const child = start({ ...SECURE, securityMode: 'sign', password: SECRET })
    await refused(child)
    saysNothing(child)
    assert.equal(tap.holds(SECRET), false)
  })

  it('is read on the wire only where the user insists and the server wants it in clear, and in no log', async () => {
    await device.restart({ clearPasswords: true })
    const child = start({ ...LOGIN, insecurePassword: true, password: SECRET })
    await connected(child)
    assert.equal(tap.holds(SECRET), true)
    device.setUsers({ operator: 'another' })
    const before = child.messages.length
    device.killSessions()
    await refused(child, before)
    saysNothing(child)
  })
})
