import assert from 'node:assert/strict'
import {
  AttributeIds,
  type ClientSubscription,
  type DataValue,
  ServerState,
  TimestampsToReturn,
} from 'node-opcua-client'
import { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { PlainClient } from '../../support/opcua-client'
import { until } from '../../support/until'

describe('A simulated OPC UA device that misbehaves', function () {
  this.timeout(60_000)
  let device: OpcuaDevice
  let client: PlainClient
  before(async () => {
    device = await OpcuaDevice.start()
  })
  after(() => device.close())
  beforeEach(async () => {
    client = await PlainClient.open(device.endpoint)
  })
  afterEach(async () => {
    device.behave({ mood: 'pass' })
    await device.comeBack()
    await client.close()
  })
  const read = () => client.read(device.nodeId('Types.Boolean'))

  /** What a subscription brings, and how often it said that it lives. */
  async function watch(
    name = 'Waves.Counter',
  ): Promise<{ subscription: ClientSubscription; data: DataValue[]; keepAlives: number[] }> {
    const subscription = await client.subscribe({ requestedMaxKeepAliveCount: 1 })
    const data: DataValue[] = []
    const keepAlives: number[] = []
    subscription.on('keepalive', () => keepAlives.push(performance.now()))
    const item = await subscription.monitor(
      { nodeId: device.nodeId(name), attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 1, discardOldest: true },
      TimestampsToReturn.Both,
    )
    item.on('changed', (value: DataValue) => data.push(value))
    return { subscription, data, keepAlives }
  }

  it('lets a subscription fall silent, while the session and a new subscription live', async () => {
    const silent = await watch()
    const still = await watch('Types.Boolean')
    await until(() => silent.data.length > 2 && still.keepAlives.length > 2)
    assert.equal(device.silenceSubscriptions(), 2)
    const counts = [silent.data.length, still.keepAlives.length]
    const fresh = await watch()
    const another = await watch('Types.Boolean')
    await until(() => fresh.data.length > 10 && another.keepAlives.length > 10)
    // One that was under way may have come.
    const more = [silent.data.length, still.keepAlives.length].map((count, index) => count - (counts[index] ?? 0))
    assert.ok(
      more.every((count) => count <= 1),
      `${more}`,
    )
    assert.equal((await read()).value.value, true)
    assert.equal(device.census().subscriptions, 4)
  })

  it('lets a subscription starve, which says that it lives', async () => {
    const starving = await watch()
    await until(() => starving.data.length > 2)
    device.starveSubscriptions()
    const before = starving.keepAlives.length
    await until(() => starving.keepAlives.length > before + 2)
    const { length } = starving.data
    await until(() => starving.keepAlives.length > before + 6)
    assert.equal(starving.data.length, length)
  })

  it('deletes subscriptions, and the session lives', async () => {
    const one = await watch()
    await until(() => one.data.length > 2)
    assert.ok(device.deleteSubscriptions() > 0)
    assert.deepEqual([device.census().subscriptions, device.census().sessions], [0, 1])
    assert.equal((await read()).value.value, true)
  })

  it('kills sessions', async () => {
    const { sessionsMade } = device.census()
    assert.equal(device.killSessions(), 1)
    assert.equal(device.census().sessions, 0)
    // node-opcua's client makes a new one by itself.
    await read()
    assert.equal(device.census().sessionsMade, sessionsMade + 1)
  })

  it('refuses a service, ignores it, is late with it', async () => {
    device.treat('Read', { refuse: 'BadServiceUnsupported' })
    await assert.rejects(read(), { message: /BadServiceUnsupported/ })
    assert.throws(() => device.treat('Read', { refuse: 'BadMood' }), RangeError)
    device.treat('Read', { delayMs: 100 })
    const since = performance.now()
    await read()
    assert.ok(performance.now() - since >= 99)
    device.treat('Read', { ignore: true })
    let answered = false
    const ignored = read().then(
      () => {
        answered = true
      },
      () => {},
    )
    // Other services are served meanwhile, and what was asked later.
    await client.session.browse('i=84')
    device.treat('Read', undefined)
    await read()
    assert.equal(answered, false)
    await client.close()
    await ignored
  })

  it('tells that it is not at work', async () => {
    const state = async () => (await client.read('i=2259')).value.value
    device.setState('Suspended')
    assert.equal(await state(), ServerState.Suspended)
    device.setState('Running')
    assert.equal(await state(), ServerState.Running)
  })

  it('is off, and has lost all sessions when it is on again', async () => {
    const { port } = device
    const { sessionsMade } = device.census()
    await device.powerOff()
    await assert.rejects(read())
    await assert.rejects(PlainClient.connect(device.endpoint), { message: /ECONNREFUSED/ })
    assert.throws(() => device.killSessions(), { message: 'the device is off' })
    await device.powerOn()
    assert.deepEqual([device.port, device.census().sessions, device.census().sessionsMade], [port, 0, sessionsMade])
  })

  it('is cut off, and still has its sessions when it is reached again', async () => {
    await device.goOffline()
    await assert.rejects(read())
    assert.equal(device.census().sessions, 1)
    await device.comeBack()
    device.killSessions()
  })

  it('does not answer for a while', async () => {
    device.behave({ mood: 'silent' })
    const waiting = read()
    const { requests } = device.census()
    device.behave({ mood: 'pass' })
    assert.equal((await waiting).value.value, true)
    assert.equal(device.census().requests.Read, (requests.Read ?? 0) + 1)
  })

  for (const mood of [
    { mood: 'reset-at-connect' },
    { mood: 'http' },
    { mood: 'garbage', bytes: 100 },
    { mood: 'reset-in-reply', afterBytes: 10 },
  ] as const) {
    it(`has no welcome for clients: ${mood.mood}`, async () => {
      device.behave(mood)
      await assert.rejects(PlainClient.connect(device.endpoint))
    })
  }

  it('calls itself by a name that nobody knows', async () => {
    await device.restart({ announcedHost: 'plc-7' })
    const again = await PlainClient.open(device.endpoint)
    assert.deepEqual(await again.endpointUrls(), [`opc.tcp://plc-7:${device.port}`])
    await again.close()
  })

  it('makes clients renew their secure channel', async () => {
    await device.restart({ announcedHost: '127.0.0.1', tokenLifetimeMs: 2000 })
    const renewing = await PlainClient.open(device.endpoint)
    await until(() => renewing.renewals > 0, 10_000)
    assert.equal((await renewing.read(device.nodeId('Types.Boolean'))).value.value, true)
    await renewing.close()
  })
})
