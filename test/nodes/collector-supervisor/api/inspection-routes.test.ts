import assert from 'node:assert/strict'
import { Fault } from '../../../../lib/contract/fault'
import { mountInspectionRoutes } from '../../../../nodes/collector-supervisor/api/inspection-routes'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import type {
  Inspection,
  InspectionRequest,
  Inspector,
} from '../../../../nodes/collector-supervisor/inspection-request'
import type { Question } from '../../../../nodes/collector-supervisor/questions'
import { AdminServer, type Answer, TOKENS } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'

const JSON_TYPE = { 'content-type': 'application/json' }
const READING = { time: 1, tookMs: 2, tags: [{ name: 'a', value: 3 }], leftOut: 0 }
const REQUEST = { client: 'tab 1', supervisor: 's1', node: 'n1', settings: { host: 'plc' }, secrets: { password: 'p' } }

class FakeInspector implements Inspector {
  readonly asked: { request: InspectionRequest; question: Question }[] = []
  readonly closed: string[] = []
  answer: () => unknown = () => READING

  inspect(request: InspectionRequest): Inspection {
    return {
      ask: async (question) => {
        this.asked.push({ request, question })
        return this.answer()
      },
      close: async () => {},
    }
  }
  async closeInspection(client: string): Promise<void> {
    this.closed.push(client)
  }
}

describe('The REST routes that ask a device', () => {
  let server: AdminServer
  let inspector: FakeInspector

  beforeEach(() => {
    server = new AdminServer()
    inspector = new FakeInspector()
    mountInspectionRoutes(server.red(), inspector)
    mountRoutes(server.red(), new FakeFleet())
  })
  afterEach(() => server.close())

  function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return server.ask('POST', `/collectors/inspect/${path}`, {
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(body),
    })
  }

  it('read now with the settings that were sent, and nothing else', async () => {
    await server.open()
    const { status, json } = await post('modbus-in/read-now', REQUEST)
    assert.deepEqual([status, json], [200, READING])
    const other = await post('modbus-in/read-now', { ...REQUEST, script: 'evil.js' })
    assert.equal(other.status, 400)
    assert.match(other.text, /no member \\"script\\" of the body; there are client, supervisor, settings/)
    assert.deepEqual(inspector.asked, [
      { request: { ...REQUEST, nodeType: 'modbus-in', untagged: false }, question: { type: 'read-now' } },
    ])
  })

  it('browse, page by page', async () => {
    await server.open()
    inspector.answer = () => ({ nodes: [], next: 200 })
    const question = { node: 'i=85', from: 0 }
    const { status, json } = await post('opcua-in/browse', { ...REQUEST, question })
    assert.deepEqual([status, json], [200, { nodes: [], next: 200 }])
    const [asked] = inspector.asked
    assert.equal(asked?.request.untagged, true)
    assert.deepEqual(asked?.question, { type: 'query', query: { ...question, ask: 'browse' } })
  })

  it('close what a client has', async () => {
    await server.open()
    assert.equal((await post('close', { client: 'tab 1' })).status, 200)
    assert.deepEqual(inspector.closed, ['tab 1'])
  })

  for (const [path, body] of [
    ['modbus-in/read-now', {}],
    ['modbus-in/read-now', { ...REQUEST, client: '' }],
    ['modbus-in/read-now', { ...REQUEST, client: 'x'.repeat(101) }],
    ['modbus-in/read-now', { ...REQUEST, settings: 'x' }],
    ['opcua-in/browse', { ...REQUEST, question: [] }],
    ['opcua-in/browse', { ...REQUEST, question: { node: 'x'.repeat(10_001) } }],
    ['close', {}],
  ] as const) {
    it(`refuse what is malformed: ${path} ${JSON.stringify(body).slice(0, 60)}`, async () => {
      await server.open()
      const { status, json } = await post(path, body)
      assert.equal(status, 400)
      assert.ok(json && typeof json === 'object' && 'code' in json && json.code === 'bad-request')
      assert.deepEqual(inspector.asked, [])
    })
  }

  // biome-ignore format: a table, one line a fault
  const faults: [fault: Fault, status: number, code: string][] = [
    [new Fault('config', 'configuration', 'host: must not be empty'), 400, 'bad-request'],
    [new Fault('config', 'not-found', 'there is no reader'), 404, 'not-found'],
    [new Fault('device', 'busy', '4 devices are being asked'), 503, 'busy'],
    [new Fault('device', 'bad-request', 'node: no NodeId'), 400, 'bad-request'],
    [new Fault('link', 'certificate-unknown', 'trust it'), 409, 'failed'],
    [new Fault('link', 'no-answer', 'nothing came'), 504, 'timeout'],
    [new Fault('link', 'process-ended', 'was ended by SIGKILL'), 409, 'failed'],
  ]
  for (const [fault, expected, code] of faults) {
    it(`answer ${expected} for ${fault.code}`, async () => {
      await server.open()
      inspector.answer = () => {
        throw fault
      }
      const { status, json } = await post('opcua-in/browse', REQUEST)
      assert.deepEqual([status, json], [expected, { error: fault.message, code, reason: fault.code }])
    })
  }

  it('do not pass a malformed reading on', async () => {
    await server.open()
    inspector.answer = () => ({ tags: 'x' })
    assert.equal((await post('modbus-in/read-now', REQUEST)).status, 409)
  })

  it('are for those who may write collectors and flows: who asks decides where a password goes', async () => {
    const users = ['collectors', 'flows', 'both'].map((username) => ({ username, password: '', permissions: 'read' }))
    const scopes = { collectors: ['read', 'collector-supervisor.write'], flows: ['flows.write'], both: '*' }
    const tokens = Object.entries(scopes).map(([user, scope]) => ({ token: user, user, scope }))
    await server.open({ users, tokens })
    for (const [token, expected] of [
      [undefined, 401],
      ['collectors', 403],
      ['flows', 403],
      ['both', 200],
    ] as const) {
      const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
      for (const path of ['modbus-in/read-now', 'opcua-in/browse', 'close']) {
        assert.equal((await post(path, REQUEST, headers)).status, expected, `${path} ${token}`)
      }
    }
    assert.equal(inspector.asked.length, 2)
  })

  it('turn pages of other sites away', async () => {
    await server.open()
    const headers = { 'content-type': 'text/plain', origin: 'https://evil.example', host: 'plant' }
    assert.equal((await post('modbus-in/read-now', REQUEST, headers)).status, 403)
    assert.deepEqual(inspector.asked, [])
  })

  it('leave a note of who asked, without settings or secrets', async () => {
    await server.open(true)
    await post('modbus-in/read-now', REQUEST, { Authorization: `Bearer ${TOKENS.operator}` })
    assert.deepEqual(server.audits, [
      { level: 98, event: 'collectors.inspect', nodeType: 'modbus-in', node: 'n1', supervisor: 's1' },
    ])
  })
})
