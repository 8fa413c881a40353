import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { CommandResult } from '../../../../lib/contract/command'
import { MONITOR_MESSAGE_MAX_BYTES, MONITOR_PROTOCOL, MONITOR_TOKEN_PROTOCOL } from '../../../../lib/contract/monitor'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { Monitor } from '../../../support/monitor'
import { processEvent, processRow } from '../../../support/process-row'
import { processorStatus } from '../../../support/processor-status'
import { until } from '../../../support/until'

const PROCESSES = '/collectors/ws/processes'
const PROCESSORS = '/collectors/ws/processor-status'
const oven = processRow('oven')
const press = processRow('press', { status: 'crashed' })

describe('The WebSockets', () => {
  let server: AdminServer
  let fleet: FakeFleet
  const monitors: Monitor[] = []

  const open = async (adminAuth: boolean | object = false, settings: object = {}): Promise<void> => {
    server = new AdminServer()
    fleet = new FakeFleet(oven, press)
    mountRoutes(server.red(Object({ settings })), fleet)
    await server.open(adminAuth)
  }
  const start = async (adminAuth: boolean | object = false): Promise<void> => {
    await open(adminAuth)
    server.events.emit('flows:started')
  }
  const connectTo = async (path: string, protocols: string[] = [], options = {}): Promise<Monitor> => {
    const monitor = await Monitor.open(`http://127.0.0.1:${server.port}${path}`, protocols, options)
    monitors.push(monitor)
    return monitor
  }
  const asUser = (token: string): object => ({ headers: { Authorization: `Bearer ${token}` } })

  afterEach(async () => {
    for (const monitor of monitors.splice(0)) monitor.socket.terminate()
    await until(() => fleet.listeners.size === 0)
    await server.close()
  })

  const refusal = async (path: string, headers: Record<string, string>, status: number, code: string) => {
    const answer = await server.askUpgrade(path, headers)
    assert.equal(answer.status, status, `${path} ${JSON.stringify(headers)}: ${answer.text}`)
    const { error, ...rest } = Object(answer.json)
    assert.deepEqual(rest, { code })
    assert.ok(typeof error === 'string' && error !== '')
    assert.equal(answer.headers.connection, 'close')
  }

  describe('let nobody in', () => {
    it('who has no token or a wrong one, in whatever way it comes', async () => {
      await start(true)
      const wrong = Buffer.from('wrong').toString('base64url')
      for (const path of [PROCESSES, PROCESSORS]) {
        await refusal(path, {}, 401, 'unauthorized')
        await refusal(path, { Authorization: 'Bearer wrong' }, 401, 'unauthorized')
        await refusal(path, { Authorization: 'Basic b3Zlbjo=' }, 401, 'unauthorized')
        await refusal(`${path}?access_token=wrong`, {}, 401, 'unauthorized')
        const protocols = `${MONITOR_PROTOCOL}, ${MONITOR_TOKEN_PROTOCOL}${wrong}`
        await refusal(path, { 'Sec-WebSocket-Protocol': protocols }, 401, 'unauthorized')
        await refusal(path, { 'Sec-WebSocket-Protocol': MONITOR_TOKEN_PROTOCOL }, 401, 'unauthorized')
      }
    })

    it('whose permissions are about other things', async () => {
      await start(true)
      for (const path of [PROCESSES, PROCESSORS]) {
        await refusal(path, { Authorization: `Bearer ${TOKENS.stranger}` }, 403, 'forbidden')
      }
    })

    it('below a path that does not exist, and leaves no socket hanging', async () => {
      await start()
      for (const path of [
        '/collectors/ws',
        '/collectors/ws/',
        '/collectors/ws/nothing',
        '/collectors/ws/..%2fprocesses',
      ]) {
        await refusal(path, {}, 404, 'not-found')
      }
      await refusal('/collectors/ws/%E0%A4%A', {}, 404, 'not-found')
      await refusal('/collectors/processes/%E0%A4%A', {}, 400, 'bad-request')
    })

    it('who is a stranger, below a path that does not exist', async () => {
      await start(true)
      await refusal('/collectors/ws/nothing', {}, 401, 'unauthorized')
    })

    it('who comes from a page of another site', async () => {
      await start()
      const origins = ['http://evil.example', 'null', 'http://127.0.0.1', 'https://127.0.0.1:1', 'nonsense']
      for (const Origin of origins) await refusal(PROCESSES, { Origin }, 403, 'forbidden')
    })

    it('who cannot speak WebSocket', async () => {
      await start()
      await refusal(PROCESSES, { 'Sec-WebSocket-Version': '7' }, 400, 'bad-request')
      await refusal(PROCESSES, { 'Sec-WebSocket-Key': 'short' }, 400, 'bad-request')
      await refusal(PROCESSES, { Upgrade: 'h2c' }, 400, 'bad-request')
    })

    it('who does not ask for an upgrade', async () => {
      await start()
      const { status, json } = await server.ask('GET', PROCESSES)
      assert.equal(status, 400)
      assert.equal(Object(json).code, 'bad-request')
    })
  })

  it('answer an ordinary request that offers an upgrade as if it did not', async () => {
    await start()
    const { status, json } = await server.askUpgrade('/collectors/processes', { Upgrade: 'h2c' })
    assert.equal(status, 200)
    assert.deepEqual(json, fleet.rows())
  })

  it('leave the upgrades of others alone', async () => {
    await start()
    const taken: Duplex[] = []
    server.onUpgrade(({ url }, socket) => {
      if (url === PROCESSES) return
      taken.push(socket)
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 mine\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOf: others\r\n\r\n')
    })
    for (const path of [
      '/comms',
      '/collectorsx/ws/processes',
      '/other/collectors/ws/processes',
      '/collectors/ws/mine',
    ]) {
      const { status, headers } = await server.askUpgrade(path)
      assert.deepEqual([status, headers.of], [101, 'others'])
      assert.equal(taken.at(-1)?.writableEnded, false)
    }
    assert.equal((await server.askUpgrade(PROCESSES)).headers.of, undefined)
    for (const socket of taken) socket.destroy()
  })

  it('survive a client that breaks off while it is looked at', async () => {
    server = new AdminServer()
    fleet = new FakeFleet(oven)
    let asked = 0
    const gate = new EventEmitter()
    const opened = once(gate, 'open')
    server.app.use((_req, _res, next) => {
      asked += 1
      void opened.then(() => next())
    })
    mountRoutes(server.red(), fleet)
    await server.open()
    const sockets: Duplex[] = []
    server.onUpgrade((_request, socket) => sockets.push(socket))
    const client = connect(server.port, '127.0.0.1')
    client.write(`GET ${PROCESSES} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    await until(() => asked === 1)
    client.resetAndDestroy()
    await until(() => sockets[0]?.destroyed === true)
    gate.emit('open')
    assert.equal((await server.ask('GET', '/collectors/processes')).status, 200)
  })

  describe('let in', () => {
    const origins: [string, Record<string, string>][] = [
      ['a program, which has no origin', {}],
      ['this very site', { Host: 'Gateway:1880', Origin: 'http://gateway:1880' }],
      ['this very site on its standard port', { Host: 'gateway', Origin: 'https://gateway' }],
      ['this very site, whose proxy writes the port', { Host: 'gateway:443', Origin: 'https://gateway' }],
      [
        'a site that a proxy forwards',
        { Host: '10.0.0.1:1880', 'X-Forwarded-Host': 'plant.example, a', Origin: 'https://plant.example' },
      ],
    ]
    for (const [who, headers] of origins) {
      it(who, async () => {
        await start()
        assert.equal((await server.askUpgrade(PROCESSES, headers)).status, 101)
      })
    }

    it('an origin that CORS has let in', async () => {
      server = new AdminServer()
      fleet = new FakeFleet(oven)
      server.app.use((req, res, next) => {
        if (req.headers.origin === 'http://dashboard.example')
          res.set('Access-Control-Allow-Origin', req.headers.origin)
        next()
      })
      mountRoutes(server.red(), fleet)
      await server.open()
      assert.equal((await server.askUpgrade(PROCESSES, { Origin: 'http://dashboard.example' })).status, 101)
      await refusal(PROCESSES, { Origin: 'http://evil.example' }, 403, 'forbidden')
    })

    it('whoever has a token in the header, in the URL or among the subprotocols, which keep it to themselves', async () => {
      await start(true)
      const bearer = MONITOR_TOKEN_PROTOCOL + Buffer.from(TOKENS.reader).toString('base64url')
      const ways: [string, Record<string, string>][] = [
        [PROCESSES, { Authorization: `Bearer ${TOKENS.reader}` }],
        [`${PROCESSES}?access_token=${TOKENS.reader}`, {}],
        [PROCESSES, { 'Sec-WebSocket-Protocol': `${MONITOR_PROTOCOL}, ${bearer}` }],
        [PROCESSES, { 'Sec-WebSocket-Protocol': `${bearer},${MONITOR_PROTOCOL}` }],
        [PROCESSES, { 'Sec-WebSocket-Protocol': `${MONITOR_PROTOCOL},${bearer}`, Authorization: 'Basic b3Zlbjo=' }],
      ]
      for (const [path, headers] of ways) {
        const { status, headers: agreed } = await server.askUpgrade(path, headers)
        assert.equal(status, 101)
        const offered = headers['Sec-WebSocket-Protocol']
        assert.equal(agreed['sec-websocket-protocol'], offered && MONITOR_PROTOCOL)
        assert.equal(agreed['sec-websocket-extensions'], undefined)
      }
    })

    it('anonymous users where the settings say that they may read, without letting them control', async () => {
      await start({ default: { permissions: 'read' } })
      const monitor = await connectTo(PROCESSES)
      await monitor.when('process_status')
      monitor.send({ type: 'command', command: 'stop', name: 'oven', id: 1 })
      const { success, ...answer } = await monitor.when('command_result')
      assert.equal(success, false)
      assert.equal('code' in answer && answer.code, 'unauthorized')
      assert.deepEqual(fleet.commands, [])
    })
  })

  for (const [root, path] of [
    ['/', PROCESSES],
    ['/admin/node-red/', `/admin/node-red${PROCESSES}`],
    ['admin', `/admin${PROCESSES}`],
  ] as const) {
    it(`are below the path of the editor: ${root}`, async () => {
      server = new AdminServer()
      fleet = new FakeFleet(oven)
      mountRoutes(server.red(Object({ settings: { httpAdminRoot: root } })), fleet)
      await server.open(false, root.startsWith('/') ? root : `/${root}`)
      server.events.emit('flows:started')
      const monitor = await connectTo(path)
      assert.deepEqual((await monitor.when('process_status')).data, [oven])
    })
  }

  it('are nowhere without an admin server', async () => {
    await open(false, { httpAdminRoot: false })
    for (const path of [PROCESSES, '/collectors/processes', '/collectors/events', '/collectors/metrics']) {
      const answers = [await server.ask('GET', path), await server.askUpgrade(path)]
      for (const { status, json } of answers) assert.deepEqual([status, json], [404, undefined])
    }
  })

  describe('of the process table', () => {
    it('send a snapshot, then what changes, numbered without a gap', async () => {
      await start()
      const monitor = await connectTo(PROCESSES)
      const { data, seq, timestamp } = await monitor.when('process_status')
      assert.deepEqual(data, [oven, press])
      assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000)
      const running = processRow('press')
      fleet.set(running)
      const { log: _, ...event } = processEvent('press')
      fleet.tell({ ...event, log: ['secret of the process'] })
      fleet.remove('oven')
      await monitor.when('process_status_update', ({ removed }) => removed.length > 0)
      const [, ...changes] = monitor.messages
      assert.deepEqual(
        changes.map(({ timestamp: _time, ...change }) => change),
        [
          { type: 'process_status_update', data: [running], removed: [], seq: seq + 1 },
          { type: 'process_event', data: event, seq: seq + 2 },
          { type: 'process_status_update', data: [], removed: ['oven'], seq: seq + 3 },
        ],
      )
    })

    it('send a snapshot to each who asks, with the number of the last change', async () => {
      await start()
      const [first, second] = [await connectTo(PROCESSES), await connectTo(PROCESSES)]
      await Promise.all([first.when('process_status'), second.when('process_status')])
      fleet.set(processRow('saw'))
      await first.when('process_status_update')
      for (let times = 0; times < 500; times++) first.send({ type: 'get_status' })
      const { data, seq } = await first.when('process_status', (message) => message.data.length === 3)
      assert.deepEqual(data, fleet.rows())
      assert.equal(seq, first.of('process_status_update')[0]?.seq)
      first.send({ type: 'subscribe', id: 'last' })
      await first.when('error')
      assert.ok(first.of('process_status').length < 10, 'many that ask at once get few answers')
      assert.equal(second.of('process_status').length, 1)
    })

    it('tell nothing before the flows have started, but who asks; then all of it', async () => {
      await open()
      const monitor = await connectTo(PROCESSES)
      fleet.set(processRow('saw'))
      monitor.send({ type: 'subscribe' })
      await monitor.when('error')
      assert.deepEqual(monitor.messages.length, 1)
      server.events.emit('flows:started')
      const { data, seq } = await monitor.when('process_status')
      assert.deepEqual(data, fleet.rows())
      fleet.set(oven)
      assert.equal((await monitor.when('process_status_update')).seq, seq + 1)
    })

    it('follow the table only while somebody is there', async () => {
      await start()
      assert.equal(fleet.listeners.size, 0)
      const [first, second] = [await connectTo(PROCESSES), await connectTo(PROCESSES)]
      await second.when('process_status')
      assert.equal(fleet.listeners.size, 1)
      await first.close()
      fleet.set(press)
      await second.when('process_status_update')
      await second.close()
      await until(() => fleet.listeners.size === 0)
    })
  })

  describe('of the way into the database', () => {
    it('send a snapshot, then what changes and what goes', async () => {
      await start()
      fleet.setProcessor('Line A', processorStatus())
      fleet.setProcessor('Line B', processorStatus())
      const monitor = await connectTo(PROCESSORS)
      const { data, seq } = await monitor.when('processor_status')
      assert.deepEqual(data, fleet.processors())
      const busy = processorStatus({ queue_pending: 5 })
      fleet.setProcessor('Line B', busy)
      const update = await monitor.when('processor_status_update')
      assert.deepEqual([update.seq, update.data, update.removed], [seq + 1, { 'Line B': busy }, []])
      delete fleet.processorStatuses['Line A']
      fleet.remove('historian of Line A')
      const gone = await monitor.when('processor_status_update', ({ removed }) => removed.length > 0)
      assert.deepEqual([gone.seq, gone.data, gone.removed], [seq + 2, {}, ['Line A']])
    })

    it('send nothing when nothing changed', async () => {
      await start()
      fleet.setProcessor('Line A', processorStatus())
      const monitor = await connectTo(PROCESSORS)
      await monitor.when('processor_status')
      fleet.setProcessor('Line A', processorStatus())
      fleet.set(oven)
      await delay(150)
      monitor.send({ type: 'get_status' })
      await until(() => monitor.of('processor_status').length === 2)
      assert.deepEqual(monitor.of('processor_status_update'), [])
    })
  })

  describe('obey', () => {
    it('each command, and answer with its id', async () => {
      await start(true)
      const monitor = await connectTo(PROCESSES, [], asUser(TOKENS.operator))
      const orders = [
        { command: 'stop', name: 'oven', id: 'a' },
        { command: 'restart', name: 'press', id: 7 },
        { command: 'start-all' },
      ]
      for (const order of orders) monitor.send({ type: 'command', ...order })
      await until(() => monitor.of('command_result').length === 3)
      for (const [index, order] of orders.entries()) {
        const { timestamp: _, results, ...answer } = monitor.of('command_result')[index] ?? assert.fail()
        assert.deepEqual(answer, { type: 'command_result', ...order, success: true })
        assert.equal(results.length, order.name === undefined ? 2 : 1)
      }
      assert.deepEqual(
        fleet.commands.map(({ command }) => command),
        orders.map(({ id: _, ...order }) => order),
      )
      assert.equal(server.audits.length, 3)
    })

    it('names with slashes, dots, percent signs and Chinese', async () => {
      await start()
      const monitor = await connectTo(PROCESSES)
      for (const name of ['a/b', '..', '../../flows', '50%', '%2F', '炉子 1', '"\\', '__proto__', '🙂']) {
        fleet.set(processRow(name))
        monitor.send({ type: 'command', command: 'stop', name, id: name })
        const { success, name: told } = await monitor.when('command_result', ({ id }) => id === name)
        assert.deepEqual([success, told], [true, name])
        assert.ok((await monitor.when('process_status_update', ({ data }) => data[0]?.name === name)).data)
      }
    })

    it('nobody who may only read', async () => {
      await start(true)
      const monitor = await connectTo(PROCESSES, [], asUser(TOKENS.reader))
      monitor.send({ type: 'command', command: 'stop-all', id: 1 })
      const { timestamp: _, ...answer } = await monitor.when('command_result')
      assert.deepEqual(answer, {
        type: 'command_result',
        id: 1,
        command: 'stop-all',
        success: false,
        results: [],
        error: 'this user lacks the permission collector-supervisor.write',
        code: 'forbidden',
      })
      assert.deepEqual(fleet.commands, [])
    })

    it('and tell what failed', async () => {
      await start()
      const failed: CommandResult = { name: 'oven', success: false, error: 'it does not end', code: 'timeout' }
      fleet.outcome = () => [failed, { name: 'press', success: true }]
      const monitor = await connectTo(PROCESSES)
      monitor.send({ type: 'command', command: 'stop-all' })
      const { timestamp: _, ...answer } = await monitor.when('command_result')
      assert.deepEqual(answer, {
        type: 'command_result',
        command: 'stop-all',
        success: false,
        results: [failed, { name: 'press', success: true }],
        error: 'stop-all failed: "oven": it does not end',
        code: 'timeout',
      })
      monitor.send({ type: 'command', command: 'stop', name: 'nobody' })
      fleet.outcome = undefined
      const missing = await monitor.when('command_result', ({ name }) => name === 'nobody')
      assert.equal('code' in missing && missing.code, 'not-found')
    })

    it('and log a mistake of ours without telling it', async () => {
      await start()
      fleet.outcome = () => {
        throw new Error('secret')
      }
      const monitor = await connectTo(PROCESSES)
      monitor.send({ type: 'command', command: 'stop', name: 'oven' })
      const answer = await monitor.when('command_result')
      assert.ok(!JSON.stringify(answer).includes('secret'))
      assert.equal('code' in answer && answer.code, 'internal')
      assert.equal(server.errors.length, 1)
    })

    it('no more commands at once than a person would give', async () => {
      await start()
      const release: (() => void)[] = []
      fleet.outcome = () => new Promise((done) => release.push(() => done([{ name: 'oven', success: true }])))
      const monitor = await connectTo(PROCESSES)
      for (let id = 0; id < 40; id++) monitor.send({ type: 'command', command: 'stop', name: 'oven', id })
      await until(() => monitor.of('command_result').length === 8)
      for (const answer of monitor.of('command_result')) assert.equal('code' in answer && answer.code, 'conflict')
      for (const done of release) done()
      await until(() => monitor.of('command_result').length === 40)
    })
  })

  it('answer nonsense with an error, and go on', async () => {
    await start()
    const monitor = await connectTo(PROCESSES)
    const nonsense = [
      '',
      '{',
      'null',
      '[]',
      '"get_status"',
      '{"type":"command","id":"x"}',
      '\u0000',
      '{"type":["get_status"]}',
    ]
    for (const text of nonsense) monitor.send(text)
    await until(() => monitor.of('error').length === nonsense.length)
    for (const { code, error } of monitor.of('error')) assert.ok(code === 'bad-request' && error !== '')
    assert.equal(monitor.of('error')[5]?.id, 'x')
    monitor.send({ type: 'get_status' })
    await until(() => monitor.of('process_status').length === 2)
  })

  it('refuse a message of more than 64 KiB, and one that is no text', async () => {
    await start()
    const [long, binary, fitting] = [await connectTo(PROCESSES), await connectTo(PROCESSES), await connectTo(PROCESSES)]
    long.send('a'.repeat(MONITOR_MESSAGE_MAX_BYTES + 1))
    assert.equal((await long.whenClosed()).code, 1009)
    binary.socket.send(Buffer.from('{"type":"get_status"}'))
    assert.equal((await binary.whenClosed()).code, 1003)
    fitting.send('a'.repeat(MONITOR_MESSAGE_MAX_BYTES))
    await fitting.when('error')
    assert.equal(fitting.socket.readyState, WebSocket.OPEN)
  })
})
