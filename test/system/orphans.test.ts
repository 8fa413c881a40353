// Node-RED is killed and can do nothing any more: its collectors notice, and the next start finds those that cannot.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed, processIsAlive } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { installStubbornPackage, makeStubborn } from '../support/stubborn-package'
import { until } from '../support/until'

const NAMES = ['boiler', 'press', 'oven']

describe('a Node-RED that is killed', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let userDir: string
  let started: NodeRed[] = []
  let collectors: number[] = []

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
  })
  after(async () => {
    await device.close()
  })
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  })
  afterEach(async () => {
    for (const nodeRed of started) await nodeRed.dispose()
    for (const pid of collectors) if (processIsAlive(pid)) process.kill(pid, 'SIGKILL')
    started = []
    collectors = []
    rmSync(userDir, { recursive: true, force: true })
  })

  async function start(): Promise<NodeRed> {
    const nodeRed = await NodeRed.start({ flows: flow(), userDir, install: installStubbornPackage })
    started.push(nodeRed)
    return nodeRed
  }

  async function startAndKill(beforehand: () => Promise<void> = async () => {}): Promise<void> {
    const nodeRed = await start()
    for (const name of NAMES) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
    collectors = collectorsOf(nodeRed.pid)
    assert.equal(collectors.length, NAMES.length)
    // Written beside Node-RED's thread.
    await until(() => NAMES.every((name) => existsSync(join(folder(), 'run', `id-${name}.run`))), 10_000)
    await beforehand()
    await nodeRed.stop('SIGKILL')
  }

  function flow(): FlowNode[] {
    return flowOf(supervisorNode(), ...NAMES.map((name) => readerNode(name, device.port)))
  }

  function folder(): string {
    return join(userDir, 'collectors', SUPERVISOR)
  }

  it('leaves no process alive after 5 s', async () => {
    await startAndKill()
    await until(() => !collectors.some(processIsAlive), 5_000)
  })

  it('leaves none alive that was just being started', async () => {
    const nodeRed = await start()
    await nodeRed.rowWhen('boiler', ({ status }) => status === 'running')
    const earlier = collectorsOf(nodeRed.pid)
    await nodeRed.command('boiler/stop')
    void nodeRed.command('boiler/start').catch(() => {})
    await until(() => collectorsOf(nodeRed.pid).some((pid) => !earlier.includes(pid)), 10_000)
    collectors = collectorsOf(nodeRed.pid)
    await nodeRed.stop('SIGKILL')
    await until(() => !collectors.some(processIsAlive), 5_000)
  })

  it('leaves processes that loop or are stopped to the next start, which ends them before it starts new ones', async () => {
    let [looping, stopped, healthy] = [0, 0, 0]
    await startAndKill(async () => {
      ;[looping = 0, stopped = 0, healthy = 0] = collectors
      await makeStubborn(looping)
      process.kill(stopped, 'SIGSTOP')
    })
    await until(() => !processIsAlive(healthy), 5_000)
    assert.deepEqual([looping, stopped].map(processIsAlive), [true, true])
    const queueFolder = JSON.parse(readFileSync(join(folder(), 'live.json'), 'utf8'))
    assert.ok(existsSync(queueFolder))

    const nodeRed = await start()
    while (processIsAlive(looping) || processIsAlive(stopped)) {
      assert.deepEqual(collectorsOf(nodeRed.pid), [], 'nothing may be started beside them')
      await new Promise((done) => setTimeout(done, 5))
    }
    for (const name of NAMES) await nodeRed.rowWhen(name, ({ status, tags }) => status === 'running' && tags.good === 1)
    assert.match(nodeRed.output, /ended what an earlier run had left behind/)
    assert.ok(nodeRed.output.includes(String(looping)) && nodeRed.output.includes(String(stopped)))
    assert.equal(collectorsOf(nodeRed.pid).length, NAMES.length)
    assert.ok(!existsSync(queueFolder), 'the queue of the killed one is still there')
  })

  describe('may leave files behind', () => {
    let stranger: ChildProcess

    beforeEach(() => {
      stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    })
    afterEach(() => {
      stranger.kill('SIGKILL')
    })

    it('that name a process of somebody else by now: that one lives on', async () => {
      await startAndKill()
      await until(() => !collectors.some(processIsAlive), 5_000)
      const path = join(folder(), 'run', 'id-boiler.run')
      assert.ok(existsSync(path))
      const { startTime } = JSON.parse(readFileSync(path, 'utf8'))
      writeFileSync(path, JSON.stringify({ pid: stranger.pid, startTime }))
      const nodeRed = await start()
      for (const name of NAMES) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
      assert.doesNotMatch(nodeRed.output, /left behind/)
      assert.ok(stranger.pid !== undefined && processIsAlive(stranger.pid))
    })

    it('that are garbage: everything starts all the same', async () => {
      await startAndKill()
      await until(() => !collectors.some(processIsAlive), 5_000)
      const garbage = ['', 'no JSON', 'null', '[]', '{"pid":-1}', '{"pid":1,"startTime":"x"}', `{"pid":${process.pid}}`]
      garbage.forEach((text, index) => {
        writeFileSync(join(folder(), 'run', `${index}.run`), text)
      })
      writeFileSync(join(folder(), 'live.json'), 'garbage')
      const nodeRed = await start()
      for (const name of NAMES) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
      assert.deepEqual(readdirSync(join(folder(), 'run')).sort(), NAMES.map((name) => `id-${name}.run`).sort())
    })
  })
})
