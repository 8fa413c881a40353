// Credentials are where they are needed, and nowhere else.

import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { filesBelow } from '../support/files-below'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'

const CANARY = 'canary-7f3a91c2'

describe('a secret of the supervisor', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    nodeRed = await NodeRed.start({ flows: [] })
    const credentials = { influxToken: CANARY, influxUsername: `user-${CANARY}`, influxPassword: `pass-${CANARY}` }
    const broadcast = {
      id: 'broadcast',
      type: 'status-broadcast',
      z: TAB,
      x: 1,
      y: 1,
      supervisor: '',
      interval: 1,
      rateLimit: 10,
      filter: '',
    }
    await nodeRed.deploy(
      flowOf({ ...supervisorNode(), credentials }, readerNode('boiler', device.port), {
        ...broadcast,
        wires: [['record'], ['record']],
      }),
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
