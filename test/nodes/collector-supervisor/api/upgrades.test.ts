import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { watchProcesses } from '../../../../lib/client/watch'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { processRow } from '../../../support/process-row'
import { until } from '../../../support/until'

const PROCESSES = '/collectors/ws/processes'
/** Longer than an upgrade may stay unanswered, ms. */
const CLOSED_WITHIN_MS = 8_000

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`
const upgrade = (path: string, ...lines: string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: gateway',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...lines,
    '\r\n',
  ].join('\r\n')

/** One connection to the server; everything that comes back is kept. */
class RawClient {
  readonly socket: Socket
  received = ''

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1')
    })
  }

  /** Sends something and waits until what came since then matches. */
  async ask(text: string, expected: RegExp): Promise<void> {
    const from = this.received.length
    this.socket.write(text)
    await until(() => expected.test(this.received.slice(from)))
  }
}

describe('An upgrade', () => {
  let server: AdminServer
  let client: RawClient
  const started = new EventEmitter()

  beforeEach(async () => {
    server = new AdminServer()
    server.app.get('/slow', (_request, response) => {
      started.emit('slow', () => response.end('slow'))
    })
    mountRoutes(server.red(), new FakeFleet(processRow('oven')))
    await server.open()
    server.events.emit('flows:started')
    client = new RawClient(server.port)
  })
  afterEach(async () => {
    client.socket.destroy()
    await server.close()
  })

  it('is let in on a connection that has answered requests before', async () => {
    await client.ask(get('/collectors/processes'), /"oven"/)
    await client.ask(get('/nothing-there'), /404 Not Found[\s\S]*<\/html>/)
    await client.ask(upgrade(PROCESSES), /^HTTP\/1\.1 101 [\s\S]*"process_status"/)
  })

  it('of our own client is let in after a fetch, whose connection it uses again', async () => {
    const url = `http://127.0.0.1:${server.port}`
    await client.ask(get('/collectors/processes'), /"oven"/)
    const connections = server.countConnections()
    await (await fetch(`${url}/collectors/processes`)).json()
    // Only then is the connection free for the next request.
    await turn()
    const watch = watchProcesses({ url })
    try {
      await until(() => watch.state === 'connected' && watch.row('oven') !== undefined)
      assert.equal(connections(), 1)
    } finally {
      watch.close()
    }
  })

  it('is refused in words on a connection that has answered a request before, and the connection is closed', async () => {
    await client.ask(get('/collectors/processes'), /"oven"/)
    const closed = once(client.socket, 'close')
    await client.ask(upgrade('/collectors/ws/nothing'), /^HTTP\/1\.1 404 [\s\S]*"not-found"/)
    await closed
  })

  it('is left to a listener that has taken the connection, though that has answered a request before', async () => {
    let others = 0
    server.onUpgrade(({ url }, socket) => {
      if (url !== '/collectors/ws/mine') return
      others += 1
      socket.write('HTTP/1.1 101 mine\r\n\r\n')
      socket.on('data', (chunk) => socket.write(chunk))
      socket.on('end', () => socket.end())
    })
    await client.ask(get('/collectors/processes'), /"oven"/)
    await client.ask(upgrade('/collectors/ws/mine'), /^HTTP\/1\.1 101 mine\r\n\r\n$/)
    await client.ask('echo', /^echo$/)
    assert.equal(others, 1)
  })

  it('ends the connection where an earlier request still waits for its answer', async () => {
    const slow = once(started, 'slow')
    const closed = once(client.socket, 'close')
    client.socket.write(get('/slow') + upgrade(PROCESSES))
    const [answer] = await slow
    await closed
    answer()
    assert.equal((await server.ask('GET', '/collectors/processes')).status, 200)
  })

  it('ends the connection when it comes with a body', async () => {
    const closed = once(client.socket, 'close')
    client.socket.write(`${upgrade(PROCESSES, 'Content-Length: 4')}body`)
    await closed
  })

  it('that nobody answers is closed after its deadline, also behind an earlier answer', async function () {
    this.timeout(2 * CLOSED_WITHIN_MS)
    const silent = new AdminServer()
    silent.app.use((request, _response, next) => {
      if (request.url !== PROCESSES) next()
    })
    mountRoutes(silent.red(), new FakeFleet())
    await silent.open()
    const waiting = new RawClient(silent.port)
    try {
      await waiting.ask(get('/collectors/processes'), /^HTTP\/1\.1 200 /)
      const closed = once(waiting.socket, 'close', { signal: AbortSignal.timeout(CLOSED_WITHIN_MS) })
      waiting.socket.write(upgrade(PROCESSES))
      await closed
    } finally {
      waiting.socket.destroy()
      await silent.close()
    }
  })
})
