// Node-RED ends, in whatever way it still can: its collectors end with it.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed, processIsAlive } from '../support/node-red'
import { collectorsOf, isGone } from '../support/processes'
import { installStubbornPackage, makeStubborn } from '../support/stubborn-package'
import { until } from '../support/until'

/** What Ctrl-C, a service manager or Docker allow before they lose patience. */
const LIMIT_MS = 15_000
const UNCAUGHT = 'setTimeout(async () => { throw new Error("nobody catches this") }, 1); return null'

describe('the end of Node-RED', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed
  let collectors: number[]
  let queueFolder: string

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
  })
  after(async () => {
    await device.close()
  })
  beforeEach(async () => {
    nodeRed = await NodeRed.start({ flows: flow(), install: installStubbornPackage, ownGroup: true })
    for (const name of ['boiler', 'press']) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
    collectors = collectorsOf(nodeRed.pid)
    assert.equal(collectors.length, 2)
    queueFolder = JSON.parse(readFileSync(join(supervisorFolder(), 'live.json'), 'utf8'))
    assert.ok(existsSync(queueFolder))
  })
  afterEach(async () => {
    await nodeRed.dispose()
    for (const pid of collectors) if (!isGone(pid)) process.kill(pid, 'SIGKILL')
  })

  function flow(): FlowNode[] {
    const inject = { id: 'inject', type: 'inject', z: TAB, x: 1, y: 1, props: [], wires: [['throw']] }
    const fault = { id: 'throw', type: 'function', z: TAB, x: 1, y: 1, outputs: 0, wires: [], func: UNCAUGHT }
    return flowOf(supervisorNode(), readerNode('boiler', device.port), readerNode('press', device.port), inject, fault)
  }

  function supervisorFolder(): string {
    return join(nodeRed.userDir, 'collectors', SUPERVISOR)
  }

  /** No process and no zombie, no file of a process, no queue. */
  function assertNothingLeft(): void {
    assert.deepEqual(
      collectors.filter((pid) => !isGone(pid)),
      [],
    )
    assert.deepEqual(readdirSync(join(supervisorFolder(), 'run')), [])
    assert.ok(!existsSync(queueFolder), `${queueFolder} in ${readdirSync(dirname(queueFolder))}`)
  }

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`by ${signal} is clean and quick`, async () => {
      await nodeRed.stop(signal, 5_000)
      assert.equal(nodeRed.process.exitCode, 0)
      assertNothingLeft()
    })
  }

  it('by Ctrl-C, pressed twice, is clean and quick', async () => {
    process.kill(-nodeRed.pid, 'SIGINT')
    process.kill(-nodeRed.pid, 'SIGINT')
    await until(() => !nodeRed.alive, 5_000)
    assert.equal(nodeRed.process.exitCode, 0)
    assertNothingLeft()
  })

  it('comes within 15 s though one process loops for ever and another one is stopped', async () => {
    const [looping = 0, stopped = 0] = collectors
    await makeStubborn(looping)
    process.kill(stopped, 'SIGSTOP')
    await nodeRed.stop('SIGTERM', LIMIT_MS)
    assert.equal(nodeRed.process.exitCode, 0)
    assertNothingLeft()
  })

  it('while processes are starting leaves none behind', async () => {
    for (const name of ['boiler', 'press']) void nodeRed.command(`${name}/restart`).catch(() => {})
    await until(() => collectorsOf(nodeRed.pid).some((pid) => !collectors.includes(pid)), 10_000)
    collectors.push(...collectorsOf(nodeRed.pid))
    await nodeRed.stop('SIGTERM', LIMIT_MS)
    assert.equal(nodeRed.process.exitCode, 0)
    assertNothingLeft()
  })

  it('by an uncaught exception takes them along, a looping one and a stopped one too', async () => {
    const [looping = 0, stopped = 0] = collectors
    await makeStubborn(looping)
    process.kill(stopped, 'SIGSTOP')
    await nodeRed.request('POST', '/inject/inject')
    await until(() => !nodeRed.alive, 5_000)
    assert.equal(nodeRed.process.exitCode, 1)
    assert.match(nodeRed.output, /Uncaught Exception[\s\S]*nobody catches this/)
    await until(() => !collectors.some(processIsAlive), 5_000)
    assert.ok(!existsSync(queueFolder))
  })
})
