// Two Node-REDs and one user folder, or a copy of it: the first one is never disturbed, the second one says what is wrong, and
// works as soon as it may.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { Monitor } from '../support/monitor'
import { type FlowNode, NodeRed } from '../support/node-red'
import { childrenOf } from '../support/processes'
import { assertGapless, placeSequences } from '../support/sequence'
import { statusWhen } from '../support/statuses'
import { until } from '../support/until'

const READER = 'boiler'
const PROCESSES = 2

describe('a user folder', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let userDir: string
  let copy: string
  let first: NodeRed
  const started: NodeRed[] = []

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(device, [0])
  })
  after(() => device.close())
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    userDir = join(folder, 'user')
    copy = join(folder, 'copy')
    first = await start(userDir)
    await first.rowWhen(READER, ({ status }) => status === 'running')
    await until(() => processesOf(first).length === PROCESSES)
  })
  afterEach(async () => {
    for (const nodeRed of started.splice(0).reverse()) await nodeRed.dispose()
    rmSync(join(userDir, '..'), { recursive: true, force: true })
  })

  async function start(folder: string): Promise<NodeRed> {
    const nodeRed = await NodeRed.start({ flows: flow(), userDir: folder })
    started.push(nodeRed)
    return nodeRed
  }

  function flow(): FlowNode[] {
    const broadcast = { id: 'broadcast', type: 'status-broadcast', z: TAB, x: 1, y: 1, wires: [[], []] }
    return flowOf(supervisorNode({ historian: 'embedded' }), readerNode(READER, device.port, { interval: 50 }), {
      ...broadcast,
      supervisor: SUPERVISOR,
    })
  }

  function processesOf(nodeRed: NodeRed): number[] {
    return childrenOf(nodeRed.pid).map(({ pid }) => pid)
  }

  function liveFolderOf(folder: string): string {
    return JSON.parse(readFileSync(join(folder, 'collectors', SUPERVISOR, 'live.json'), 'utf8'))
  }

  it('that another Node-RED uses is left to that one, and the second says so in red', async () => {
    const pids = processesOf(first)
    const live = liveFolderOf(userDir)
    const second = await start(userDir)
    const inUse = new RegExp(`another Node-RED \\(process ${first.pid} on .+\\) uses the folder .+: give each Node-RED`)
    assert.match(second.output, inUse)
    const { fill, text } = await statusWhen(second, `id-${READER}`, () => true)
    assert.equal(fill, 'red')
    assert.match(text ?? '', /^supervisor error · the supervisor cannot work: another Node-RED/)
    assert.equal((await statusWhen(second, 'broadcast', () => true)).fill, 'red')
    assert.deepEqual(processesOf(second), [])
    await isToldEverywhere(second, inUse)

    const from = first.recorded(READER).length
    await until(() => first.recorded(READER).length >= from + 60, 20_000)
    assertGapless(first.recorded(READER))
    assert.deepEqual(processesOf(first), pids)
    assert.deepEqual([liveFolderOf(userDir), existsSync(live)], [live, true])
  })

  /** In the table, over REST and WebSocket, in the metrics and the summary: which reader does not run, and why. */
  async function isToldEverywhere(second: NodeRed, why: RegExp): Promise<void> {
    const [row, ...others] = await second.rows()
    assert.deepEqual(others, [])
    assert.ok(row)
    const { name, type, supervisor, status, health, link, pid, last_error, tags } = row
    assert.deepEqual(
      { name, type, supervisor, status, health, link, pid, tags },
      {
        ...{ name: READER, type: 'modbus', supervisor: 'plant', status: 'error', health: 'failed' },
        ...{ link: 'disconnected', pid: null, tags: { total: 1, good: 0, bad: 0 } },
      },
    )
    assert.match(last_error ?? '', why)
    const get = (path: string) => second.request('GET', `/collectors/${path}`)
    assert.deepEqual((await get(`processes/${READER}`)).body, row)
    assert.deepEqual((await get(`processes/${READER}/logs`)).body, [])
    const { body: summary } = await get('processes/stats/summary')
    assert.deepEqual([Object(summary).total_processes, Object(summary).error_processes], [1, 1])
    const { body: metrics } = await get('metrics')
    for (const family of ['process_up', 'process_well']) {
      assert.ok(String(metrics).includes(`collectors_${family}{name="${READER}",type="modbus",supervisor="plant"} 0\n`))
    }
    for (const [method, path] of [
      ...['start', 'stop', 'restart'].map((word) => ['POST', `processes/${READER}/${word}`] as const),
      ['POST', 'processes/start-all'],
      ['GET', `history?collector=${READER}`],
      ['GET', 'dead-letters?supervisor=plant'],
    ] as const) {
      const { status: answered, body } = await second.request(method, `/collectors/${path}`)
      assert.deepEqual([path, answered, Object(body).code], [path, 409, 'conflict'])
      assert.match(Object(body).error, why)
    }
    const monitor = await Monitor.open(`${second.url}/collectors/ws/processes`)
    const { data } = await monitor.when('process_status')
    assert.deepEqual(data, [row])
    monitor.send({ type: 'command', command: 'start', name: READER, id: 1 })
    const answer = await monitor.when('command_result')
    assert.equal(!answer.success && answer.code, 'conflict')
    await monitor.close()
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`goes to the second Node-RED when the first has ended by ${signal}`, async () => {
      const second = await start(userDir)
      await second.rowWhen(READER, ({ status }) => status === 'error')
      await first.stop(signal)
      await second.rowWhen(READER, ({ status, tags }) => status === 'running' && tags.good === 1)
      await second.recordedWhen(READER, () => true)
      await statusWhen(second, `id-${READER}`, ({ fill }) => fill === 'green')
      await statusWhen(second, 'broadcast', ({ fill }) => fill === 'green')
    })
  }

  it('that was copied works beside the first, whose processes and live queue stay', async () => {
    const pids = processesOf(first)
    const live = liveFolderOf(userDir)
    cpSync(userDir, copy, { recursive: true, verbatimSymlinks: true })
    assert.equal(liveFolderOf(copy), live)
    const second = await start(copy)
    await second.rowWhen(READER, ({ status, tags }) => status === 'running' && tags.good === 1)
    assert.doesNotMatch(second.output, /left behind|another Node-RED/)
    assert.notEqual(liveFolderOf(copy), live)
    assert.deepEqual([existsSync(live), processesOf(first)], [true, pids])
    await second.stop()
    const from = first.recorded(READER).length
    await until(() => first.recorded(READER).length >= from + 20, 20_000)
    assert.deepEqual([existsSync(live), processesOf(first)], [true, pids])
    assert.equal((await first.row(READER)).restart_count, 0)
  })
})
