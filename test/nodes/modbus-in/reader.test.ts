import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { modbusReader } from '../../../nodes/modbus-in/reader'
import { configOf, registers, type ShortTag } from './config'
import { honest, portOf, RawDevice, type RawRequest, replyTo } from './raw-device'

const never = new AbortController().signal
const closers: (() => Promise<void>)[] = []

function readerOf(port: number, tags: ShortTag[] = registers(5, 100), others: object = {}) {
  const logged: string[] = []
  const config = configOf(tags, { port, timeout: 1000, ...others })
  const reader = modbusReader.create(config, (level, text) => logged.push(`${level}: ${text}`))
  closers.push(() => reader.close())
  return { reader, logged }
}

async function deviceOf(...args: Parameters<typeof RawDevice.start>): Promise<RawDevice> {
  const device = await RawDevice.start(...args)
  closers.push(() => device.stop())
  return device
}

async function openReading(reader: Reader): Promise<Reading> {
  await reader.open(never)
  return await reader.read(never)
}

const GOOD = { values: [100, 101, 102, 103, 104], bad: new Map() }

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe('a reader and a device that is not there', () => {
  const table: [what: string, host: () => Promise<[string, number]>, code: string, says: RegExp][] = [
    [
      'a closed port',
      async () => ['127.0.0.1', await closedPort()],
      'connection-refused',
      /^127\.0\.0\.1:\d+: refuses/,
    ],
    ['a closed port over IPv6', async () => ['::1', await closedPort()], 'connection-refused', /^\[::1\]:\d+: refuses/],
    ['a name that does not exist', async () => ['no such host', 502], 'name-unknown', /name/],
  ]
  for (const [what, host, code, says] of table) {
    it(`says so of ${what}`, async function () {
      const [name, port] = await host()
      if (name === '::1' && !hasIpv6()) this.skip()
      const { reader } = readerOf(port, registers(1), { host: name })
      await assert.rejects(reader.open(never), { name: 'Fault', kind: 'link', code, message: says })
      await assert.rejects(reader.read(never), { kind: 'link', code: 'not-connected' })
    })
  }

  it('stops connecting when told to', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.port)
    const stopped = new AbortController()
    stopped.abort()
    await assert.rejects(reader.open(stopped.signal), { kind: 'link', code: 'stopped' })
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('can be closed before it was opened, twice, and opened again', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.port)
    await reader.close()
    assert.deepEqual(await openReading(reader), GOOD)
    await reader.close()
    await reader.close()
    await assert.rejects(reader.read(never), { code: 'not-connected' })
    assert.deepEqual(await openReading(reader), GOOD)
    assert.equal(device.connections, 2)
  })
})

describe('a reader and a stream in pieces', () => {
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

describe('a reader and a device that breaks the protocol', () => {
  const change = (at: number, value: number) => (request: RawRequest) => {
    const changed = replyTo(request)
    changed[at] = value
    return [changed]
  }
  const reply = (hex: string, transaction = 1) =>
    Buffer.concat([Buffer.of(transaction >> 8, transaction & 255), Buffer.from(hex, 'hex')])
  const table: [what: string, answer: (request: RawRequest) => Buffer[], says: RegExp][] = [
    [
      'another transaction',
      (request) => [replyTo({ ...request, transaction: request.transaction ^ 0x8000 })],
      /answers transaction \d+, asked was \d+/,
    ],
    ['another unit', change(6, 7), /answers as unit 7, asked was unit 1/],
    ['another function', change(7, 4), /answers function 4, asked was 3/],
    ['a byte count too small', change(8, 8), /10 bytes of data and announces 8, asked was for 10/],
    ['a byte count too large', change(8, 12), /10 bytes of data and announces 12/],
    ['fewer registers', (request) => [replyTo({ ...request, count: 4 })], /8 bytes of data .* asked was for 10/],
    ['more registers', (request) => [replyTo({ ...request, count: 6 })], /12 bytes of data .* asked was for 10/],
    ['a protocol id', change(3, 1), /protocol id 1/],
    ['a length of 65535', () => [reply('0000ffff01030a')], /announces 65535 bytes/],
    ['a length of 0', () => [reply('00000000')], /announces 0 bytes/],
    ['garbage', () => [Buffer.alloc(4096, 0xa5)], /protocol id 42405/],
    ['a web page', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], /is it another service/],
    [
      'an exception that is too long',
      ({ transaction }) => [reply('00000004018302ff', transaction)],
      /exception has 2 bytes/,
    ],
    ['an answer without data', ({ transaction }) => [reply('000000020103', transaction)], /0 bytes of data/],
  ]
  for (const [what, answer, says] of table) {
    it(`gives no value for ${what}, hangs up, and is well after the next open`, async () => {
      const device = await deviceOf((request, socket) => {
        for (const chunk of answer(request)) socket.write(chunk)
      })
      const { reader } = readerOf(device.port)
      await assert.rejects(openReading(reader), { name: 'Fault', kind: 'protocol', message: says })
      await assert.rejects(reader.read(never), { kind: 'protocol', message: says })
      device.behave = honest
      assert.deepEqual(await openReading(reader), GOOD)
      assert.equal(device.connections, 2)
    })
  }

  it('trusts nothing that comes behind an answer unasked', async () => {
    const device = await deviceOf((request, socket) => {
      socket.write(
        Buffer.concat([replyTo(request), replyTo({ ...request, transaction: request.transaction + 1, address: 7 })]),
      )
    })
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    await assert.rejects(reader.read(never), { kind: 'protocol', message: /without having been asked/ })
  })

  it('hangs up on a device that talks before it is asked', async () => {
    const device = await deviceOf()
    device.greet = (socket) => socket.write(replyTo({ transaction: 1, unit: 1, functionCode: 3, address: 7, count: 5 }))
    const { reader } = readerOf(device.port)
    await assert.rejects(openReading(reader), {
      kind: 'protocol',
      message: /without having been asked|answers transaction/,
    })
    device.greet = () => {}
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('hangs up on a flood, and does not grow', async () => {
    const device = await deviceOf((request, socket) => {
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => replyTo(request)))
      for (let mb = 0; mb < 4; mb++) socket.write(flood)
    })
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    await assert.rejects(
      async () => {
        for (let cycle = 0; cycle < 100; cycle++) await reader.read(never)
      },
      { kind: 'protocol', message: /nobody asked for/ },
    )
  })
})

describe('a reader and a device that does not answer', () => {
  it('gives up the connection when nothing comes at all', async () => {
    const device = await deviceOf(() => {})
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 50 })
    const before = performance.now()
    await assert.rejects(openReading(reader), { kind: 'link', code: 'no-answer', message: /unanswered for 50 ms/ })
    assert.ok(performance.now() - before < 1000)
    device.behave = honest
    assert.deepEqual(await openReading(reader), GOOD)
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
      if (request.address === 100) await delay(80)
      socket.write(replyTo(request))
    })
    const { reader, logged } = readerOf(device.port, [...registers(1, 200), ...registers(1, 100)], { timeout: 40 })
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [200, null])
    while (logged.length === 0) await delay(5)
    device.behave = honest
    assert.deepEqual((await reader.read(never)).values, [200, 100])
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

describe('a reader and a connection that breaks', () => {
  it('says who closed it, and is well after the next open', async () => {
    for (const end of ['destroy', 'end', 'resetAndDestroy'] as const) {
      const device = await deviceOf((_, socket) => socket[end]())
      const { reader } = readerOf(device.port)
      await assert.rejects(openReading(reader), { kind: 'link', code: 'connection-closed', message: /one client only/ })
      device.behave = honest
      assert.deepEqual(await openReading(reader), GOOD)
    }
  })

  it('breaks in the middle of an answer', async () => {
    const device = await deviceOf((request, socket) => socket.end(replyTo(request).subarray(0, 15)))
    const { reader } = readerOf(device.port)
    await assert.rejects(openReading(reader), { kind: 'link', code: 'connection-closed' })
    device.behave = honest
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('loses no cycle when the device closes a quiet connection', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    device.hangUp()
    await delay(30)
    assert.deepEqual(await reader.read(never), GOOD)
    assert.equal(device.connections, 2)
  })

  it('does not take a device that hangs up on everybody for a quiet one', async () => {
    const device = await deviceOf()
    device.greet = (socket) => socket.end()
    const { reader } = readerOf(device.port)
    await assert.rejects(openReading(reader), { kind: 'link', code: 'connection-closed' })
    assert.equal(device.connections, 1)
  })

  it('leaves no socket and no timer behind, however often', async () => {
    const device = await deviceOf((request, socket) => {
      if (device.requests.length % 3 === 1) socket.destroy()
      else socket.write(replyTo(request))
    })
    const { reader } = readerOf(device.port)
    const active = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name.startsWith('TCP')).length
    await assert.rejects(openReading(reader))
    await reader.close()
    const before = active()
    for (let round = 0; round < 20; round++) {
      assert.deepEqual(await openReading(reader), GOOD)
      await reader.read(never)
      await assert.rejects(reader.read(never), { code: 'connection-closed' })
      await reader.close()
    }
    assert.ok(active() <= before + 2, `${active()} after ${before}`)
    assert.equal(device.connections, 21)
  })
})

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'))
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}
