// Credentials are where they are needed, and nowhere else.

import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { asRecord } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { ECHOES } from '../support/echoes'
import { filesBelow } from '../support/files-below'
import { flowOf, opcuaNode, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { Monitor } from '../support/monitor'
import { type FlowNode, NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { ScriptedHttp } from '../support/scripted-http'

const CANARY = 'canary-7f3a91c2'

describe('a secret of the supervisor', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    nodeRed = await NodeRed.start({ flows: [] })
    const credentials = { influxToken: CANARY, influxUsername: `user-${CANARY}`, influxPassword: `pass-${CANARY}` }
    await nodeRed.deploy(
      flowOf({ ...supervisorNode(), credentials }, readerNode('boiler', device.port), broadcastNode()),
    )
    await nodeRed.rowWhen('boiler', ({ link }) => link === 'connected')
    const [collector] = collectorsOf(nodeRed.pid)
    assert.ok(collector !== undefined)
    process.kill(collector, 'SIGKILL')
    await nodeRed.rowWhen('boiler', ({ status, generation }) => status === 'running' && generation === 2)
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  it('was really stored, encrypted', async () => {
    const { body } = await nodeRed.request('GET', `/credentials/collector-supervisor/${SUPERVISOR}`)
    assert.equal(Object(body).has_influxToken, true)
  })

  it('stands in no arguments and in no environment of a process', () => {
    const pids = [nodeRed.pid, ...collectorsOf(nodeRed.pid)]
    assert.equal(pids.length, 2)
    for (const pid of pids) {
      for (const file of ['cmdline', 'environ'])
        assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(CANARY), file)
    }
  })

  it('stands in no file of the user folder, not even a saved flow', () => {
    for (const path of filesBelow(nodeRed.userDir)) assert.ok(!readFileSync(path).includes(CANARY), path)
  })

  it('stands in no log, no row, no event, no answer and no exported flow', async () => {
    assert.ok(!nodeRed.output.includes(CANARY))
    assert.ok(nodeRed.recorded().length > 0)
    assert.ok(!JSON.stringify(nodeRed.recorded()).includes(CANARY))
    for (const path of [
      '/collectors/processes',
      '/collectors/processes/boiler',
      '/collectors/processes/boiler/logs',
      '/flows',
    ]) {
      const { status, body } = await nodeRed.request('GET', path)
      assert.equal(status, 200, path)
      assert.ok(!JSON.stringify(body).includes(CANARY), path)
    }
  })

  it('is not known to a collector, which has no use for it', () => {
    for (const pid of collectorsOf(nodeRed.pid)) assert.ok(!memoryHolds(pid, CANARY), `pid ${pid}`)
    // The same search does find what is there.
    const [collector = 0] = collectorsOf(nodeRed.pid)
    assert.ok(memoryHolds(collector, 'holding'))
  })
})

/** All its messages are recorded. */
function broadcastNode(): FlowNode {
  const place = { z: TAB, x: 1, y: 1, wires: [['record'], ['record']] }
  return { id: 'broadcast', type: 'status-broadcast', supervisor: '', interval: 1, rateLimit: 10, filter: '', ...place }
}

const TOKEN = 'Zq7/+tok==en&x-Canary91_9f3kLm'
const PASSWORD = "Pa'ss\\wo&rd <of> 91 Canaries"

describe('a secret that a device or a database repeats, in whatever encoding,', function () {
  this.timeout(180_000)
  let device: ModbusDevice
  let database: ScriptedHttp
  let server: Server
  let nodeRed: NodeRed
  let monitor: Monitor
  const told: [name: string, encoded: string][] = []
  /** What the server says to whoever greets it. */
  let reason = ''

  before(async () => {
    device = await ModbusDevice.start()
    database = await ScriptedHttp.start()
    server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(errorMessage(reason)))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = asRecord(server.address())
    nodeRed = await NodeRed.start({ flows: [] })
    const influx = { influxUrl: database.url, influxOrg: 'o', influxBucket: 'b', flushInterval: 0.1 }
    const login = { securityMode: 'none', authentication: 'username', insecurePassword: true }
    await nodeRed.deploy(
      flowOf(
        { ...supervisorNode({ historian: 'influxdb', ...influx }), credentials: { influxToken: TOKEN } },
        readerNode('boiler', device.port),
        {
          ...opcuaNode('press', `opc.tcp://127.0.0.1:${address?.port}`, login),
          credentials: { username: 'eva', password: PASSWORD },
        },
        broadcastNode(),
      ),
    )
    monitor = await Monitor.open(`${nodeRed.url}/collectors/ws/processes`)
  })
  after(async () => {
    await monitor?.close()
    await nodeRed?.dispose()
    await database?.close()
    await device?.close()
    server?.close()
  })

  for (const [index, [how, echo]] of Object.entries(ECHOES).entries()) {
    it(`is left out of what the database says: ${how}`, async () => {
      const encoded = echo(`Token ${TOKEN}`)
      const answer = JSON.stringify({ code: 'invalid', message: `mark-d${index}x [${encoded}] end` })
      database.answer = () => ({ status: 400, body: answer })
      // Refused again and again, it asks more and more seldom.
      await nodeRed.command('historian%20plant/restart')
      const row = await nodeRed.rowWhen(
        'historian plant',
        ({ last_error }) => last_error?.includes(`mark-d${index}x`) === true,
      )
      assert.match(row.last_error ?? '', /mark-d\d+x \[.*\*\*\*/)
      told.push([how, encoded])
    })
  }

  for (const how of [
    'as it is',
    'in base64 behind two bytes',
    'in hex',
    'backwards',
    'in HTML',
    'in escapes of JSON',
  ] as const) {
    it(`is left out of what a server says: ${how}`, async () => {
      const encoded = ECHOES[how]?.(PASSWORD) ?? assert.fail()
      const mark = `mark-s${told.length}x`
      reason = `${mark} [${encoded}] end`
      await nodeRed.command('press/restart')
      const row = await nodeRed.rowWhen('press', ({ last_error }) => last_error?.includes(mark) === true)
      assert.match(row.last_error ?? '', /mark-s\d+x \[.*\*\*\*/)
      const quality = await nodeRed.recordedWhen(
        'press',
        (message) => message.quality?.value?.includes(mark) === true,
        { from: 0 },
      )
      assert.match(quality.quality?.value ?? '', /mark-s\d+x \[.*\*\*\*/)
      told.push([how, encoded])
    })
  }

  it('is left out of the answer to who tries the settings', async () => {
    const { z, x, y, id, type, wires, credentials, ...settings } = opcuaNode(
      'press',
      `opc.tcp://127.0.0.1:${asRecord(server.address())?.port}`,
      {
        securityMode: 'none',
        authentication: 'username',
        insecurePassword: true,
      },
    )
    reason = `mark-i [${Buffer.from(PASSWORD).toString('base64')}] end`
    const secrets = { username: 'eva', password: PASSWORD }
    const { body } = await nodeRed.request('POST', '/collectors/inspect/opcua-in/read-now', {
      client: 'c',
      supervisor: SUPERVISOR,
      settings,
      secrets,
    })
    assert.match(JSON.stringify(body), /mark-i \[\*\*\*/)
  })

  it('stands in no log, row, event, dead letter, message, metric or file', async () => {
    assert.ok(told.length > 40)
    const said: [string, string][] = [
      ['the log of Node-RED', nodeRed.output],
      ['a message of a flow', JSON.stringify(nodeRed.recorded())],
      ['a push', JSON.stringify(monitor.messages)],
    ]
    for (const path of [
      'processes',
      'processes/press/logs',
      'processes/historian%20plant/logs',
      'journal?limit=1000',
      'dead-letters?max=1000',
      'dead-letters?group=1',
      'processor',
      'metrics',
    ]) {
      const { status, body } = await nodeRed.request('GET', `/collectors/${path}`)
      assert.equal(status, 200, path)
      said.push([path, JSON.stringify(body)])
    }
    assert.ok(said.some(([where, text]) => where.startsWith('dead-letters?max') && text.includes('mark-d')))
    assert.ok(said.some(([where, text]) => where.startsWith('journal') && text.includes('mark-')))
    await nodeRed.stop()
    const files = filesBelow(nodeRed.userDir).filter((path) => !path.endsWith('flows_cred.json'))
    for (const path of files) said.push([path, readFileSync(path, 'latin1')])
    for (const [how, encoded] of told) {
      const json = JSON.stringify(encoded).slice(1, -1)
      for (const [where, text] of said) {
        for (const form of [encoded, json, JSON.stringify(json).slice(1, -1)])
          assert.ok(!text.includes(form), `${how}: ${where}`)
      }
    }
  })
})

/** OPC 10000-6, 7.1.2.5: BadTcpServerTooBusy, and why. */
function errorMessage(text: string): Buffer {
  const words = Buffer.from(text)
  const head = Buffer.alloc(16)
  head.write('ERRF', 'latin1')
  head.writeUInt32LE(16 + words.length, 4)
  head.writeUInt32LE(0x807d0000, 8)
  head.writeInt32LE(words.length, 12)
  return Buffer.concat([head, words])
}

/** Looks through the private writable memory of a process, proc(5). */
function memoryHolds(pid: number, text: string): boolean {
  const needles = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')]
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of maps) {
      const [, from = '', to = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? []
      const size = Number.parseInt(to, 16) - Number.parseInt(from, 16)
      if (!rights.startsWith('rw') || !(size > 0) || size > 2 ** 28) continue
      const bytes = Buffer.alloc(size)
      try {
        readSync(memory, bytes, 0, size, Number.parseInt(from, 16))
      } catch {
        continue
      }
      if (needles.some((needle) => bytes.includes(needle))) return true
    }
  } finally {
    closeSync(memory)
  }
  return false
}
