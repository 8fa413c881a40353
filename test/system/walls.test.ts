// Processes behind a wall, in a real Node-RED: they read, keep, end, are killed and are found again as all others. Needs root, which the
// wall of another user takes, and bubblewrap.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ProcessRow, WALLS, type Wall } from '../../lib/contract/process-row'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, opcuaNode, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, isGood, NodeRed, processIsAlive } from '../support/node-red'
import { argvOf, childrenOf } from '../support/processes'
import { installStubbornPackage, makeStubborn } from '../support/stubborn-package'
import { until } from '../support/until'
import { skipWithoutWalls } from '../support/walls'

const NAMES = ['boiler', 'press', 'oven']
const HISTORIAN = 'historian plant'
const NAMESPACES = ['pid', 'ipc', 'uts', 'mnt', 'user']

/** A user of the machine who is not root, as Node-RED should run. */
const SOMEBODY = 1500
const AS_SOMEBODY = ['setpriv', `--reuid=${SOMEBODY}`, `--regid=${SOMEBODY}`, '--clear-groups']

const FLAVOURS: { title: string; wall: Exclude<Wall, 'node'>; uid: number }[] = [
  { title: 'the wall "user"', wall: 'user', uid: 0 },
  { title: 'the wall "bubblewrap" in a Node-RED of root', wall: 'bubblewrap', uid: 0 },
  { title: 'the wall "bubblewrap" in a Node-RED of somebody else', wall: 'bubblewrap', uid: SOMEBODY },
]

for (const { title, wall, uid } of FLAVOURS) {
  describe(`readers and historian behind ${title}`, function () {
    this.timeout(90_000)
    let device: ModbusDevice
    let opcua: OpcuaDeviceProcess
    let userDir: string
    let nodeRed: NodeRed

    before(async function () {
      skipWithoutWalls(this)
      device = await ModbusDevice.start()
      opcua = await OpcuaDeviceProcess.start()
    })
    after(async () => {
      await device?.close()
      await opcua?.close()
    })
    beforeEach(async () => {
      userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
      // Others may pass through, as through most user folders.
      chmodSync(userDir, 0o711)
      nodeRed = await start()
      await allRun()
    })
    afterEach(async () => {
      await nodeRed.dispose()
      rmSync(userDir, { recursive: true, force: true })
    })

    function flow(sandbox: Wall = wall): FlowNode[] {
      const supervisor = supervisorNode({ historian: 'embedded', flushInterval: 0.1, statsInterval: 0.5, sandbox })
      return flowOf(
        supervisor,
        ...NAMES.map((name) => readerNode(name, device.port)),
        opcuaNode('mixer', opcua.endpoint),
      )
    }

    function start(): Promise<NodeRed> {
      const launcher = uid === 0 ? [] : AS_SOMEBODY
      return NodeRed.start({ flows: flow(), userDir, install, launcher })
    }

    function install(): void {
      installStubbornPackage(userDir)
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow()))
      execFileSync('chown', ['-R', `${uid}:${uid}`, userDir])
    }

    async function allRun(): Promise<ProcessRow[]> {
      for (const name of [...NAMES, 'mixer', HISTORIAN])
        await nodeRed.rowWhen(name, ({ health, memory_mb }) => health === 'well' && memory_mb > 0, 30_000)
      return nodeRed.rows()
    }

    function pidsOf(rows: readonly ProcessRow[]): number[] {
      return rows.map(({ pid }) => pid ?? assert.fail('no pid'))
    }

    it('read and keep; the row tells the wall, the real pid and what the process uses', async () => {
      await nodeRed.recordedWhen('boiler', isGood, { from: 0 })
      const rows = await allRun()
      assert.equal(rows.length, NAMES.length + 2)
      for (const { name, pid, memory_mb, wall: told } of rows) {
        assert.ok(pid !== null)
        assert.equal(told, wall, name)
        assert.equal(argvOf(pid)[0], process.execPath)
        assert.ok(memory_mb > 20, `${name}: ${memory_mb} MB`)
        assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim(), '800')
        for (const space of NAMESPACES) {
          const isOwn: boolean = readlinkSync(`/proc/${pid}/ns/${space}`) !== readlinkSync(`/proc/self/ns/${space}`)
          assert.equal(isOwn, wall === 'bubblewrap', space)
        }
        const uids = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
        assert.equal(new Set(uids?.slice(1)).size, 1)
        assert.equal(uids?.[1] === String(uid), wall !== 'user')
      }
      const answer = await nodeRed.request('GET', '/collectors/history?collector=boiler&from=0&to=99999999999999')
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
    })

    it('end when they are asked to, without force, and start again', async () => {
      const pids = pidsOf(await allRun())
      for (const command of ['stop-all', 'start-all']) {
        const { results } = await nodeRed.command(command)
        assert.ok(
          results.every(({ success }) => success),
          JSON.stringify(results),
        )
        if (command === 'stop-all') assert.ok(!pids.some(processIsAlive))
      }
      for (const { forced_kills, restart_count } of await allRun())
        assert.deepEqual([forced_kills, restart_count], [0, 0])
      assert.equal(childrenOf(nodeRed.pid).filter(({ state }) => state === 'Z').length, 0)
    })

    it('are started again when they are killed, which is told as such', async () => {
      const { pid } = await nodeRed.row('press')
      process.kill(pid ?? 0, 'SIGKILL')
      await nodeRed.rowWhen('press', (row) => row.restart_count === 1 && row.health === 'well')
      const { body } = await nodeRed.request('GET', '/collectors/journal?name=press&kind=status')
      assert.match(JSON.stringify(body), /was ended by SIGKILL/)
    })

    it('are gone 5 s after Node-RED was killed, and nothing that was kept is lost', async () => {
      const pids = [...pidsOf(await allRun()), ...childrenOf(nodeRed.pid).map(({ pid }) => pid)]
      await nodeRed.stop('SIGKILL')
      await until(() => !pids.some(processIsAlive), 5_000)
      nodeRed = await start()
      await allRun()
      assert.doesNotMatch(nodeRed.output, /left behind/)
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      assert.equal(Object(body).plant?.dropped, 0, JSON.stringify(body))
    })

    it('are found and ended by the next start where they cannot end by themselves', async () => {
      await allRun()
      const [looping, stopped] = await Promise.all(
        NAMES.slice(0, 2).map(async (name) => (await nodeRed.row(name)).pid ?? assert.fail(name)),
      )
      assert.ok(looping !== undefined && stopped !== undefined)
      await makeStubborn(looping)
      process.kill(stopped, 'SIGSTOP')
      const wrappers = childrenOf(nodeRed.pid).map(({ pid }) => pid)
      await nodeRed.stop('SIGKILL')
      assert.deepEqual([looping, stopped].map(processIsAlive), [true, true])
      nodeRed = await start()
      await allRun()
      assert.match(nodeRed.output, /ended what an earlier run had left behind/)
      assert.deepEqual([looping, stopped, ...wrappers].filter(processIsAlive), [])
    })

    it('are killed by the reaper when Node-RED ends and they do not', async () => {
      const { pid } = await nodeRed.row('oven')
      await makeStubborn(pid ?? 0)
      await nodeRed.stop('SIGTERM')
      await until(() => !processIsAlive(pid ?? 0), 10_000)
    })

    it('go on with another live queue when theirs is gone', async () => {
      const path = JSON.parse(readFileSync(join(userDir, 'collectors', SUPERVISOR, 'live.json'), 'utf8'))
      rmSync(path, { recursive: true, force: true })
      const from = nodeRed.recorded('boiler').length
      await nodeRed.rowWhen('boiler', ({ generation }) => generation > 1)
      await nodeRed.recordedWhen('boiler', isGood, { from: from + 20, timeoutMs: 20_000 })
    })

    it('are restarted behind another wall when the supervisor gets one, and behind theirs again', async () => {
      const others = uid === 0 ? WALLS.filter((one) => one !== wall) : (['node'] as const)
      let generation = 1
      for (const other of [...others, wall]) {
        await nodeRed.deploy(flow(other), 'nodes')
        for (const name of [...NAMES, 'mixer', HISTORIAN]) {
          const row = await nodeRed.rowWhen(name, (one) => one.generation > generation && one.health === 'well')
          assert.deepEqual([row.wall, row.forced_kills, row.restart_count], [other, 0, 0], name)
          const isOwn: boolean = readlinkSync(`/proc/${row.pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')
          assert.equal(isOwn, other === 'bubblewrap')
        }
        generation++
        await nodeRed.recordedWhen('boiler', isGood)
      }
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      assert.deepEqual([Object(body).plant?.dropped, Object(body).plant?.queue_dead], [0, 0], JSON.stringify(body))
    })

    it('answer who asks a device with settings that nobody has deployed', async () => {
      const settings = { name: 'tried', host: '127.0.0.1', port: device.port }
      const tags = [{ name: 'value', address: 'hr0', type: 'uint16' }]
      const request = { supervisor: SUPERVISOR, client: 'somebody', settings: { ...settings, tags } }
      const { status, body } = await nodeRed.request('POST', '/collectors/inspect/modbus-in/read-now', request)
      assert.equal(status, 200, JSON.stringify(body))
      assert.match(JSON.stringify(body), /"value"/)
    })
  })
}

describe('a sandbox that does not work on this machine', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed | undefined

  before(async function () {
    skipWithoutWalls(this)
    device = await ModbusDevice.start()
  })
  after(() => device?.close())
  afterEach(() => nodeRed?.dispose())

  const flow = (sandbox: Wall | 'auto'): FlowNode[] =>
    flowOf(supervisorNode({ sandbox, historian: 'embedded' }), readerNode('boiler', device.port))

  it('is told in words, nothing is started behind a weaker one, and all goes on with one that works', async () => {
    const launcher = ['env', 'PATH=/nonexistent']
    nodeRed = await NodeRed.start({ flows: flow('bubblewrap'), launcher })
    for (const name of ['boiler', HISTORIAN]) {
      const { last_error, wall, pid } = await nodeRed.rowWhen(name, ({ status }) => status === 'error')
      assert.match(last_error ?? '', /needs the program bwrap: install the package bubblewrap, or choose another/)
      assert.deepEqual([wall, pid], ['bubblewrap', null])
    }
    assert.equal(nodeRed.output.match(/no process of this supervisor is started/g)?.length, 1)
    const tags = [{ name: 'value', address: 'hr0', type: 'uint16' }]
    const settings = { name: 'tried', host: '127.0.0.1', port: device.port, tags }
    const request = { supervisor: SUPERVISOR, client: 'somebody', settings }
    const { body } = await nodeRed.request('POST', '/collectors/inspect/modbus-in/read-now', request)
    assert.match(JSON.stringify(body), /needs the program bwrap/)
    assert.deepEqual(childrenOf(nodeRed.pid), [])
    await nodeRed.deploy(flow('auto'), 'nodes')
    for (const name of ['boiler', HISTORIAN]) await nodeRed.rowWhen(name, ({ health }) => health === 'well')
  })
})
