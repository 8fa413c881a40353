import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { registers } from './config'
import { honest, type RawRequest, replyTo } from './raw-device'
import { closeAll, deviceOf, GOOD, never, openReading, readerOf } from './reader-bench'

describe('a reader and a stream in pieces', () => {
  afterEach(closeAll)

  it('puts an answer together from single bytes', async () => {
    const device = await deviceOf(async (request, socket) => {
      for (const byte of replyTo(request)) {
        socket.write(Buffer.of(byte))
        await delay(1)
      }
    })
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('puts an answer together from every split in two', async () => {
    let at = 0
    const device = await deviceOf(async (request, socket) => {
      const reply = replyTo(request)
      socket.write(reply.subarray(0, at))
      await delay(2)
      socket.write(reply.subarray(at))
    })
    const { reader } = readerOf(device.port)
    await reader.open(never)
    for (at = 0; at <= 19; at++) assert.deepEqual(await reader.read(never), GOOD)
    assert.equal(device.connections, 1)
  })

  it('takes an answer that comes together with the late one before it', async () => {
    const held: Buffer[] = []
    const device = await deviceOf((request, socket) => {
      held.push(replyTo(request))
      if (held.length >= 2) socket.write(Buffer.concat(held.splice(0)))
    })
    const { reader, logged } = readerOf(device.port, [...registers(1), ...registers(1, 300)], { timeout: 60 })
    await reader.open(never)
    const { values, bad } = await reader.read(never)
    assert.deepEqual(values, [null, 300])
    assert.equal(bad.get(0), 'no answer within 60 ms')
    assert.deepEqual(logged, ['debug: an answer came after more than 60 ms and was dropped (1 so far)'])
  })
})

describe('a reader and a device that does not answer', () => {
  afterEach(closeAll)

  it('gives up the connection when nothing comes at all', async () => {
    const device = await deviceOf(() => {})
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 50 })
    const before = performance.now()
    await assert.rejects(openReading(reader), { kind: 'link', code: 'no-answer', message: /unanswered for 50 ms/ })
    assert.ok(performance.now() - before < 1000)
    device.behave = honest
    const { values, bad, degraded } = await openReading(reader)
    assert.deepEqual({ values, bad }, GOOD)
    // it looks like a device that misses what comes too soon
    assert.equal(degraded, 'the device is quiet for about 600 ms after connecting: connectDelay = 700')
  })

  it('never takes a late answer for the one to the next request', async () => {
    const late: { request: RawRequest; reply: Buffer }[] = []
    const device = await deviceOf((request, socket) => {
      if (request.address === 100) {
        late.push({ request, reply: replyTo({ ...request, address: 999 }) })
        return
      }
      // the late answer of the block before comes first, as long as this one
      for (const { reply } of late.splice(0)) socket.write(reply)
      socket.write(replyTo(request))
    })
    const { reader } = readerOf(device.port, [...registers(5, 100), ...registers(5, 200)], { timeout: 50 })
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) {
      const { values, degraded } = await reader.read(never)
      assert.deepEqual(values, [null, null, null, null, null, 200, 201, 202, 203, 204])
      assert.equal(degraded, 'no answer from unit 1 (1 request)')
    }
    device.behave = honest
    const { values } = await reader.read(never)
    assert.deepEqual(values, [100, 101, 102, 103, 104, 200, 201, 202, 203, 204])
    assert.equal(device.connections, 1)
  })

  it('drops a late answer that comes between two cycles', async () => {
    const device = await deviceOf(async (request, socket) => {
      if (request.address === 200) await delay(80)
      socket.write(replyTo(request))
    })
    const { reader, logged } = readerOf(device.port, [...registers(1, 100), ...registers(1, 200)], { timeout: 40 })
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [100, null])
    while (logged.length === 0) await delay(5)
    device.behave = honest
    assert.deepEqual((await reader.read(never)).values, [100, 200])
  })

  it('bears a device that sends every answer twice', async () => {
    const device = await deviceOf((request, socket) => {
      socket.write(Buffer.concat([replyTo(request), replyTo(request)]))
    })
    const { reader, logged } = readerOf(device.port)
    await reader.open(never)
    for (let cycle = 0; cycle < 150; cycle++) assert.deepEqual(await reader.read(never), GOOD)
    assert.equal(logged.length, 3)
  })

  it('stops waiting when told to', async () => {
    const device = await deviceOf(() => {})
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 60_000 })
    await reader.open(never)
    const stopped = new AbortController()
    const reading = assert.rejects(reader.read(stopped.signal), { kind: 'link', code: 'stopped' })
    while (device.requests.length === 0) await delay(1)
    stopped.abort()
    await reading
    await reader.close()
  })

  it('fails the read under way when it is closed', async () => {
    const device = await deviceOf(() => {})
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 60_000 })
    await reader.open(never)
    const reading = assert.rejects(reader.read(never), { kind: 'link', code: 'stopped' })
    while (device.requests.length === 0) await delay(1)
    await reader.close()
    await reading
  })
})
