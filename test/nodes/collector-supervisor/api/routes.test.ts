import assert from 'node:assert/strict'
import { summarize } from '../../../../lib/contract/process-row'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer, type Ask, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { processRow } from '../../../support/process-row'

const bearer = (token: string): Ask => ({ headers: { Authorization: `Bearer ${token}` } })

function isError(json: unknown, code: string): void {
  assert.ok(json && typeof json === 'object' && 'error' in json && 'code' in json, JSON.stringify(json))
  assert.equal(json.code, code)
  assert.ok(typeof json.error === 'string' && json.error !== '')
}

describe('The REST routes', () => {
  let server: AdminServer
  let fleet: FakeFleet
  const oven = processRow('oven')
  const press = processRow('press', { status: 'crashed', cpu_percent: 0 })

  beforeEach(async () => {
    server = new AdminServer()
    fleet = new FakeFleet(oven, press)
    mountRoutes(server.red(), fleet)
    await server.open()
  })
  afterEach(() => server.close())

  it('answer JSON 404 for an unknown process, route and method', async () => {
    for (const [method, path] of [
      ['GET', '/collectors/processes/nobody'],
      ['GET', '/collectors/processes/nobody/logs'],
      ['POST', '/collectors/processes/nobody/stop'],
      ['POST', '/collectors/processes/oven/explode'],
      ['GET', '/collectors/processes/oven/stop'],
      ['POST', '/collectors/processes'],
      ['DELETE', '/collectors/processes/oven'],
      ['GET', '/collectors'],
      ['GET', '/collectors/nothing?access_token=secret'],
      ['OPTIONS', '/collectors/processes/oven/explode'],
    ] as const) {
      const { status, json, text } = await server.ask(method, path)
      assert.equal(status, 404, `${method} ${path}`)
      isError(json, 'not-found')
      assert.ok(!text.includes('secret'))
    }
  })

  it('leave all other paths to Node-RED', async () => {
    for (const path of ['/flows', '/collectorsx', '/']) {
      const { status, json } = await server.ask('GET', path)
      assert.equal(status, 404)
      assert.equal(json, undefined)
    }
  })

  it('answer 400 for malformed percent-encoding', async () => {
    for (const path of [
      '/collectors/processes/%',
      '/collectors/processes/%E0%A4%A',
      '/collectors/processes/50%/logs',
    ]) {
      const { status, json } = await server.ask('GET', path)
      assert.equal(status, 400, path)
      isError(json, 'bad-request')
    }
    const { status } = await server.ask('POST', '/collectors/processes/%zz/stop')
    assert.equal(status, 400)
    assert.deepEqual(fleet.commands, [])
  })

  const failures = { 'not-found': 404, conflict: 409, timeout: 504, failed: 409 } as const
  for (const code of ['not-found', 'conflict', 'timeout', 'failed'] as const) {
    it(`answer ${failures[code]} when a command ends with ${code}`, async () => {
      fleet.outcome = () => [{ name: 'oven', success: false, error: 'because', code }]
      const { status, json } = await server.ask('POST', '/collectors/processes/oven/restart')
      assert.equal(status, failures[code])
      isError(json, code)
    })
  }

  it('answer 500 and log when the table throws, without telling why', async () => {
    fleet.outcome = () => Promise.reject(new Error('secret path'))
    const { status, json, text } = await server.ask('POST', '/collectors/processes/oven/stop')
    assert.equal(status, 500)
    isError(json, 'internal')
    assert.ok(!text.includes('secret'))
    assert.match(String(server.errors[0]), /secret path/)
  })

  it('give all rows, one row, the summary and the logs', async () => {
    const lines = [{ time: '2026-01-02T03:04:05.678Z', source: 'stderr' as const, text: 'hello' }]
    fleet.logLines.set('oven', lines)
    for (const [path, expected] of [
      ['/collectors/processes', [oven, press]],
      ['/collectors/processes/oven', oven],
      ['/collectors/processes/stats/summary', summarize([oven, press])],
      ['/collectors/processes/oven/logs', lines],
      ['/collectors/processes/press/logs', []],
    ] as const) {
      const { status, json, headers } = await server.ask('GET', path)
      assert.equal(status, 200, path)
      assert.deepEqual(json, expected, path)
      assert.equal(headers['cache-control'], 'no-store')
    }
  })

  it('pass each command on once, and answer with its results', async () => {
    for (const command of ['start', 'stop', 'restart'] as const) {
      const { status, json } = await server.ask('POST', `/collectors/processes/oven/${command}`)
      assert.equal(status, 200)
      const done = { start: 'started', stop: 'stopped', restart: 'restarted' }[command]
      assert.deepEqual(json, { message: `"oven" ${done}`, results: [{ name: 'oven', success: true }] })
      assert.deepEqual(fleet.commands.splice(0), [{ command: { command, name: 'oven' }, supervisorId: undefined }])
    }
    for (const command of ['start-all', 'stop-all'] as const) {
      const { status, json } = await server.ask('POST', `/collectors/processes/${command}`)
      assert.equal(status, 200)
      const results = ['oven', 'press'].map((name) => ({ name, success: true }))
      assert.deepEqual(json, { message: `2 of 2 ${command === 'start-all' ? 'started' : 'stopped'}`, results })
      assert.deepEqual(fleet.commands.splice(0), [{ command: { command }, supervisorId: undefined }])
    }
  })

  it('write each command into the audit log', async () => {
    await server.ask('POST', '/collectors/processes/oven/stop')
    assert.deepEqual(server.audits, [{ level: 98, event: 'collectors.command', command: 'stop', name: 'oven' }])
  })

  const oddNames = [
    'start-all',
    'stop-all',
    'stats',
    'summary',
    'logs',
    'start',
    'a/b',
    '..',
    '.',
    '../../flows',
    '50%',
    '%2F',
    'Ofen 炉子',
    'a b?c#d',
    '"quoted" \\ back',
    '__proto__x',
    'constructor',
    '🙂',
  ]
  for (const name of oddNames) {
    it(`reach a reader called ${name}, url-encoded`, async () => {
      const row = processRow(name)
      fleet.set(row)
      const path = `/collectors/processes/${encodeURIComponent(name)}`
      assert.deepEqual((await server.ask('GET', path)).json, row)
      assert.deepEqual((await server.ask('GET', `${path}/logs`)).json, [])
      assert.equal((await server.ask('POST', `${path}/restart`)).status, 200)
      assert.deepEqual(
        fleet.commands.map(({ command }) => command),
        [{ command: 'restart', name }],
      )
      const summary = await server.ask('GET', '/collectors/processes/stats/summary')
      assert.deepEqual(summary.json, summarize(fleet.rows()))
    })
  }

  it('take a command without a body, with an empty form and with JSON from a program', async () => {
    for (const ask of [
      {},
      { body: '', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      { body: '{}', headers: { 'Content-Type': 'application/json' } },
    ]) {
      assert.equal((await server.ask('POST', '/collectors/processes/oven/stop', ask)).status, 200)
    }
  })

  const unknown: [method: 'GET' | 'POST', path: string, said: RegExp][] = [
    ['GET', 'processes?name=oven', /^there is no parameter "name": none is expected here$/],
    ['GET', 'processes/oven?x', /"x"/],
    ['GET', 'processes/stats/summary?supervisor=a', /"supervisor"/],
    ['GET', 'processes/oven/logs?limit=5', /"limit"/],
    ['GET', 'processor?supervisor=a', /"supervisor"/],
    ['GET', 'metrics?name[]=oven', /"name\[\]"/],
    ['GET', 'events?name=oven', /"name"/],
    ['GET', 'ws/processes?name=oven', /"name"/],
    ['GET', 'journal?nam=oven', /^there is no parameter "nam"; there are name, kind, from, limit, before$/],
    ['GET', 'journal?limit=5&limit=6', /^limit: give it once$/],
    ['GET', 'journal?limit[x]=5', /"limit\[x\]"/],
    ['GET', 'journal?__proto__[x]=5', /"__proto__\[x\]"/],
    ['GET', 'journal?access_token[]=5', /"access_token\[\]"/],
    [
      'GET',
      'history?collector=a&tag[x]=1',
      /^there is no parameter "tag\[x\]"; there are collector, from, to, buckets, tag$/,
    ],
    ['GET', 'history?collector=a&collector=b', /^collector: give it once$/],
    ['GET', 'history?collector=a&form=-1h', /"form"/],
    ['GET', 'dead-letters?supervisr=a', /"supervisr"/],
    ['GET', 'certificates?name=a', /"name"/],
    ['GET', 'certificates/own?supervisor=a&supervisor=b', /^supervisor: give it once$/],
    ['POST', 'processes/oven/stop?name=press', /"name"/],
    ['POST', 'processes/stop-all?supervisor=a', /"supervisor"/],
    ['POST', 'dead-letters/discard?supervisor=a', /"supervisor"/],
  ]
  for (const [method, path, said] of unknown) {
    it(`name a parameter that they do not know: ${method} ${path}`, async () => {
      const { status, json } = await server.ask(method, `/collectors/${path}`)
      assert.equal(status, 400)
      isError(json, 'bad-request')
      assert.match(Object(json).error, said)
      assert.deepEqual(fleet.commands, [])
    })
  }

  it('let on what has nothing to do with them: a token, and what gets around a cache', async () => {
    assert.equal((await server.ask('GET', '/collectors/processes?access_token=a&_=123&_=124')).status, 200)
    assert.equal((await server.ask('POST', '/collectors/processes/oven/stop?access_token=a')).status, 200)
  })

  it('take several tags, in both ways to write them', async () => {
    const asked: unknown[] = []
    fleet.past = async ({ collector, from, to, tags }) => {
      asked.push(tags)
      return { collector, from, to, series: [] }
    }
    for (const query of ['tag=a&tag=b', 'tag[]=a&tag[]=b', 'tag%5B%5D=a&tag%5B%5D=b']) {
      assert.equal((await server.ask('GET', `/collectors/history?collector=oven&${query}`)).status, 200)
    }
    assert.deepEqual(asked, [
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it('refuse a command of a foreign page', async () => {
    for (const path of ['/collectors/processes/stop-all', '/collectors/processes/oven/stop']) {
      const { status, json } = await server.ask('POST', path, { headers: { Origin: 'http://evil.example' } })
      assert.equal(status, 403)
      isError(json, 'forbidden')
    }
    assert.deepEqual(fleet.commands, [])
  })

  it('are mounted once for each server, however often they are asked to', async () => {
    const count = layersOf(server).length
    mountRoutes(server.red(), fleet)
    assert.equal(layersOf(server).length, count)
  })

  it('are not mounted where there is no admin server', () => {
    for (const httpAdmin of [undefined, null]) mountRoutes(server.red(Object({ httpAdmin })), fleet)
  })
})

const JSON_TYPE = 'application/json'

describe('The body of a request', () => {
  let server: AdminServer
  let fleet: FakeFleet

  beforeEach(async () => {
    server = new AdminServer()
    fleet = new FakeFleet(processRow('oven'))
    // As in Node-RED, whose own app takes the nodes' before they have routes.
    await server.open()
    mountRoutes(server.red(), fleet)
  })
  afterEach(() => server.close())

  const posts = [
    'processes/oven/stop',
    'processes/stop-all',
    'dead-letters/discard',
    'dead-letters/requeue',
    'certificates/trust',
  ]
  // biome-ignore format: a table, one line a body
  const bodies: [status: number, code: string, type: string | undefined, body: string, said: RegExp][] = [
    [415, 'unsupported-media-type', 'application/x-www-form-urlencoded', 'supervisor=a', /Content-Type: application\/json/],
    [415, 'unsupported-media-type', 'text/plain', '{"supervisor":"a"}', /Content-Type/],
    [415, 'unsupported-media-type', 'application/jsonp', '{}', /Content-Type/],
    [415, 'unsupported-media-type', undefined, '{}', /Content-Type/],
    [415, 'unsupported-media-type', `${JSON_TYPE}; charset=latin1`, '{}', /charset/],
    [400, 'bad-request', JSON_TYPE, '{"supervisr":"a"}', /^there is no member "supervisr" of the body/],
    [400, 'bad-request', JSON_TYPE, '{"__proto__":{"supervisor":"a"}}', /"__proto__"/],
    [400, 'bad-request', JSON_TYPE, '[]', /^the body must be an object in JSON$/],
    [400, 'bad-request', JSON_TYPE, '{', /JSON/],
    [413, 'too-large', JSON_TYPE, `{"ids":[${'1,'.repeat(60_000)}1]}`, /^the body is above the limit of 102400 bytes .*apiMaxLength/],
  ]
  for (const [status, code, type, body, said] of bodies) {
    it(`is answered by ${status} if it is ${body.slice(0, 40)} of the type ${type}`, async () => {
      fleet.moved = () => assert.fail('something was done')
      for (const path of posts) {
        const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type }
        const answer = await server.ask('POST', `/collectors/${path}`, { body, headers })
        assert.equal(answer.status, status, `${path} ${answer.text}`)
        isError(answer.json, code)
        assert.match(Object(answer.json).error, said)
      }
      assert.deepEqual(fleet.commands, [])
    })
  }
})

describe('The REST routes under adminAuth', () => {
  let server: AdminServer
  let fleet: FakeFleet
  const gets = ['/collectors/processes', '/collectors/processes/oven', '/collectors/processes/oven/logs']
  gets.push(
    '/collectors/processes/stats/summary',
    '/collectors/journal',
    '/collectors/unknown',
    '/collectors/processes/%',
  )
  const posts = ['start-all', 'stop-all', 'oven/start', 'oven/stop', 'oven/restart'].map(
    (path) => `/collectors/processes/${path}`,
  )

  beforeEach(() => {
    server = new AdminServer()
    fleet = new FakeFleet(processRow('oven'))
    mountRoutes(server.red(), fleet)
  })
  afterEach(() => server.close())

  const expectRefusal = async (method: string, path: string, ask: Ask, status: 401 | 403) => {
    const answer = await server.ask(method, path, ask)
    assert.equal(answer.status, status, `${method} ${path}`)
    assert.ok(answer.json && typeof answer.json === 'object' && 'code' in answer.json, answer.text)
    assert.equal(answer.json.code, status === 401 ? 'unauthorized' : 'forbidden')
    assert.deepEqual(fleet.commands, [])
  }

  it('answer nobody who has no token or a wrong one', async () => {
    await server.open(true)
    for (const ask of [{}, bearer('wrong'), { headers: { Authorization: 'Basic b3ZlbjpvdmVu' } }]) {
      for (const path of gets) await expectRefusal('GET', path, ask, 401)
      for (const path of posts) await expectRefusal('POST', path, ask, 401)
      await expectRefusal('DELETE', '/collectors/processes/oven', ask, 401)
    }
  })

  it('say in the header how to log in', async () => {
    await server.open(true)
    const { headers } = await server.ask('GET', '/collectors/processes')
    assert.match(String(headers['www-authenticate']), /^Bearer/)
  })

  it('let a reader read, but not control', async () => {
    await server.open(true)
    const statuses = []
    for (const path of gets) statuses.push((await server.ask('GET', path, bearer(TOKENS.reader))).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 404, 400])
    for (const path of posts) await expectRefusal('POST', path, bearer(TOKENS.reader), 403)
  })

  it('let an operator do both', async () => {
    await server.open(true)
    for (const path of posts) assert.equal((await server.ask('POST', path, bearer(TOKENS.operator))).status, 200, path)
    assert.equal(fleet.commands.length, posts.length)
    assert.equal((await server.ask('GET', '/collectors/processes', bearer(TOKENS.operator))).status, 200)
  })

  it('answer nothing to a user whose permissions are about other things', async () => {
    await server.open(true)
    for (const path of gets) await expectRefusal('GET', path, bearer(TOKENS.stranger), 403)
    for (const path of posts) await expectRefusal('POST', path, bearer(TOKENS.stranger), 403)
  })

  it('let anonymous users read where the settings say so, and ask them to log in before they control', async () => {
    await server.open({ default: { permissions: 'read' } })
    assert.equal((await server.ask('GET', '/collectors/processes')).status, 200)
    for (const path of posts) await expectRefusal('POST', path, {}, 401)
  })

  it('have no route that answers without asking for its permission', async () => {
    const asked: string[] = []
    const guarded = new AdminServer()
    const needsPermission = (permission: string) => (_req: object, res: { end(): unknown }) => {
      asked.push(permission)
      res.end()
    }
    mountRoutes(guarded.red(Object({ auth: { needsPermission } })), fleet)
    await guarded.open()
    try {
      const routes = layersOf(guarded).flatMap(({ route }) => (route ? [route] : []))
      assert.equal(routes.length, 25)
      for (const { path, methods } of routes) {
        for (const method of Object.keys(methods)) {
          asked.length = 0
          const { status } = await guarded.ask(method.toUpperCase(), path.replace(':name', 'oven'))
          assert.equal(status, 401, `${method} ${path}`)
          assert.deepEqual(asked, [method === 'get' ? 'collector-supervisor.read' : 'collector-supervisor.write'])
        }
        const upgrade = await guarded.askUpgrade(path.replace(':name', 'oven'))
        assert.equal(upgrade.status, 401, `upgrade of ${path}`)
        isError(upgrade.json, 'unauthorized')
      }
    } finally {
      await guarded.close()
    }
  })
})

type Layer = { route?: { path: string; methods: Record<string, boolean> } }

/** Express 4 keeps its routes in `_router`, which its types do not show. */
function layersOf({ app }: AdminServer): Layer[] {
  const { _router }: { _router?: { stack: Layer[] } } = Object(app)
  return _router?.stack ?? []
}
