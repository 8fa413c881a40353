// The sessions that a server holds of us: small controllers have room for five. Whatever is deployed, and however often a
// reader's process dies, there is one of each reader; what a dead process left behind is gone when its time is over.

import assert from 'node:assert/strict'
import type { DeviceCensus } from '../../simulators/opcua/census'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, opcuaNode, supervisorNode } from '../support/flows'
import { type FlowNode, isGood, NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { until } from '../support/until'

/** A hundred of each take minutes: by hand. */
const ROUNDS = Number(process.env.ROUNDS ?? 15)
const SESSION_MS = 3000
/** node-opcua looks for sessions whose time is over now and then, later on a busy machine. */
const REAPED_MS = SESSION_MS + 4000
const PATIENCE_MS = 30_000
/** Who is stopped just when the server lets him in may not get to say goodbye. */
const PEAK = 2
/** After 30 in an hour a process is given up; a changed configuration begins anew. */
const KILLS_A_LIFE = 20
const TYPES = ['full', 'nodes', 'flows'] as const

describe(`${ROUNDS} times over`, function () {
  this.timeout(60_000 + ROUNDS * 10_000)
  let deployed: OpcuaDeviceProcess
  let killed: OpcuaDeviceProcess
  let nodeRed: NodeRed
  let intervalMs = 100
  let lives = 0
  let deploys = Promise.resolve()
  /** Both at the same time. */
  let deploying: Promise<void>
  let killing: Promise<void>

  before(async () => {
    const settings = { limits: { maxSessionTimeoutMs: SESSION_MS } }
    ;[deployed, killed] = await Promise.all([
      OpcuaDeviceProcess.start({ settings }),
      OpcuaDeviceProcess.start({ settings }),
    ])
    nodeRed = await NodeRed.start({ flows: flow() })
    for (const name of ['deployed', 'killed']) await nodeRed.recordedWhen(name, isGood, { from: 0 })
    deploying = deploy()
    killing = kill()
    for (const one of [deploying, killing]) {
      one.catch(() => {
        // its test tells
      })
    }
  })
  after(async () => {
    await nodeRed?.dispose()
    await Promise.all([deployed?.close(), killed?.close()])
  })

  function flow(): FlowNode[] {
    return flowOf(
      supervisorNode({ restartDelay: 0.1, restartDelayMax: 0.1, maxRestarts: 1000 }),
      opcuaNode('deployed', deployed.endpoint, { interval: intervalMs }),
      opcuaNode('killed', killed.endpoint, { interval: 100 + lives }),
    )
  }

  it('deployed, changed or not, a reader has one session', () => deploying)
  it('killed, a reader has one session, beside those whose time is not over', () => killing)

  /** One after the other. */
  function deployFlow(type: (typeof TYPES)[number] | undefined): Promise<void> {
    const done = deploys.then(() => nodeRed.deploy(flow(), type))
    deploys = done
    return done
  }

  async function deploy(): Promise<void> {
    const watch = new SessionWatch(deployed)
    for (let round = 0; round < ROUNDS; round++) {
      const isChanged = round % 2 === 0
      if (isChanged) intervalMs++
      await deployFlow(TYPES[round % TYPES.length])
      // Others come right upon it, while the process starts.
      if (round % 4 < 2) await nodeRed.recordedWhen('deployed', isGood, { timeoutMs: PATIENCE_MS })
    }
    await nodeRed.recordedWhen('deployed', isGood, { timeoutMs: PATIENCE_MS })
    await watch.isOne()
    const census = await watch.end()
    assert.ok(census.sessionsPeak <= PEAK, `there were ${census.sessionsPeak} sessions`)
  }

  async function kill(): Promise<void> {
    const watch = new SessionWatch(killed)
    const kills: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      if (round % KILLS_A_LIFE === KILLS_A_LIFE - 1) {
        lives++
        await deployFlow('full')
      }
      const { pid } = await nodeRed.rowWhen(
        'killed',
        ({ link, pid }) => link === 'connected' && pid !== null,
        PATIENCE_MS,
      )
      assert.ok(pid !== null)
      kills.push(performance.now())
      process.kill(pid, 'SIGKILL')
      await nodeRed.rowWhen('killed', (row) => row.pid !== pid, PATIENCE_MS)
    }
    await nodeRed.recordedWhen('killed', isGood, { timeoutMs: PATIENCE_MS })
    await watch.isOne()
    await watch.end()
    for (const { atMs, sessions } of watch.seen) {
      const dying = kills.filter((killMs) => killMs <= atMs && killMs > atMs - REAPED_MS).length
      assert.ok(sessions <= dying + 1, `${sessions} sessions after ${dying} kills that are not long ago`)
    }
  }

  it('started, readers leave nothing behind when Node-RED stops', async () => {
    const pids = collectorsOf(nodeRed.pid)
    assert.equal(pids.length, 2)
    await nodeRed.stop()
    const [afterDeploys, afterKills] = await Promise.all([deployed.census(), killed.census()])
    assert.deepEqual([afterDeploys.sessions, afterDeploys.subscriptions, afterKills.sessions], [0, 0, 0])
  })
})

/** Counts the sessions at a server again and again. */
class SessionWatch {
  readonly seen: { atMs: number; sessions: number }[] = []
  readonly #device: OpcuaDeviceProcess
  #isOn = true
  readonly #watching: Promise<DeviceCensus>

  constructor(device: OpcuaDeviceProcess) {
    this.#device = device
    this.#watching = this.#watch()
  }

  /** What was left behind is gone. */
  async isOne(): Promise<void> {
    await until(() => this.seen.at(-1)?.sessions === 1, PATIENCE_MS)
  }

  async end(): Promise<DeviceCensus> {
    this.#isOn = false
    return this.#watching
  }

  async #watch(): Promise<DeviceCensus> {
    for (;;) {
      const census = await this.#device.census()
      this.seen.push({ atMs: performance.now(), sessions: census.sessions })
      if (!this.#isOn) return census
      await new Promise((done) => setTimeout(done, 20))
    }
  }
}
