import assert from 'node:assert/strict'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import type { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { until } from '../../support/until'
import { closeAll, deviceOf, never, readerOf, readUntil } from './reader-bench'

/** Reads until the connection is lost, and then, as the collector does, opens until it is there again. */
async function lostAndBack(reader: Reader, meanwhile: () => Promise<void> = async () => {}): Promise<Reading> {
  await assert.rejects(
    readUntil(reader, () => false),
    (thrown) => thrown instanceof Fault && thrown.kind === 'link',
  )
  await reader.suspend?.()
  await meanwhile()
  await until(async () => {
    try {
      await reader.open(never)
      return true
    } catch {
      await reader.suspend?.()
      return false
    }
  })
  return readUntil(reader, ({ bad }) => bad.size === 0)
}

function countOf(device: OpcuaDevice, service: string): number {
  return device.census().requests[service] ?? 0
}

describe('An OPC UA reader whose connection was lost', function () {
  this.timeout(30_000)
  afterEach(closeAll)

  it('goes on with its session and its items', async () => {
    const device = await deviceOf({ many: 300 })
    const tags = Array.from({ length: 300 }, (_, index): [string, string] => [
      `t${index}`,
      device.nodeId(`Many.${index}`),
    ])
    const { reader, logged } = readerOf(device.endpoint, [...tags, ['counter', device.nodeId('Waves.Counter')]])
    await reader.open(never)
    await readUntil(reader, ({ bad }) => bad.size === 0)
    const before = device.census()
    for (const lose of ['offline', 'reset', 'offline'] as const) {
      if (lose === 'offline') await device.goOffline()
      else device.resetClients()
      await lostAndBack(reader, () => device.comeBack())
    }
    const after = device.census()
    assert.equal(after.sessionsMade, 1)
    assert.equal(after.sessionsPeak, 1)
    for (const service of ['CreateSubscription', 'CreateMonitoredItems', 'Read']) {
      assert.equal(after.requests[service], before.requests[service], service)
    }
    assert.equal(logged.filter((line) => line.includes('the session lives on')).length, 3)
    await reader.close()
    await until(() => device.census().sessions === 0 && device.census().clients === 0)
    assert.equal(device.census().subscriptions, 0)
  })

  it('goes on with its session over an encrypted connection, as the same user', async () => {
    const device = await deviceOf({ modes: ['SignAndEncrypt'], anonymous: false })
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Waves.Counter')]], {
      securityMode: 'signAndEncrypt',
      trust: 'first-use',
      authentication: 'username',
      username: 'operator',
      password: 'secret',
    })
    await reader.open(never)
    await reader.read(never)
    device.resetClients()
    await lostAndBack(reader)
    const { sessionsMade, requests } = device.census()
    assert.deepEqual([sessionsMade, requests.CreateSubscription], [1, 1])
  })

  it('hears of what changed meanwhile', async () => {
    const device = await deviceOf()
    const { reader, logged } = readerOf(device.endpoint, [['a', device.nodeId('Types.Int32')]])
    await reader.open(never)
    await reader.read(never)
    // What the server sends from now on comes to nobody.
    device.behave({ mood: 'silent' })
    device.set('Types.Int32', { value: 41 })
    await device.goOffline()
    await lostAndBack(reader, async () => {
      device.behave({ mood: 'pass' })
      await device.comeBack()
    })
    await readUntil(reader, ({ values }) => values[0] === 41)
    assert.ok(countOf(device, 'Republish') > 0)
    assert.ok(logged.some((line) => line.includes('the session lives on')))
  })

  it('has a new session take over the subscription when the server has ended the old one', async () => {
    const device = await deviceOf({ anonymousTransfer: true })
    const { reader, logged } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]])
    await reader.open(never)
    await reader.read(never)
    device.killSessions({ keepSubscriptions: true })
    assert.deepEqual((await lostAndBack(reader)).values, [Math.PI])
    assert.equal(countOf(device, 'CreateSubscription'), 1)
    assert.ok(logged.some((line) => line.includes('taken over by a new session')))
    const { sessions, subscriptions } = device.census()
    assert.deepEqual({ sessions, subscriptions }, { sessions: 1, subscriptions: 1 })
  })

  it('subscribes anew when the server refuses that', async () => {
    const device = await deviceOf()
    const { reader, logged } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]])
    await reader.open(never)
    await reader.read(never)
    device.treat('TransferSubscriptions', { refuse: 'BadServiceUnsupported' })
    device.killSessions()
    assert.deepEqual((await lostAndBack(reader)).values, [Math.PI])
    assert.equal(device.census().sessions, 1)
    assert.ok(logged.some((line) => line.includes('(BadServiceUnsupported), so it is made anew')))
  })

  it('makes a new session where the old one cannot be resumed, and the old one is gone', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]])
    await reader.open(never)
    await reader.read(never)
    await device.powerOff()
    const { values } = await lostAndBack(reader, () => device.powerOn({ namespacesBefore: 0 }))
    assert.deepEqual(values, [Math.PI])
    assert.equal(device.census().sessions, 1)
  })

  it('ends what it had left behind when it is closed instead', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.endpoint, [['a', device.nodeId('Types.Double')]])
    await reader.open(never)
    await reader.read(never)
    await reader.suspend?.()
    await until(() => device.census().clients === 0)
    await reader.close()
    await reader.close()
    await assert.rejects(reader.read(never), { kind: 'link', code: 'not-connected' })
  })

  for (const mode of ['subscribe', 'poll']) {
    it(`takes no value for good while the server does not run (${mode})`, async () => {
      const device = await deviceOf()
      const tags: [string, string][] = [['a', device.nodeId('Types.Double')]]
      const { reader } = readerOf(device.endpoint, tags, { mode })
      const lenient = readerOf(device.endpoint, tags, { mode, uncertain: 'accept' })
      for (const one of [reader, lenient.reader]) await one.open(never)
      assert.deepEqual((await reader.read(never)).values, [Math.PI])
      device.setState('Suspended')
      const { values, bad, degraded } = await readUntil(reader, (reading) => reading.degraded !== undefined)
      assert.deepEqual(values, [null])
      assert.match(bad.get(0) ?? '', /was suspended.*\(its state is Suspended\)/)
      assert.equal(degraded, bad.get(0))
      const accepted = await readUntil(lenient.reader, (reading) => reading.degraded !== undefined)
      assert.deepEqual(accepted.values, [Math.PI])
      device.setState('Running')
      await readUntil(reader, (reading) => reading.degraded === undefined && reading.values[0] === Math.PI)
    })
  }
})
