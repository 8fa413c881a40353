// Two hundred times kill -9, at random moments, of collectors, historians and Node-RED, also while they recover: what the
// queue has acknowledged is in the history exactly once, and nothing is counted wrong.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import { Queue } from '../../lib/queue/queue'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { argvOf, childrenOf, untilGone } from '../support/processes'
import { randomNumbers } from '../support/random'
import { placeSequences, sequenceOf } from '../support/sequence'
import { until } from '../support/until'

const NAMES = ['boiler', 'oven', 'press'] as const
const KILLS = 200
const SEED = Number(process.env.SEED ?? 44)
/** The history answers so many single values at once, at most. */
const WINDOW_MS = 30_000

describe('two hundred kills', function () {
  this.timeout(360_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed
  const startedAt = Date.now()

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(
      device,
      NAMES.map((_, register) => register),
    )
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    nodeRed = await start()
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  function start(): Promise<NodeRed> {
    return NodeRed.start({ flows: flow(), userDir })
  }

  function flow(): FlowNode[] {
    const restarts = { restartDelay: 0.1, restartDelayMax: 0.2, maxRestarts: 1000, stopTimeout: 5 }
    const supervisor = supervisorNode({ historian: 'embedded', workers: 2, flushInterval: 0.1, ...restarts })
    const readers = NAMES.map((name, register) =>
      readerNode(name, device.port, {
        interval: 20 + 10 * register,
        timeout: 10_000,
        tags: [{ name: 'value', address: `hr${register}`, type: 'uint16' }],
      }),
    )
    return flowOf(supervisor, ...readers)
  }

  /** Everything that Node-RED has started and that lives. */
  function processes(script: RegExp): number[] {
    return childrenOf(nodeRed.pid)
      .filter(({ pid, state }) => state !== 'Z' && script.test(argvText(pid)))
      .map(({ pid }) => pid)
  }

  it(`lose nothing that was acknowledged, and double nothing (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED)
    const kills = { collector: 0, historian: 0, 'Node-RED': 0, all: 0 }
    for (let count = 0; count < KILLS; ) {
      await delay(random() * 250)
      const chance = random()
      if (chance < 0.94) {
        const kind = chance < 0.5 ? 'collector' : 'historian'
        const pids = processes(kind === 'collector' ? /collector\.js$/ : /historian\/process\.js$/)
        const pid = pids[Math.floor(random() * pids.length)]
        if (pid === undefined) continue
        process.kill(pid, 'SIGKILL')
        kills[kind]++
      } else {
        const children = processes(/./)
        if (chance < 0.97) kills['Node-RED']++
        else {
          for (const pid of children) process.kill(pid, 'SIGKILL')
          kills.all++
        }
        nodeRed.process.kill('SIGKILL')
        await until(() => !nodeRed.alive, 5000)
        // half of the time the next one meets what the last one has left behind
        if (random() < 0.5) await untilGone(children, 10_000)
        nodeRed = await start()
      }
      count++
    }
    assert.ok(
      Object.values(kills).every((number) => number > 0),
      JSON.stringify(kills),
    )
    await goQuiet()

    const queue = Queue.connect(join(folder(), 'queue', 'durable.queue'))
    const status = queue.status()
    queue.close()
    const { sent, delivered, pending, claimed, retry, dead, dropped } = status
    assert.deepEqual(
      { pending, claimed, retry, dead, dropped },
      { pending: 0, claimed: 0, retry: 0, dead: 0, dropped: 0 },
    )
    assert.equal(delivered, sent)

    let stored = 0
    for (const name of NAMES) {
      const values = await history(name)
      const doubled = values.findIndex((value, at) => at > 0 && value <= (values[at - 1] ?? 0))
      assert.equal(doubled, -1, `${name}: ${values.slice(Math.max(0, doubled - 3), doubled + 3)}`)
      const inFlow = new Set(sequenceOf(nodeRed.recorded(name)))
      const kept = values.filter((value) => inFlow.has(value)).length
      assert.ok(kept > 100, `${name}: only ${kept} of ${inFlow.size} samples are in the history`)
      stored += values.length
    }
    assert.equal(stored, sent, 'in the history, and sent')
    await until(async () => {
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      return asRecord(asRecord(body)?.plant)?.processed_total === sent
    }, 10_000)
    assert.deepEqual(
      readdirSync(folder(), { recursive: true }).filter((file) => file.includes('corrupt')),
      [],
    )
  })

  function folder(): string {
    return join(userDir, 'collectors', SUPERVISOR)
  }

  /** All run once more, then the readers stop, and everything is written; the claims of the killed come back with time. */
  async function goQuiet(): Promise<void> {
    await nodeRed.stop()
    nodeRed = await start()
    for (const name of NAMES)
      await nodeRed.rowWhen(name, ({ status, samples_total }) => status === 'running' && samples_total > 5)
    for (const name of NAMES) await nodeRed.command(`${name}/stop`)
    // The queue itself is asked: what Node-RED tells of it may be a second old.
    const queue = Queue.connect(join(folder(), 'queue', 'durable.queue'))
    try {
      await until(() => {
        const { pending, claimed, retry } = queue.status()
        return pending + claimed + retry === 0
      }, 90_000)
    } finally {
      queue.close()
    }
  }

  /** The values of a reader in the order of their times. */
  async function history(name: string): Promise<number[]> {
    const values: number[] = []
    for (let from = startedAt; from < Date.now(); from += WINDOW_MS) {
      const path = `/collectors/history?collector=${name}&from=${from}&to=${from + WINDOW_MS}`
      const { status, body } = await nodeRed.request('GET', path)
      assert.equal(status, 200, JSON.stringify(body))
      const series = asRecord(body)?.series
      for (const one of Array.isArray(series) ? series : []) {
        assert.equal(one.truncated, undefined)
        for (const [, value] of one.points) values.push(value)
      }
    }
    return values
  }
})

function argvText(pid: number): string {
  try {
    return argvOf(pid).at(-1) ?? ''
  } catch {
    return ''
  }
}
