// Who may see and control the collectors, in a real Node-RED with users.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { MONITOR_PROTOCOL, MONITOR_TOKEN_PROTOCOL } from '../../lib/contract/monitor'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { Monitor } from '../support/monitor'
import { NodeRed, PACKAGE_ROOT } from '../support/node-red'

const READING = [
  'processes',
  'processes/boiler',
  'processes/stats/summary',
  'processes/boiler/logs',
  'journal',
  'metrics',
  'processor',
]
const SOCKETS = ['ws/processes', 'ws/processor-status']
const CONTROLLING = ['boiler/start', 'boiler/stop', 'boiler/restart', 'start-all', 'stop-all'].map(
  (path) => `processes/${path}`,
)
const PASSWORD = 'only-for-this-test'
const PERMISSIONS = {
  operator: '*',
  guest: 'read',
  viewer: 'collector-supervisor.read',
  controller: ['collector-supervisor.read', 'collector-supervisor.write'],
  programmer: ['flows.read', 'flows.write'],
}
type User = keyof typeof PERMISSIONS

function adminAuth(): string {
  const require = createRequire(join(PACKAGE_ROOT, 'node_modules', 'node-red', 'red.js'))
  const hash = JSON.stringify(require('bcryptjs').hashSync(PASSWORD, 4))
  const users = Object.entries(PERMISSIONS).map(([username, permissions]) => ({ username, permissions }))
  const list = users.map((user) => `{ ...${JSON.stringify(user)}, password: ${hash} }`)
  return `adminAuth: { type: 'credentials', users: [${list}] },`
}

/** For the settings: a route that tells the paths of all routes that nodes have mounted on Node-RED's admin server. */
const ROUTES_ROUTE = `
  httpAdminMiddleware: (req, res, next) => {
    if (req.path !== '/test/routes') return next()
    const { stack } = require.main.require('@node-red/runtime').httpAdmin._router
    const routes = stack.filter((layer) => layer.route).map(({ route }) => route)
    res.json(routes.map(({ path, methods }) => ({ path, methods: Object.keys(methods) })))
  },
`

async function tokenOf(nodeRed: NodeRed, username: User, root = ''): Promise<Record<string, string>> {
  const grant = {
    client_id: 'node-red-admin',
    grant_type: 'password',
    scope: [PERMISSIONS[username]].flat().join(' '),
    username,
    password: PASSWORD,
  }
  const { body } = await nodeRed.request('POST', `${root}/auth/token`, grant)
  const token = typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : undefined
  assert.equal(typeof token, 'string', JSON.stringify(body))
  return { authorization: `Bearer ${token}` }
}

function assertIsError(answer: { status: number; body: unknown }, statuses: number[], what: string): void {
  assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
  const { error, code } = Object(answer.body)
  assert.ok(typeof error === 'string' && typeof code === 'string', `${what}: ${JSON.stringify(answer.body)}`)
}

describe('with adminAuth', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    nodeRed = await NodeRed.start({
      flows: flowOf(supervisorNode(), readerNode('boiler', device.port)),
      settings: adminAuth() + ROUTES_ROUTE,
    })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  it('no route answers without a token, or with a wrong one', async () => {
    const wrong: Record<string, string> = { authorization: 'Bearer wrong' }
    for (const headers of [{}, wrong]) {
      for (const path of READING)
        assertIsError(await nodeRed.request('GET', `/collectors/${path}`, undefined, headers), [401], path)
      for (const path of CONTROLLING)
        assertIsError(await nodeRed.request('POST', `/collectors/${path}`, undefined, headers), [401], path)
      assertIsError(
        await nodeRed.request('GET', '/collectors/no/such/route', undefined, headers),
        [401],
        'unknown route',
      )
    }
  })

  it('no route that was ever mounted answers without a token', async () => {
    const { body } = await nodeRed.request('GET', '/test/routes')
    assert.ok(Array.isArray(body))
    const routes = body.filter(({ path }) => /collector/.test(path))
    assert.ok(routes.length >= READING.length + CONTROLLING.length, JSON.stringify(routes))
    for (const { path, methods } of routes) {
      for (const method of methods) {
        const answer = await nodeRed.request(method.toUpperCase(), path.replace(':name', 'boiler'))
        assertIsError(answer, [401], `${method} ${path}`)
      }
    }
  })

  it('no upgrade is granted without a token, or with a wrong one', async () => {
    const protocol = MONITOR_TOKEN_PROTOCOL + Buffer.from('wrong').toString('base64url')
    for (const path of [...SOCKETS, ...READING, 'events', 'no/such/route']) {
      const url = `${nodeRed.url}/collectors/${path}`
      await assert.rejects(Monitor.open(url), /401/, path)
      await assert.rejects(Monitor.open(`${url}?access_token=wrong`), /401/, path)
      await assert.rejects(Monitor.open(url, [MONITOR_PROTOCOL, protocol]), /401/, path)
      await assert.rejects(Monitor.open(url, [], { headers: { authorization: 'Bearer wrong' } }), /401/, path)
    }
  })

  it('a user with permissions for other things gets no upgrade', async () => {
    const headers = await tokenOf(nodeRed, 'programmer')
    for (const path of [...SOCKETS, 'events']) {
      await assert.rejects(Monitor.open(`${nodeRed.url}/collectors/${path}`, [], { headers }), /403/, path)
    }
  })

  it('a user is pushed what he may read, however he brings his token, until it is revoked, and controls if he may', async () => {
    for (const user of ['viewer', 'controller'] as const) {
      const headers = await tokenOf(nodeRed, user)
      const token = headers.authorization?.replace('Bearer ', '') ?? assert.fail()
      const protocol = MONITOR_TOKEN_PROTOCOL + Buffer.from(token).toString('base64url')
      const url = `${nodeRed.url}/collectors/ws/processes`
      const monitors = [
        await Monitor.open(url, [], { headers }),
        await Monitor.open(`${url}?access_token=${encodeURIComponent(token)}`),
        await Monitor.open(url, [MONITOR_PROTOCOL, protocol]),
      ]
      for (const monitor of monitors) {
        const { data } = await monitor.when('process_status')
        assert.equal(data.length, 1)
        monitor.send({ type: 'command', command: 'restart', name: 'boiler' })
        const answer = await monitor.when('command_result')
        if (user === 'controller') assert.ok(answer.success, JSON.stringify(answer))
        else assert.equal('code' in answer && answer.code, 'forbidden')
      }
      await nodeRed.request('POST', '/auth/revoke', { token }, headers)
      for (const monitor of monitors) {
        monitor.send({ type: 'command', command: 'stop', name: 'boiler', id: 'late' })
        const answer = await monitor.when('command_result', ({ id }) => id === 'late')
        assert.equal('code' in answer && answer.code, 'unauthorized')
        await monitor.close()
      }
    }
  })

  for (const user of ['guest', 'viewer'] as const) {
    it(`a user who may only read sees everything and controls nothing: ${PERMISSIONS[user]}`, async () => {
      const headers = await tokenOf(nodeRed, user)
      const before = await nodeRed.request('GET', '/collectors/processes/boiler', undefined, headers)
      for (const path of READING)
        assert.equal((await nodeRed.request('GET', `/collectors/${path}`, undefined, headers)).status, 200, path)
      for (const path of CONTROLLING)
        assertIsError(await nodeRed.request('POST', `/collectors/${path}`, undefined, headers), [401, 403], path)
      const { body } = await nodeRed.request('GET', '/collectors/processes/boiler', undefined, headers)
      assert.equal(Object(body).status, 'running')
      assert.equal(Object(body).generation, Object(before.body).generation)
    })
  }

  it('a user with permissions for other things sees and controls nothing', async () => {
    const headers = await tokenOf(nodeRed, 'programmer')
    for (const path of READING)
      assertIsError(await nodeRed.request('GET', `/collectors/${path}`, undefined, headers), [401, 403], path)
    for (const path of CONTROLLING)
      assertIsError(await nodeRed.request('POST', `/collectors/${path}`, undefined, headers), [401, 403], path)
  })

  for (const user of ['operator', 'controller'] as const) {
    it(`a user who may write stops and starts a reader: ${PERMISSIONS[user]}`, async () => {
      const headers = await tokenOf(nodeRed, user)
      for (const [command, status] of [
        ['stop', 'stopped'],
        ['start', 'running'],
      ]) {
        const answer = await nodeRed.request('POST', `/collectors/processes/boiler/${command}`, undefined, headers)
        assert.equal(answer.status, 200, JSON.stringify(answer.body))
        const { body } = await nodeRed.request('GET', '/collectors/processes/boiler', undefined, headers)
        assert.equal(Object(body).status, status)
      }
    })
  }
})

describe('a page of another site', function () {
  this.timeout(120_000)

  it('connects only from an origin that httpAdminCors names', async () => {
    const nodeRed = await NodeRed.start({ flows: [], settings: "httpAdminCors: { origin: ['http://plant.example'] }," })
    try {
      const from = (origin: string): Promise<Monitor> =>
        Monitor.open(`${nodeRed.url}/collectors/ws/processes`, [], { origin })
      for (const origin of ['http://evil.example', 'null']) await assert.rejects(from(origin), /403/)
      for (const origin of ['http://plant.example', nodeRed.url]) await (await from(origin)).close()
    } finally {
      await nodeRed.dispose()
    }
  })
})

describe('wherever Node-RED serves its editor', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  before(async () => {
    device = await ModbusDevice.start()
    device.memory.set('holding', 0, 7)
  })
  after(() => device.close())

  const places = [
    { title: 'below a path of its own', settings: "httpAdminRoot: '/admin/node-red',", root: '/admin/node-red' },
    { title: 'where the flows are', settings: "httpAdminRoot: 'plant/', httpNodeRoot: '/plant',", root: '/plant' },
    { title: 'without the editor', settings: 'disableEditor: true,', root: '' },
    // Node-RED itself closes upgrades that nobody takes.
    { title: 'nowhere', settings: 'httpAdminRoot: false, inboundWebSocketTimeout: 100,', root: undefined },
  ]
  for (const { title, settings, root } of places) {
    it(`readers read ${title}${root === undefined ? '' : ', and the routes are there'}`, async () => {
      const nodeRed = await NodeRed.start({
        flows: flowOf(supervisorNode(), readerNode('boiler', device.port)),
        settings,
      })
      try {
        await nodeRed.recordedWhen('boiler', ({ payload }) => Object(payload).value === 7, { from: 0 })
        if (root === undefined) {
          for (const path of ['processes', 'events', 'metrics']) {
            assert.equal((await nodeRed.request('GET', `/collectors/${path}`)).status, 404)
          }
          for (const path of SOCKETS) await assert.rejects(Monitor.open(`${nodeRed.url}/collectors/${path}`))
          return
        }
        const { status, body } = await nodeRed.request('GET', `${root}/collectors/processes`)
        assert.equal(status, 200)
        assert.equal(Array.isArray(body) && body.length, 1)
        const monitor = await Monitor.open(`${nodeRed.url}${root}/collectors/ws/processes`)
        assert.equal((await monitor.when('process_status')).data.length, 1)
        await monitor.close()
        assert.match(String((await nodeRed.request('GET', `${root}/collectors/metrics`)).body), /_up\{name="boiler"/)
      } finally {
        await nodeRed.dispose()
      }
    })
  }
})
