import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Batch, decodeBatch } from '../../../lib/contract/batch'
import { LIVE_CAPACITY_BYTES, TITLE_SAMPLES } from '../../../lib/contract/limits'
import { Queue } from '../../../lib/queue/queue'
import { collectorProgram } from '../../../nodes/collector-supervisor/sandbox'
import { Child, configureFor } from '../../lib/collector/child'
import { until } from '../../support/until'
import { rawConfig, type ShortTag } from './config'
import { closeAll, deviceOf, newFolder } from './reader-bench'

const SCRIPT = resolve(__dirname, '../../../nodes/opcua-in/collector.js')
const SECURE = { securityMode: 'signAndEncrypt', trust: 'first-use', interval: 100 }

describe('The process of an OPC UA reader, in its sandbox', function () {
  this.timeout(30_000)
  let child: Child | undefined
  let live: Queue | undefined
  afterEach(async () => {
    await child?.kill()
    live?.destroy()
    child = undefined
    live = undefined
    await closeAll()
  })

  function start(tags: ShortTag[], others: object, folder = newFolder()): Child {
    const path = join(newFolder(), 'live')
    live = Queue.create(path, { capacityBytes: LIVE_CAPACITY_BYTES })
    const { args, env } = collectorProgram(SCRIPT, 256, { folder })
    child = new Child({ args, env })
    child.send({ ...configureFor(path, rawConfig(tags, others)), folder })
    return child
  }

  function batches(): Batch[] {
    return (live?.tail(0, 1000) ?? []).flatMap(({ title, data }) =>
      title === TITLE_SAMPLES && data instanceof Uint8Array ? (decodeBatch(data) ?? []) : [],
    )
  }

  it('reads over an encrypted connection, with a key of its own that nobody else can read', async () => {
    const device = await deviceOf()
    const folder = newFolder()
    const one = start([['a', device.nodeId('Types.Double')]], { endpoint: device.endpoint, ...SECURE }, folder)
    await one.message('link', ({ link }) => link === 'connected')
    await until(() => batches().some(({ values }) => values[0] === Math.PI))
    const identity = join(folder, 'own', 'identity.pem')
    assert.equal(statSync(identity).mode & 0o777, 0o600)
    assert.equal(readdirSync(join(folder, 'first-use')).length, 1)
  })

  // What the build leaves out of the library must not be missed by any of them.
  const LOGINS = [
    ['Basic256Sha256', { authentication: 'certificate' }],
    ['Aes128_Sha256_RsaOaep', { authentication: 'username', username: 'operator', password: 'secret' }],
    ['Aes256_Sha256_RsaPss', { authentication: 'anonymous', securityMode: 'sign' }],
  ] as const
  for (const [securityPolicy, login] of LOGINS) {
    it(`reads a structure over ${securityPolicy}, with the login ${login.authentication}`, async () => {
      const device = await deviceOf()
      const config = { endpoint: device.endpoint, ...SECURE, securityPolicy, ...login }
      start([['status', 'i=2256']], config)
      await until(() => batches().some(({ values }) => /"ProductName":/.test(JSON.stringify(values[0] ?? ''))))
    })
  }

  it('has one key for all processes of its folder', async () => {
    const device = await deviceOf()
    const folder = newFolder()
    const config = { endpoint: device.endpoint, ...SECURE }
    const first = start([['a', device.nodeId('Types.Double')]], config, folder)
    const other = new Child(collectorProgram(SCRIPT, 256, { folder }))
    other.send({ ...configureFor(live?.path ?? '', rawConfig([['a', 'i=2258']], config)), folder })
    await Promise.all([first, other].map((one) => one.message('link', ({ link }) => link === 'connected')))
    await other.kill()
    assert.deepEqual(readdirSync(join(folder, 'own')), ['identity.pem'])
  })

  it('sets a key aside that is broken, and closes one that is open to others', async () => {
    const device = await deviceOf()
    const folder = newFolder()
    mkdirSync(join(folder, 'own'))
    writeFileSync(join(folder, 'own', 'identity.pem'), 'broken', { mode: 0o644 })
    const one = start([['a', 'i=2258']], { endpoint: device.endpoint, ...SECURE }, folder)
    await one.message('link', ({ link }) => link === 'connected')
    const told = one.messages.flatMap((message) => (message.type === 'log' ? [message.text] : []))
    assert.match(told.join('\n'), /could be read by others/)
    assert.match(told.join('\n'), /were set aside as .*identity\.pem\.broken-/)
    assert.equal(readdirSync(join(folder, 'own')).length, 2)
  })

  it('tells why it does not talk to a server that nobody trusts', async () => {
    const device = await deviceOf()
    const config = { endpoint: device.endpoint, ...SECURE, trust: 'reject' }
    const folder = newFolder()
    const { reason } = await start([['a', 'i=2258']], config, folder).message(
      'link',
      ({ link }) => link === 'disconnected',
    )
    assert.match(reason, /certificate of the server is not trusted.*SHA-256/)
    assert.equal(readdirSync(join(folder, 'rejected')).length, 2)
  })

  it('leaves a session that soon ends by itself when it is killed', async () => {
    const device = await deviceOf({ limits: { maxSessionTimeoutMs: 3000 } })
    const one = start([['a', device.nodeId('Types.Double')]], {
      endpoint: device.endpoint,
      mode: 'poll',
      interval: 10_000,
    })
    await one.message('link', ({ link }) => link === 'connected')
    // Nothing is read meanwhile, and yet the session lives.
    await until(() => (device.census().requests.Read ?? 0) >= 5, 15_000)
    assert.deepEqual([device.census().sessions, device.census().sessionsMade], [1, 1])
    await one.kill()
    await until(() => device.census().sessions === 0, 15_000)
  })

  it('leaves no session behind when it is stopped', async () => {
    const device = await deviceOf()
    const one = start([['a', device.nodeId('Types.Double')]], { endpoint: device.endpoint })
    await one.message('link', ({ link }) => link === 'connected')
    assert.equal(device.census().sessions, 1)
    one.send({ type: 'stop', generation: 4, graceMs: 3000 })
    assert.deepEqual(await one.ended(), { code: 0, signal: null })
    const { sessions, subscriptions } = device.census()
    assert.deepEqual({ sessions, subscriptions, stderr: one.stderr }, { sessions: 0, subscriptions: 0, stderr: '' })
  })
})
