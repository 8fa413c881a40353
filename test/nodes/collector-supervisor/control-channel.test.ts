// The supervisor's end of a control channel over a real socket, with a test as the child at its other end.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { FromChild } from '../../../lib/contract/control'
import { CONTROL_LINE_MAX } from '../../../lib/contract/limits'
import { ControlChannel, WINDOW_MESSAGES } from '../../../nodes/collector-supervisor/control-channel'
import { until } from '../../support/until'

const MEGABYTE = 2 ** 20
const READY: FromChild = { type: 'ready', generation: 1, version: 1 }

function line(message: object): string {
  return `${JSON.stringify(message)}\n`
}
function log(text: string): FromChild {
  return { type: 'log', generation: 1, level: 'info', text }
}

describe('the control channel', () => {
  let server: Server
  let child: Socket
  let socket: Socket
  let channel: ControlChannel
  let messages: FromChild[]
  let malformed: number
  let floods: number
  let closed: number

  beforeEach(async () => {
    server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const accepted = once(server, 'connection')
    socket = connect({ port: address.port, host: '127.0.0.1' })
    const [accept]: Socket[] = await accepted
    assert.ok(accept)
    child = accept.on('error', () => {})
    messages = []
    malformed = 0
    floods = 0
    closed = 0
    channel = new ControlChannel(socket, {
      message: (message) => messages.push(message),
      malformed: () => malformed++,
      flood: () => floods++,
      closed: () => closed++,
    })
  })

  afterEach(async () => {
    channel.close()
    child.destroy()
    server.close()
    await once(server, 'close')
  })

  /** All that was written before has been looked at when this message comes. */
  async function read(): Promise<void> {
    const end = `end ${Math.random()}`
    child.write(line(log(end)))
    await until(() => messages.some((message) => message.type === 'log' && message.text === end))
    messages.pop()
  }

  it('brings messages in order, however they are split', async () => {
    const stream = [READY, log('a\nb'), log('温度')].map(line).join('')
    child.write(stream)
    for (const byte of Buffer.from(stream)) child.write(Uint8Array.of(byte))
    await read()
    assert.deepEqual(messages, [READY, log('a b'), log('温度'), READY, log('a b'), log('温度')])
    assert.equal(malformed, 0)
  })

  it('tells of a child that says more than its share, once in a window, and lets it wait', async () => {
    const count = 20 * WINDOW_MESSAGES
    const begun = performance.now()
    for (let sent = 0; sent < count; sent++) child.write(line(log(String(sent))))
    await until(() => messages.length === count, 20_000)
    const windows = (performance.now() - begun) / 100
    assert.ok(floods >= 1 && floods <= windows + 1, `${floods} in ${windows} windows`)
    assert.equal(malformed, 0)
  })

  it('does not tell of a child that says as much as it may', async () => {
    for (let sent = 0; sent < WINDOW_MESSAGES - 1; sent++) child.write(line(READY))
    await read()
    assert.deepEqual([messages.length, floods], [WINDOW_MESSAGES - 1, 0])
  })

  it('sends messages, a line each', async () => {
    assert.equal(channel.send({ type: 'read-now', generation: 1, id: 1 }), true)
    assert.equal(channel.send({ type: 'stop', generation: 1, graceMs: 10 }), true)
    let received = ''
    child
      .resume()
      .setEncoding('utf8')
      .on('data', (text) => {
        received += text
      })
    const want = '{"type":"read-now","generation":1,"id":1}\n{"type":"stop","generation":1,"graceMs":10}\n'
    await until(() => received.length >= want.length)
    assert.equal(received, want)
  })

  const garbage: { what: string; bytes: string | Uint8Array; lines: number }[] = [
    { what: 'a line that is no JSON', bytes: 'Error: Cannot find module\n', lines: 1 },
    { what: 'an empty line', bytes: '\n', lines: 1 },
    { what: 'JSON that is no message', bytes: '{"type":"explode","generation":1}\n[]\nnull\n5\n', lines: 4 },
    { what: 'half a message', bytes: '{"type":"ready",\n', lines: 1 },
    { what: 'bytes of any kind', bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte), lines: 1 },
    { what: 'a message nested a hundred thousand deep', bytes: `${'['.repeat(1e5)}${']'.repeat(1e5)}\n`, lines: 1 },
    { what: 'a message that is too long', bytes: line(log('x'.repeat(CONTROL_LINE_MAX))), lines: 1 },
  ]
  for (const { what, bytes, lines } of garbage) {
    it(`counts ${what} and goes on`, async () => {
      child.write(bytes)
      child.write('\n')
      child.write(line(READY))
      await read()
      assert.deepEqual(messages, [READY])
      assert.equal(malformed, lines + 1)
    })
  }

  it('takes a message as long as it may be', async () => {
    const data = 'x'.repeat(CONTROL_LINE_MAX - 61)
    const message: FromChild = { type: 'result', generation: 1, id: 1, ok: true, data }
    assert.ok(line(message).length <= CONTROL_LINE_MAX + 1)
    child.write(line(message))
    await read()
    assert.deepEqual(messages, [message])
  })

  it('keeps no more of an endless line than a message may have', async () => {
    const chunk = Buffer.alloc(MEGABYTE, 'x')
    for (let megabytes = 0; megabytes < 8; megabytes++) child.write(chunk)
    child.write('\n')
    await until(() => malformed === 1)
    await read()
    assert.equal(malformed, 1)
  })

  it('lets a child that floods it wait, and loses nothing of what it says', async () => {
    const text = line(log('x'.repeat(8_000)))
    const flood = 8 * MEGABYTE
    const begun = performance.now()
    let seen = 0
    let fastest = 0
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.length
      // The first window begins with the first byte.
      const windows = Math.floor((performance.now() - begun) / 100) + 1
      fastest = Math.max(fastest, seen - windows * 2 * CONTROL_LINE_MAX)
    })
    for (let bytes = 0; bytes < flood; bytes += text.length) child.write(text)
    await read()
    assert.ok(fastest < MEGABYTE, `${fastest} bytes too many`)
    assert.equal(messages.length, Math.ceil(flood / text.length))
    assert.ok(performance.now() - begun > 250)
  })

  it('is quiet once it is closed in the middle of a flood', async () => {
    for (let bytes = 0; bytes < 8 * MEGABYTE; bytes += 8_000) child.write(line(log('x'.repeat(8_000))))
    await until(() => socket.isPaused())
    channel.close()
    const count = messages.length
    await once(socket, 'close')
    assert.deepEqual([messages.length, closed], [count, 0])
  })

  it('refuses to send more to a child that reads nothing than can wait', () => {
    const stop = { type: 'read-now', generation: 1, id: 1 } as const
    const configure = {
      type: 'configure',
      generation: 1,
      version: 1,
      name: 'oven',
      recipient: 'a1',
      live: { path: '/q', capacityBytes: 1 },
      heartbeatMs: 2000,
      config: 'x'.repeat(MEGABYTE),
    } as const
    let sent = 0
    while (channel.send(configure)) assert.ok(++sent < 100)
    assert.ok(sent >= 4, `${sent}`)
    assert.equal(channel.send(stop), false)
    assert.ok(socket.writableLength < 8 * MEGABYTE)
  })

  const ends: { how: string; end(): void }[] = [
    { how: 'ends it', end: () => child.end() },
    { how: 'breaks it off', end: () => child.resetAndDestroy() },
    { how: 'says something and ends it', end: () => child.end(line(READY)) },
  ]
  for (const { how, end } of ends) {
    it(`tells once that the child ${how}`, async () => {
      // The end of a stream is seen only by one who reads it.
      child.resume()
      end()
      await until(() => closed > 0)
      await until(() => socket.destroyed)
      channel.close()
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepEqual([closed, messages.length], [1, how.startsWith('says') ? 1 : 0])
      assert.equal(channel.send({ type: 'read-now', generation: 1, id: 1 }), false)
    })
  }

  it('does not tell that it was closed to who has closed it, even twice', async () => {
    channel.close()
    channel.close()
    await once(socket, 'close')
    assert.equal(closed, 0)
    assert.equal(channel.send({ type: 'stop', generation: 1, graceMs: 10 }), false)
  })
})
