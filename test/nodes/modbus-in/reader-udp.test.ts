import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../support/until'
import { registers } from './config'
import { type RawRequest, RawUdpDevice, replyTo } from './raw-device'
import { closeAll, GOOD, never, openReading, readerOf, udpDeviceOf } from './reader-bench'

const UDP = { transport: 'udp', timeout: 60 }

describe('a reader over UDP', () => {
  afterEach(closeAll)

  it('reads', async () => {
    const device = await udpDeviceOf()
    const { reader } = readerOf(device.port, undefined, UDP)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual(await openReading(reader), GOOD)
  })

  it('says so when nothing listens, and is well when something does', async () => {
    const gone = await RawUdpDevice.start()
    const { port } = gone
    const { reader } = readerOf(port, undefined, { ...UDP, timeout: 5000 })
    await gone.stop()
    await assert.rejects(openReading(reader), {
      kind: 'link',
      code: 'connection-refused',
      message: /^127\.0\.0\.1:\d+: nothing listens on this UDP port/,
    })
    const device = await RawUdpDevice.start(undefined, port)
    try {
      assert.deepEqual(await openReading(reader), GOOD)
    } finally {
      await device.stop()
    }
  })

  it('says so of a name that does not exist, and stops when told to', async () => {
    const { reader } = readerOf(502, undefined, { ...UDP, host: 'no such host' })
    await assert.rejects(reader.open(never), { kind: 'link', code: 'name-unknown' })
    const stopped = new AbortController()
    stopped.abort()
    await assert.rejects(reader.open(stopped.signal), { kind: 'link', code: 'stopped' })
  })

  const reply = (request: RawRequest) => replyTo(request)
  const dropped: [what: string, datagrams: (request: RawRequest) => Buffer[], says: RegExp][] = [
    ['an empty datagram', () => [Buffer.alloc(0)], /0 bytes is too short/],
    ['half an answer', (request) => [reply(request).subarray(0, 7)], /7 bytes is too short/],
    ['the largest datagram', () => [Buffer.alloc(65_000, 1)], /protocol id 257/],
    [
      'another transaction',
      (request) => [reply({ ...request, transaction: request.transaction ^ 0x8000 })],
      /transaction/,
    ],
    ['a length of 65535', () => [Buffer.from('00000000ffff01030a', 'hex')], /announces 65535 bytes/],
  ]
  for (const [what, datagrams, says] of dropped) {
    it(`drops ${what}, tells it, and takes the answer behind it`, async () => {
      const device = await udpDeviceOf((request, send) => {
        for (const datagram of datagrams(request)) send(datagram)
      })
      const { reader, logged } = readerOf(device.port, undefined, UDP)
      await assert.rejects(openReading(reader), { kind: 'link', code: 'no-answer' })
      assert.match(logged.join('\n'), says)
      device.behave = (request, send) => {
        for (const datagram of [...datagrams(request), replyTo(request)]) send(datagram)
      }
      assert.deepEqual(await openReading(reader), GOOD)
    })
  }

  const taken: [what: string, datagram: (request: RawRequest) => Buffer][] = [
    ['an answer with a byte behind it', (request) => Buffer.concat([reply(request), Buffer.of(1)])],
    ['two answers in one datagram', (request) => Buffer.concat([reply(request), reply(request)])],
    ['an answer with transaction 0', (request) => reply({ ...request, transaction: 0 })],
  ]
  for (const [what, datagram] of taken) {
    it(`takes ${what}`, async () => {
      const device = await udpDeviceOf((request, send) => send(datagram(request)))
      const { reader } = readerOf(device.port, undefined, { ...UDP, timeout: 1000 })
      await reader.open(never)
      for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual(await reader.read(never), GOOD)
    })
  }

  const deviating: [what: string, answer: (request: RawRequest) => RawRequest, says: RegExp][] = [
    ['another unit', (request) => ({ ...request, unit: 7 }), /answers as unit 7, asked was unit 1/],
    ['another length', (request) => ({ ...request, count: 6 }), /12 bytes of data, asked was for 2/],
  ]
  for (const [what, answer, says] of deviating) {
    it(`says so of the tag for ${what}, without waiting for more`, async () => {
      const device = await udpDeviceOf((request, send) => send(reply(answer(request))))
      const { reader } = readerOf(device.port, registers(1, 100), { ...UDP, timeout: 60_000 })
      const { values, bad } = await openReading(reader)
      assert.deepEqual(values, [null])
      assert.match(bad.get(0) ?? '', says)
    })
  }

  it('takes a lost datagram for a silence', async () => {
    const device = await udpDeviceOf((request, send) => {
      if (request.address !== 100) send(replyTo(request))
    })
    const { reader } = readerOf(device.port, [...registers(1, 100), ...registers(1, 200)], UDP)
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [null, 200])
  })

  it('never takes a late answer, or one that comes twice, for the one to the next request', async () => {
    let before: RawRequest | undefined
    const device = await udpDeviceOf((request, send) => {
      if (before) for (let copies = 0; copies < 2; copies++) send(replyTo({ ...before, address: 9000 }))
      before = request
      if (request.address === 200) send(replyTo(request))
    })
    const { reader, logged } = readerOf(device.port, [...registers(1, 100), ...registers(1, 200)], UDP)
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, [null, 200])
    assert.match(logged[0] ?? '', /^debug: an answer came after more than 60 ms/)
  })

  it('hears nobody but the device', async () => {
    const stranger = createSocket('udp4')
    const device = await udpDeviceOf((request) => {
      const { port = 0 } = device.client ?? {}
      stranger.send(replyTo({ ...request, address: 9000 }), port, '127.0.0.1')
    })
    try {
      const { reader, logged } = readerOf(device.port, undefined, UDP)
      await assert.rejects(openReading(reader), { code: 'no-answer' })
      assert.deepEqual(logged, [])
    } finally {
      stranger.close()
    }
  })

  it('bears a flood', async () => {
    const device = await udpDeviceOf((request, send) => {
      for (let copies = 0; copies < 1000; copies++) send(replyTo(request))
    })
    const { reader } = readerOf(device.port, undefined, { ...UDP, timeout: 1000 })
    await reader.open(never)
    for (let cycle = 0; cycle < 20; cycle++) assert.deepEqual(await reader.read(never), GOOD)
  })

  it('stops waiting when told to, and can be closed twice', async () => {
    const device = await udpDeviceOf(() => {})
    const { reader } = readerOf(device.port, undefined, { ...UDP, timeout: 60_000 })
    await reader.open(never)
    const stopped = new AbortController()
    const reading = assert.rejects(reader.read(stopped.signal), { kind: 'link', code: 'stopped' })
    await until(() => device.requests.length > 0)
    stopped.abort()
    await reading
    await reader.close()
    await reader.close()
    await delay(0)
  })
})
