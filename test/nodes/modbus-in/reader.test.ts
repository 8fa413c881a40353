import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { registers } from './config'
import { honest, portOf, replyTo } from './raw-device'
import { closeAll, deviceOf, GOOD, never, openReading, readerOf } from './reader-bench'

describe('a reader and a device that is not there', () => {
  afterEach(closeAll)

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

describe('a reader and a connection that breaks', () => {
  afterEach(closeAll)

  it('says who closed it, and is well after the next open', async () => {
    for (const end of ['destroy', 'end', 'resetAndDestroy'] as const) {
      const device = await deviceOf((_, socket) => socket[end]())
      const { reader } = readerOf(device.port)
      await assert.rejects(openReading(reader), {
        kind: 'link',
        code: 'connection-closed-at-once',
        message: /closed the connection at once: many devices serve one client only/,
      })
      device.behave = honest
      assert.deepEqual(await openReading(reader), GOOD)
    }
  })

  it('breaks in the middle of an answer', async () => {
    const device = await deviceOf((request, socket) => socket.end(replyTo(request).subarray(0, -1)))
    const { reader } = readerOf(device.port)
    await assert.rejects(openReading(reader), { kind: 'link', code: 'connection-closed-at-once' })
    device.behave = honest
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('says other words once it has worked', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    device.behave = (_, socket) => socket.destroy()
    await assert.rejects(reader.read(never), { kind: 'link', code: 'connection-closed', message: /was it restarted/ })
  })

  it('loses no cycle when the device closes a quiet connection, and says so when it does so again and again', async () => {
    const device = await deviceOf()
    const { reader, logged } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    for (let times = 1; times <= 5; times++) {
      device.hangUp()
      await delay(30)
      assert.deepEqual(await reader.read(never), GOOD)
      assert.equal(device.connections, 1 + times)
      assert.equal(logged.length, times < 3 ? 0 : 1)
    }
    assert.match(logged.join(), /^info: the device closes the connection between two requests/)
  })

  it('does not take a device that hangs up on everybody for a quiet one', async () => {
    const device = await deviceOf()
    device.greet = (socket) => socket.end()
    const { reader } = readerOf(device.port)
    await reader.open(never)
    await delay(30)
    await assert.rejects(reader.read(never), { kind: 'link', code: 'connection-closed-at-once' })
    assert.ok(device.connections <= 8, `${device.connections} connections`)
  })

  it('leaves no socket and no timer behind, however often', async () => {
    const asked = new Map<Socket, number>()
    const device = await deviceOf((request, socket) => {
      const count = (asked.get(socket) ?? 0) + 1
      asked.set(socket, count)
      if (count === 3) socket.destroy()
      else socket.write(replyTo(request))
    })
    const { reader } = readerOf(device.port)
    const active = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name.startsWith('TCP')).length
    await openReading(reader)
    await reader.close()
    const before = active()
    for (let round = 0; round < 20; round++) {
      assert.deepEqual(await openReading(reader), GOOD)
      await reader.read(never)
      // the second connection of the round
      assert.deepEqual(await reader.read(never), GOOD)
      await reader.close()
    }
    assert.ok(active() <= before + 2, `${active()} after ${before}`)
    assert.equal(device.connections, 1 + 20 * 2)
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
