// Trust between OPC UA readers in a real Node-RED and a server, as an operator comes by it; and where the password of such a
// reader is not.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { CertificatesOf } from '../../nodes/collector-supervisor/certificates'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { filesBelow } from '../support/files-below'
import { flowOf, opcuaNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { isGood, NodeRed, PACKAGE_ROOT } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { until } from '../support/until'

const CANARY = 'canary-9c02e7d1'
const USER = { authentication: 'username', credentials: { username: 'operator', password: CANARY } }
const SECURE = { securityMode: 'signAndEncrypt', ...USER }

describe('trust in an OPC UA server', function () {
  this.timeout(90_000)
  let device: OpcuaDeviceProcess
  let nodeRed: NodeRed

  before(async () => {
    device = await OpcuaDeviceProcess.start({ settings: { users: { operator: CANARY }, anonymous: false } })
    nodeRed = await NodeRed.start({ flows: [] })
    const broadcast = { id: 'broadcast', type: 'status-broadcast', z: TAB, x: 1, y: 1, supervisor: '', interval: 1 }
    await nodeRed.deploy(
      flowOf(
        supervisorNode(),
        opcuaNode('press', device.endpoint, SECURE),
        opcuaNode('oven', device.endpoint, SECURE),
        opcuaNode('careless', device.endpoint, USER),
        opcuaNode('insisting', device.endpoint, { ...USER, insecurePassword: true }),
        { ...broadcast, rateLimit: 10, filter: '', wires: [['record'], ['record']] },
      ),
    )
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  const certificates = async (): Promise<CertificatesOf> => {
    const { status, body } = await nodeRed.request('GET', '/collectors/certificates')
    assert.equal(status, 200, JSON.stringify(body))
    return Object(body).plant
  }
  const decide = async (word: string, fingerprint: string): Promise<string> => {
    const body = { supervisor: 'plant', fingerprint }
    const answer = await nodeRed.request('POST', `/collectors/certificates/${word}`, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return Object(answer.body).message
  }
  const waitsFor = (name: string, words: RegExp): Promise<ProcessRow> =>
    nodeRed.rowWhen(name, ({ link, last_error }) => link === 'disconnected' && words.test(last_error ?? ''))
  const connected = (name: string): Promise<ProcessRow> => nodeRed.rowWhen(name, ({ link }) => link === 'connected')

  it('is not there at first: the row says so with the fingerprint, and what to do', async () => {
    for (const name of ['press', 'oven']) {
      const { last_error } = await waitsFor(name, /not trusted/)
      assert.match(last_error ?? '', /"Simulated device".* SHA-256 [0-9a-f]{64}\. Compare this fingerprint/)
    }
    const { own, rejected, trusted } = await certificates()
    assert.deepEqual([rejected.length, trusted.length], [1, 0])
    assert.deepEqual(rejected[0]?.met.map(({ reader }) => reader).sort(), ['oven', 'press'])
    assert.ok(own?.application_uri?.startsWith('urn:'))
  })

  it('is looked for again whenever somebody trusts anybody, however long the readers would have waited', async () => {
    await connected('insisting')
    const attempts = async (): Promise<number> => (await device.census()).requests.GetEndpoints ?? 0
    const stranger = join(PACKAGE_ROOT, 'test/fixtures/certificates/plant.pem')
    const trusted = join(nodeRed.userDir, 'collectors', SUPERVISOR, 'pki', 'trusted')
    mkdirSync(trusted, { recursive: true })
    copyFileSync(stranger, join(trusted, 'stranger.pem'))
    const [{ fingerprint = '' } = {}] = (await certificates()).trusted
    for (let times = 0; times < 8; times++) {
      const before = await attempts()
      await decide('trust', fingerprint)
      // of both readers: by themselves they would wait half a minute for the last ones
      await until(async () => (await attempts()) >= before + 2)
    }
    await decide('forget', fingerprint)
    assert.equal((await certificates()).trusted.length, 0)
  })

  it('comes by one action, after which all readers have data without a restart', async () => {
    const [{ fingerprint = '' } = {}] = (await certificates()).rejected
    assert.match(await decide('trust', fingerprint), /^"Simulated device" is trusted/)
    for (const name of ['press', 'oven']) {
      const { generation, restart_count } = await connected(name)
      assert.deepEqual({ generation, restart_count }, { generation: 1, restart_count: 0 })
      await nodeRed.recordedWhen(name, isGood)
    }
    const { rejected, trusted } = await certificates()
    assert.deepEqual([rejected.length, trusted.map(({ by }) => by)], [0, ['operator']])
  })

  it('ends when the server shows another certificate, and comes back by one action', async () => {
    await device.send({ command: 'restart', change: { keyName: 'renewed' } })
    const { last_error } = await waitsFor('press', /another certificate than the one trusted/)
    assert.match(last_error ?? '', /was it renewed, or is somebody in between\?$/)
    await waitsFor('oven', /another certificate than the one trusted/)
    const [{ fingerprint = '', flaws = [], subject = '' } = {}] = (await certificates()).rejected
    assert.deepEqual(
      [subject, flaws.map(({ code }) => code)],
      ['O=Simulated, CN=Simulated device renewed', ['changed']],
    )
    await decide('trust', fingerprint)
    for (const name of ['press', 'oven']) {
      await connected(name)
      await nodeRed.recordedWhen(name, isGood)
    }
  })

  it('that was taken back ends at the next connecting', async () => {
    const { trusted } = await certificates()
    for (const { fingerprint } of trusted) assert.match(await decide('reject', fingerprint), /next time$/)
    assert.equal((await nodeRed.row('oven')).link, 'connected')
    await nodeRed.command('oven/restart')
    await waitsFor('oven', /not trusted/)
    for (const { fingerprint } of trusted) await decide('trust', fingerprint)
    await connected('oven')
  })

  it('goes both ways: our own certificate can be fetched for the list of the server, our key cannot', async () => {
    const response = await fetch(`${nodeRed.url}/collectors/certificates/own?supervisor=plant`)
    const shown = new X509Certificate(Buffer.from(await response.arrayBuffer()))
    assert.equal(
      shown.raw.toString('hex'),
      new X509Certificate((await certificates()).own?.pem ?? '').raw.toString('hex'),
    )
    const key = filesBelow(nodeRed.userDir).find((path) => path.endsWith('identity.pem')) ?? assert.fail('no key')
    const [, secret = ''] = readFileSync(key, 'utf8').split('\n')
    assert.ok(secret.length > 50)
    for (const path of ['/collectors/certificates', '/collectors/processes/press/logs', '/flows']) {
      const { body } = await nodeRed.request('GET', path)
      assert.ok(!JSON.stringify(body).includes(secret), path)
    }
    assert.ok(!nodeRed.output.includes(secret))
  })

  it('is not a matter of the password: without security it is not sent, unless somebody insists', async () => {
    const { status, last_error } = await nodeRed.row('careless')
    assert.equal(status, 'error')
    assert.match(last_error ?? '', /without security the password may be read on its way/)
    await connected('insisting')
  })

  describe('leaves the password', () => {
    before(async () => {
      // What a server says of a wrong one, and what is told of a crash, holds none either.
      await device.send({ command: 'users', users: { operator: 'another' } })
      const { pid, generation } = await nodeRed.row('press')
      assert.ok(pid !== null)
      process.kill(pid, 'SIGKILL')
      await nodeRed.rowWhen(
        'press',
        (row) => row.generation > generation && /check user name/.test(row.last_error ?? ''),
      )
    })

    it('out of all files, those of certificates included', () => {
      const files = filesBelow(nodeRed.userDir)
      assert.ok(files.some((path) => path.endsWith('flows_cred.json')))
      assert.ok(files.some((path) => path.endsWith('.der')))
      for (const path of files) assert.ok(!readFileSync(path).includes(CANARY), path)
    })

    it('out of arguments and environments', () => {
      const pids = [nodeRed.pid, ...collectorsOf(nodeRed.pid)]
      assert.equal(pids.length, 4)
      for (const pid of pids) {
        for (const file of ['cmdline', 'environ']) {
          assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(CANARY), file)
        }
      }
    })

    it('out of logs, rows, events and answers', async () => {
      assert.ok(!nodeRed.output.includes(CANARY))
      const recorded = JSON.stringify(nodeRed.recorded())
      assert.match(recorded, /SIGKILL/)
      assert.ok(!recorded.includes(CANARY))
      const names = ['press', 'oven', 'careless', 'insisting']
      const logs = names.map((name) => `/collectors/processes/${name}/logs`)
      for (const path of ['/collectors/processes', '/collectors/certificates', '/flows', ...logs]) {
        const { status, body } = await nodeRed.request('GET', path)
        assert.equal(status, 200, path)
        assert.ok(!JSON.stringify(body).includes(CANARY), path)
      }
    })
  })
})
