// Which readers run after a start of Node-RED: what the flow says, and what the operator has said since.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { Census, collectorsOf } from '../support/processes'
import { statusWhen } from '../support/statuses'

describe('what the operator stopped', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
    rmSync(userDir, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await nodeRed.deploy(flow())
    await nodeRed.command('start-all')
    assert.deepEqual(await statuses(), { boiler: 'running', press: 'running' })
  })

  function flow(boiler: Record<string, unknown> = {}): FlowNode[] {
    return flowOf(supervisorNode(), readerNode('boiler', device.port, boiler), readerNode('press', device.port))
  }

  async function statuses(): Promise<Record<string, string>> {
    return Object.fromEntries((await nodeRed.rows()).map(({ name, status }) => [name, status]))
  }

  async function startAgain(end: NodeJS.Signals): Promise<void> {
    await nodeRed.stop(end)
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
  }

  it('stays stopped over deploys, whatever they change, until it is started', async () => {
    await nodeRed.command('boiler/stop')
    const census = new Census(nodeRed.pid)
    await nodeRed.deploy(flow())
    await nodeRed.deploy(flow({ interval: 50 }))
    await nodeRed.deploy(flow({ interval: 50, autoStart: 'true' }))
    await nodeRed.deploy(flow({ d: true }))
    await nodeRed.deploy(flow())
    await nodeRed.deploy(flow({ name: 'renamed' }))
    await nodeRed.rowWhen('renamed', ({ status }) => status === 'stopped')
    await nodeRed.deploy(flow())
    await nodeRed.rowWhen('press', ({ status }) => status === 'running')
    census.stop()
    assert.deepEqual(await statuses(), { boiler: 'stopped', press: 'running' })
    assert.equal(census.pids.size, 1)
    assert.equal((await nodeRed.command('boiler/start')).status, 200)
    assert.equal((await nodeRed.row('boiler')).status, 'running')
  })

  for (const end of ['SIGTERM', 'SIGKILL'] as const) {
    it(`stays stopped when Node-RED starts again after ${end}, until it is started`, async () => {
      await nodeRed.command('boiler/stop')
      await startAgain(end)
      await nodeRed.rowWhen('press', ({ status }) => status === 'running')
      assert.equal((await nodeRed.row('boiler')).status, 'stopped')
      assert.equal(collectorsOf(nodeRed.pid).length, 1)

      await nodeRed.command('boiler/start')
      await startAgain(end)
      for (const name of ['boiler', 'press']) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
    })
  }

  const record = (): string => join(userDir, 'collectors', SUPERVISOR, 'stopped.json')
  /** As a bad sector does. */
  function flipBit(path: string): void {
    const bytes = readFileSync(path)
    const at = bytes.length >> 1
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(path, bytes)
  }

  it('stays stopped though a bit of its record flips, which is told and kept', async () => {
    await nodeRed.command('boiler/stop')
    await nodeRed.stop()
    flipBit(record())
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
    await nodeRed.rowWhen('press', ({ status }) => status === 'running')
    assert.deepEqual(await statuses(), { boiler: 'stopped', press: 'running' })
    assert.match(nodeRed.output, /the record of what is stopped was damaged, .*: the other copy was used/)
    const kept = readdirSync(dirname(record())).filter((name) => name.startsWith('stopped.json.corrupt-'))
    assert.equal(kept.length, 1)
  })

  it('is asked for in red when nobody can read its record any more; what is started then runs ever after', async () => {
    await nodeRed.command('boiler/stop')
    await nodeRed.stop()
    for (const path of [record(), `${record()}.copy`]) truncateSync(path, 10)
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
    assert.match(nodeRed.output, /the record of what is stopped was damaged, .*: nothing of this supervisor starts/)
    for (const name of ['boiler', 'press']) {
      const { fill, text } = await statusWhen(nodeRed, `id-${name}`, () => true)
      assert.equal(fill, 'red')
      assert.match(text ?? '', /it is not known whether this was stopped/)
    }
    assert.deepEqual(await statuses(), { boiler: 'error', press: 'error' })
    assert.deepEqual(collectorsOf(nodeRed.pid), [])
    await nodeRed.deploy(flow())
    assert.deepEqual(collectorsOf(nodeRed.pid), [])

    assert.equal((await nodeRed.command('press/start')).status, 200)
    await startAgain('SIGTERM')
    await nodeRed.rowWhen('press', ({ status }) => status === 'running')
    assert.deepEqual(await statuses(), { boiler: 'stopped', press: 'running' })
  })

  it('is asked for when both copies of its record are deleted, which is told in log, rows and journal', async () => {
    await nodeRed.command('boiler/stop')
    await nodeRed.stop()
    for (const path of [record(), `${record()}.copy`]) rmSync(path)
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
    assert.match(
      nodeRed.output,
      /the record of what is stopped is gone, with its copy: nothing of this supervisor starts/,
    )
    assert.deepEqual(await statuses(), { boiler: 'error', press: 'error' })
    assert.match((await nodeRed.row('press')).last_error ?? '', /it is not known whether this was stopped/)
    const { body } = await nodeRed.request('GET', '/collectors/journal?name=press&limit=1')
    const [event] = Object(body).events
    assert.deepEqual([event.to, /not known whether this was stopped/.test(event.reason)], ['error', true])
    assert.deepEqual(collectorsOf(nodeRed.pid), [])
  })

  it('by stop-all stays stopped too, but for what is started since', async () => {
    await nodeRed.command('stop-all')
    await nodeRed.command('press/restart')
    await startAgain('SIGTERM')
    await nodeRed.rowWhen('press', ({ status }) => status === 'running')
    assert.deepEqual(await statuses(), { boiler: 'stopped', press: 'running' })
  })
})

describe('autoStart', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    nodeRed = await NodeRed.start({ flows: flow() })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  /** Two supervisors, with three readers each that are named after their expected status. */
  function flow(): FlowNode[] {
    const supervisor = (id: string, autoStart: boolean): FlowNode => ({
      ...supervisorNode({ autoStart }),
      id,
    })
    const reader = (name: string, id: string, autoStart: string): FlowNode =>
      readerNode(name, device.port, { supervisor: id, autoStart })
    return flowOf(
      supervisor('eager', true),
      reader('running-inherit', 'eager', 'inherit'),
      reader('running-true', 'eager', 'true'),
      reader('stopped-false', 'eager', 'false'),
      supervisor('lazy', false),
      reader('stopped-inherit', 'lazy', 'inherit'),
      reader('running-true-lazy', 'lazy', 'true'),
      reader('stopped-false-lazy', 'lazy', 'false'),
    )
  }

  it('of a reader counts, and inherits from the supervisor', async () => {
    for (const { name } of await nodeRed.rows()) {
      await nodeRed.rowWhen(name, ({ status }) => status === name.split('-', 1)[0])
    }
    assert.equal(collectorsOf(nodeRed.pid).length, 3)
  })

  it('does not keep the operator from starting one, nor a deploy from leaving it running', async () => {
    assert.equal((await nodeRed.command('stopped-false/start')).status, 200)
    const { pid } = await nodeRed.row('stopped-false')
    await nodeRed.deploy(flow())
    assert.equal((await nodeRed.row('stopped-false')).pid, pid)
    assert.equal((await nodeRed.row('stopped-inherit')).status, 'stopped')
  })

  it('that is switched on starts the process with the next deploy', async () => {
    await nodeRed.deploy(
      flow().map((node) => (node.name === 'stopped-inherit' ? { ...node, autoStart: 'true' } : node)),
    )
    await nodeRed.rowWhen('stopped-inherit', ({ status }) => status === 'running')
  })
})
