// Monitors of a real Node-RED: what happens to a reader reaches all of them and the flow, whatever one of them does; they see
// Node-RED end, and come back to the truth.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OWNER_CLIENTS_MAX } from '../../nodes/collector-supervisor/api/clients'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { identityOf } from '../../simulators/opcua/certificates'
import { flowOf, readerNode, supervisorNode, TAB } from '../support/flows'
import { Monitor } from '../support/monitor'
import { type FlowNode, freePort, NodeRed } from '../support/node-red'
import { StoppedMonitor } from '../support/stopped-monitor'
import { until } from '../support/until'

const PROCESSES = '/collectors/ws/processes'
/** With the one that is stopped as many as one client may have. */
const MONITORS = OWNER_CLIENTS_MAX - 1
const BROADCAST: FlowNode = {
  id: 'broadcast',
  type: 'status-broadcast',
  z: TAB,
  x: 1,
  y: 1,
  name: '',
  wires: [[], ['record']],
}

describe('monitors', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  const monitors: Monitor[] = []
  const connect = async (url: string, path = PROCESSES): Promise<Monitor> => {
    const monitor = await Monitor.open(url + path)
    monitors.push(monitor)
    return monitor
  }
  before(async () => {
    device = await ModbusDevice.start()
  })
  after(() => device.close())
  afterEach(async () => {
    await Promise.all(monitors.splice(0).map((monitor) => monitor.close()))
  })

  describe('of one Node-RED', () => {
    let nodeRed: NodeRed
    before(async () => {
      nodeRed = await NodeRed.start({
        flows: flowOf(supervisorNode(), readerNode('boiler', device.port), BROADCAST),
      })
      await nodeRed.rowWhen('boiler', ({ link }) => link === 'connected')
    })
    after(() => nodeRed.dispose())

    it('hear of the end of a reader, as the flow does, while one of them is stopped', async () => {
      const stopped = await StoppedMonitor.open(nodeRed.url + PROCESSES)
      try {
        const all = await Promise.all(Array.from({ length: MONITORS }, () => connect(nodeRed.url)))
        await Promise.all(all.map((monitor) => monitor.when('process_status', ({ data }) => data.length === 1)))
        const { pid } = await nodeRed.row('boiler')
        const inFlow = nodeRed.recordedWhen('boiler', ({ payload }) => Object(payload).from === 'running')
        process.kill(pid ?? assert.fail(), 'SIGKILL')
        for (const monitor of all) {
          const { data } = await monitor.when(
            'process_event',
            ({ data: news }) => news.kind === 'status' && news.from === 'running',
          )
          assert.ok(data.kind === 'status')
          assert.deepEqual([data.name, data.exit, data.log], ['boiler', { code: null, signal: 'SIGKILL' }, undefined])
          await monitor.when('process_status_update', (update) => {
            const [row] = update.data
            return row?.status === 'running' && row.pid !== pid && row.link === 'connected'
          })
          assertNoGap(monitor)
        }
        assert.equal(Object((await inFlow).payload).name, 'boiler')
      } finally {
        await stopped.close()
      }
    })

    it('stop and start it', async () => {
      const [one, other] = [await connect(nodeRed.url), await connect(nodeRed.url)]
      for (const [command, status] of [
        ['stop', 'stopped'],
        ['start', 'running'],
      ] as const) {
        one.send({ type: 'command', command, name: 'boiler', id: command })
        const answer = await one.when('command_result', ({ id }) => id === command)
        assert.deepEqual(answer.results, [{ name: 'boiler', success: true }])
        await other.when('process_status_update', ({ data }) => data.some((row) => row.status === status))
      }
    })

    it('see supervisors and readers come and go with a deploy', async () => {
      const monitor = await connect(nodeRed.url)
      await nodeRed.deploy(
        flowOf(
          supervisorNode(),
          readerNode('boiler', device.port),
          BROADCAST,
          {
            ...supervisorNode(),
            id: 'second',
            name: 'Line 二',
          },
          readerNode('炉子 1/2', device.port, { supervisor: 'second' }),
        ),
      )
      const came = await monitor.when('process_status_update', ({ data }) =>
        data.some(({ name }) => name === '炉子 1/2'),
      )
      assert.equal(came.data.find(({ name }) => name === '炉子 1/2')?.supervisor, 'Line 二')
      await nodeRed.deploy(flowOf(supervisorNode(), readerNode('boiler', device.port), BROADCAST))
      await monitor.when('process_status_update', ({ removed }) => removed.includes('炉子 1/2'))
      await nodeRed.deploy([])
      await monitor.when('process_status_update', ({ removed }) => removed.includes('boiler'))
      await nodeRed.deploy(
        flowOf(supervisorNode({ historian: 'embedded' }), readerNode('boiler', device.port), BROADCAST),
      )
      const processor = await connect(nodeRed.url, '/collectors/ws/processor-status')
      await processor.when('processor_status_update', ({ data }) => data.plant?.running === true)
      await nodeRed.deploy(flowOf(supervisorNode(), readerNode('boiler', device.port), BROADCAST))
      await processor.when('processor_status_update', ({ removed }) => removed.includes('plant'))
      assertNoGap(monitor)
      assert.equal(monitor.closed, undefined)
    })

    it('are no business of a websocket node beside them', async () => {
      await nodeRed.deploy(
        flowOf(supervisorNode(), readerNode('boiler', device.port), BROADCAST, ...echoNodes('/collectors/ws/mine')),
      )
      const mine = await Monitor.open(`${nodeRed.url}/collectors/ws/mine`).catch(() => undefined)
      assert.ok(mine, 'the node has its own path')
      await mine.close()
      const comms = await Monitor.open(`${nodeRed.url}/comms`)
      await comms.close()
      const monitor = await connect(nodeRed.url)
      await monitor.when('process_status')
      await assert.rejects(Monitor.open(`${nodeRed.url}/collectors/ws/nobody`), /404/)
    })
  })

  it('see how the processes end, are told that Node-RED goes, and find the truth when it is back', async () => {
    const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const port = await freePort()
    const start = (settings: string) =>
      NodeRed.start({
        flows: flowOf(supervisorNode(), readerNode('boiler', device.port)),
        settings: `uiPort: ${port}, ${settings}`,
        userDir,
      })
    // What is still to be encrypted when the process ends would be lost.
    let nodeRed = await start(await httpsSettings())
    try {
      const headers = { Origin: `https://127.0.0.1:${port}` }
      const monitor = await Monitor.open(`https://127.0.0.1:${port}${PROCESSES}`, [], {
        rejectUnauthorized: false,
        headers,
      })
      monitors.push(monitor)
      await monitor.when('process_status_update', ({ data }) => data[0]?.link === 'connected')
      await nodeRed.stop()
      assert.equal((await monitor.whenClosed()).code, 1001)
      const last = monitor.of('process_event').at(-1)?.data
      assert.ok(last?.kind === 'status' && last.to === 'stopped' && last.code === 'shutdown')

      const url = `http://127.0.0.1:${port}`
      const coming = comeBack(url)
      nodeRed = await start('')
      const back = await coming
      monitors.push(back)
      const { data } = await back.when('process_status')
      assert.equal(back.messages[0]?.type, 'process_status')
      assert.deepEqual(
        data.map(({ name }) => name),
        ['boiler'],
      )
      await back.when('process_status_update', (update) => update.data[0]?.link === 'connected')
    } finally {
      await nodeRed.dispose()
      rmSync(userDir, { recursive: true, force: true })
    }
  })
})

async function httpsSettings(): Promise<string> {
  const { certificatePem, privateKeyPem } = await identityOf({ commonName: 'gateway', applicationUri: 'urn:gateway' })
  return `https: ${JSON.stringify({ key: privateKeyPem, cert: certificatePem })},`
}

/** Tries as soon as the port is open, so before the flows have started. */
async function comeBack(url: string): Promise<Monitor> {
  let monitor: Monitor | undefined
  await until(
    async () => {
      monitor = await Monitor.open(url + PROCESSES).catch(() => undefined)
      return monitor !== undefined
    },
    30_000,
    1,
  )
  return monitor ?? assert.fail()
}

function assertNoGap({ messages }: Monitor): void {
  const seqs = messages.flatMap((message) =>
    'seq' in message && message.type !== 'process_status' ? [message.seq] : [],
  )
  const [first = 0] = seqs
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => first + index),
  )
}

function echoNodes(path: string): FlowNode[] {
  return [
    { id: 'listener', type: 'websocket-listener', path, wholemsg: 'false' },
    { id: 'in', type: 'websocket in', z: TAB, x: 1, y: 1, name: '', server: 'listener', client: '', wires: [[]] },
  ]
}
