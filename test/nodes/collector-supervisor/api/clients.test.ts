import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CLOSED_FORBIDDEN, CLOSED_GOING_AWAY, CLOSED_UNAUTHORIZED } from '../../../../lib/contract/monitor'
import { Clients, OWNER_CLIENTS_MAX } from '../../../../nodes/collector-supervisor/api/clients'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { Monitor } from '../../../support/monitor'
import { processRow } from '../../../support/process-row'
import { until } from '../../../support/until'

const PROCESSES = '/collectors/ws/processes'
const READER = { headers: { Authorization: `Bearer ${TOKENS.reader}` } }

describe('Connected monitors', () => {
  let server: AdminServer
  let fleet: FakeFleet
  let clients: Clients
  const monitors: Monitor[] = []

  const open = async (parts: { max?: number; everyMs?: number; adminAuth?: boolean }): Promise<void> => {
    server = new AdminServer()
    fleet = new FakeFleet(processRow('oven'))
    clients = new Clients(parts.max, parts.everyMs ?? 60_000)
    mountRoutes(server.red(), fleet, clients)
    await server.open(parts.adminAuth)
    server.events.emit('flows:started')
  }
  const join = async (options: object = {}): Promise<Monitor> => {
    const monitor = await Monitor.open(`http://127.0.0.1:${server.port}${PROCESSES}`, [], options)
    monitors.push(monitor)
    return monitor
  }
  const events = (signal: AbortSignal): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/collectors/events`, { signal, ...READER })

  /** Answers neither a ping nor a goodbye. */
  const deafClient = async (): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(
      `GET ${PROCESSES} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    socket.resume()
    return socket
  }

  afterEach(async () => {
    for (const monitor of monitors.splice(0)) monitor.socket.terminate()
    await until(() => clients.size === 0)
    await server.close()
  })

  it('of one client are no more than its share: others still find a place', async () => {
    await open({ adminAuth: true })
    const operator = { headers: { Authorization: `Bearer ${TOKENS.operator}` } }
    for (let count = 0; count < OWNER_CLIENTS_MAX; count++) await join(READER)
    await assert.rejects(join(READER), /409/)
    const gone = new AbortController()
    const refused = await events(gone.signal)
    assert.deepEqual([refused.status, (await refused.json()).code], [409, 'conflict'])
    await join(operator)
    assert.equal(clients.size, OWNER_CLIENTS_MAX + 1)
  })

  it('are no more than there may be', async () => {
    await open({ max: 2 })
    const [first] = [await join(), await join()]
    for (const answer of [await server.askUpgrade(PROCESSES), await server.ask('GET', '/collectors/events')]) {
      assert.equal(answer.status, 409)
      assert.equal(Object(answer.json).code, 'conflict')
    }
    await first.close()
    await until(() => clients.size === 1)
    await join()
  })

  it('stay as long as they answer and may read', async () => {
    await open({ adminAuth: true })
    const monitor = await join(READER)
    for (let looks = 1; looks <= 5; looks++) {
      clients.look()
      await once(monitor.socket, 'ping')
      // Answered after its answer to the ping.
      monitor.send({ type: 'nonsense' })
      await until(() => monitor.of('error').length === looks)
    }
    assert.equal(monitor.closed, undefined)
  })

  it('are given up when they do not answer', async () => {
    await open({ everyMs: 50 })
    const socket = await deafClient()
    await once(socket, 'close')
    await until(() => clients.size === 0)
  })

  it('are given up when they ask and ask and do not listen', async () => {
    await open({})
    const monitor = await join()
    monitor.socket.pause()
    const nonsense = { type: 'nonsense', id: 'a'.repeat(200) }
    // As much as the system keeps for a connection, and more.
    for (let sent = 0; sent < 200_000 && clients.size > 0; sent += 1000) {
      for (let times = 0; times < 1000; times++) monitor.send(nonsense)
      await nextTurn()
    }
    await until(() => clients.size === 0)
  })

  for (const [what, users, code] of [
    ['whose token was revoked', {}, CLOSED_UNAUTHORIZED],
    [
      'who have lost the permission',
      {
        users: [{ username: 'reader', password: '', permissions: '' }],
        tokens: [{ token: TOKENS.reader, user: 'reader', scope: 'flows.read' }],
      },
      CLOSED_FORBIDDEN,
    ],
  ] as const) {
    it(`are sent away ${what}`, async () => {
      await open({ adminAuth: true })
      const monitor = await join(READER)
      const ended = events(AbortSignal.timeout(10_000)).then((response) => response.text())
      await until(() => clients.size === 2)
      server.setUsers({ type: 'credentials', users: [], tokens: [], ...users })
      clients.look()
      assert.equal((await monitor.whenClosed()).code, code)
      assert.match(await ended, /event: process_status\n/)
    })
  }

  it('are sent away when Node-RED ends, and waited for', async () => {
    await open({})
    const monitor = await join()
    const ended = events(AbortSignal.timeout(10_000)).then((response) => response.text())
    await until(() => clients.size === 2)
    await clients.end()
    assert.equal(clients.size, 0)
    assert.equal((await monitor.whenClosed()).code, CLOSED_GOING_AWAY)
    await ended
    await clients.end()
  })

  it('do not hold up the end when they do not answer', async () => {
    await open({})
    const socket = await deafClient()
    await until(() => clients.size === 1)
    await clients.end()
    assert.equal(clients.size, 1)
    socket.destroy()
  })

  it('leave nothing behind, whatever ends them', async () => {
    await open({})
    const before = process.listenerCount('exit')
    const abort = new AbortController()
    const [closed, torn] = [await join(), await join()]
    await events(abort.signal)
    assert.equal(process.listenerCount('exit'), before + 1)
    await closed.close()
    torn.socket.terminate()
    abort.abort()
    await until(() => clients.size === 0)
    assert.equal(process.listenerCount('exit'), before)
    assert.equal(fleet.listeners.size, 0)
  })
})
