// Who may see and control the collectors, in a real Node-RED with users.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed, PACKAGE_ROOT } from '../support/node-red'

const READING = ['processes', 'processes/boiler', 'processes/stats/summary', 'processes/boiler/logs']
const CONTROLLING = ['boiler/start', 'boiler/stop', 'boiler/restart', 'start-all', 'stop-all'].map(
  (path) => `processes/${path}`,
)
const PASSWORD = 'only-for-this-test'

function adminAuth(): string {
  const require = createRequire(join(PACKAGE_ROOT, 'node_modules', 'node-red', 'red.js'))
  const hash = JSON.stringify(require('bcryptjs').hashSync(PASSWORD, 4))
  const user = (username: string, permissions: string) =>
    `{ username: '${username}', password: ${hash}, permissions: '${permissions}' }`
  return `adminAuth: { type: 'credentials', users: [${user('operator', '*')}, ${user('guest', 'read')}] },`
}

async function tokenOf(nodeRed: NodeRed, username: string, root = ''): Promise<Record<string, string>> {
  const grant = { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password: PASSWORD }
  const scope = username === 'guest' ? 'read' : '*'
  const { body } = await nodeRed.request('POST', `${root}/auth/token`, { ...grant, scope })
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
      settings: adminAuth(),
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

  it('a user who may only read sees everything and controls nothing', async () => {
    const guest = await tokenOf(nodeRed, 'guest')
    for (const path of READING)
      assert.equal((await nodeRed.request('GET', `/collectors/${path}`, undefined, guest)).status, 200, path)
    for (const path of CONTROLLING)
      assertIsError(await nodeRed.request('POST', `/collectors/${path}`, undefined, guest), [401, 403], path)
    const { body } = await nodeRed.request('GET', '/collectors/processes/boiler', undefined, guest)
    assert.equal(Object(body).generation, 1)
  })

  it('a user who may do all stops and starts a reader', async () => {
    const operator = await tokenOf(nodeRed, 'operator')
    for (const [command, status] of [
      ['stop', 'stopped'],
      ['start', 'running'],
    ]) {
      const answer = await nodeRed.request('POST', `/collectors/processes/boiler/${command}`, undefined, operator)
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      const { body } = await nodeRed.request('GET', '/collectors/processes/boiler', undefined, operator)
      assert.equal(Object(body).status, status)
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
    { title: 'without the editor', settings: 'disableEditor: true,', root: '' },
    { title: 'nowhere', settings: 'httpAdminRoot: false,', root: undefined },
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
          assert.equal((await nodeRed.request('GET', '/collectors/processes')).status, 404)
          return
        }
        const { status, body } = await nodeRed.request('GET', `${root}/collectors/processes`)
        assert.equal(status, 200)
        assert.equal(Array.isArray(body) && body.length, 1)
      } finally {
        await nodeRed.dispose()
      }
    })
  }
})
