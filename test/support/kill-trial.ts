// A gateway whose processes are killed at random moments, also while they recover, and recounts: every now and then its readers stop,
// all that was acknowledged is written, and the history is held against the queue's own counts and against what the devices gave.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import { Queue } from '../../lib/queue/queue'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from './flows'
import { QUEUE_FILE } from './kept-reader'
import { type FlowNode, NodeRed } from './node-red'
import { argvOf, childrenOf, untilGone } from './processes'
import { randomNumbers } from './random'
import { sequenceOf } from './sequence'
import { until } from './until'

const NAMES = ['boiler', 'oven', 'press'] as const
/** The history answers so many single values at once, at most. */
const WINDOW_MS = 30_000
/** A claim of a historian that was killed comes back after 20 s. */
const QUIET_LIMIT_MS = 90_000
/** What a reader that is killed may take along: a tenth of a second gathered, and what waited for a busy disk. */
const TAKEN_ALONG_MAX = 15

export type Kills = { collector: number; historian: number; 'Node-RED': number; all: number }
/** Samples since the trial began. */
export type Recount = {
  /** Given by the devices. */
  given: number
  /** In the flow. */
  seen: number
  /** Acknowledged by the queue. */
  sent: number
  /** In the history. */
  stored: number
}

export type KillTrialOptions = {
  seed: number
  /** Puts the package into the user folder; a link to this checkout by default. */
  install?: (userDir: string) => void
}

export class KillTrial {
  readonly kills: Kills = { collector: 0, historian: 0, 'Node-RED': 0, all: 0 }
  readonly #device: ModbusDevice
  readonly #userDir: string
  readonly #install: ((userDir: string) => void) | undefined
  readonly #random: () => number
  readonly #startedAt = Date.now()
  #nodeRed: NodeRed

  private constructor(device: ModbusDevice, userDir: string, nodeRed: NodeRed, { seed, install }: KillTrialOptions) {
    this.#device = device
    this.#userDir = userDir
    this.#nodeRed = nodeRed
    this.#install = install
    this.#random = randomNumbers(seed)
  }

  static async start(options: KillTrialOptions): Promise<KillTrial> {
    const device = await ModbusDevice.start({ engine: 'jsmodbus' })
    device.memory.place(
      ...NAMES.map((_, index) => ({
        area: 'holding' as const,
        address: addressOf(index),
        type: 'uint32' as const,
        wave: { wave: 'sequence' as const },
      })),
    )
    const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    try {
      const { install } = options
      const nodeRed = await NodeRed.start({ flows: flow(device.port), userDir, ...(install && { install }) })
      return new KillTrial(device, userDir, nodeRed, options)
    } catch (error) {
      await device.close()
      rmSync(userDir, { recursive: true, force: true })
      throw error
    }
  }

  /** What Node-RED has said since its last start. */
  get output(): string {
    return this.#nodeRed.output
  }

  /** So many kills: half of them of collectors, 3 in 100 of Node-RED, as many of all processes at once, the others of the historian. */
  async kill(times: number): Promise<void> {
    for (let count = 0; count < times; ) {
      await delay(this.#random() * 250)
      if (await this.#killSomething(this.#random())) count++
    }
  }

  /** Ends Node-RED as it is ended in peace, and starts it again. */
  async restart(): Promise<void> {
    await this.#nodeRed.stop()
    this.#nodeRed = await this.#start()
  }

  /** Throws where something was lost, doubled or invented. The readers stop, and run again when it is done. */
  async recount(): Promise<Recount> {
    await this.#goQuiet()
    const recount = await this.#count()
    for (const name of NAMES) await this.#nodeRed.command(`${name}/start`)
    await this.#untilReading()
    return recount
  }

  async dispose(): Promise<void> {
    try {
      await this.#nodeRed.dispose()
    } finally {
      await this.#device.close()
      rmSync(this.#userDir, { recursive: true, force: true })
    }
  }

  #start(): Promise<NodeRed> {
    const options = { flows: flow(this.#device.port), userDir: this.#userDir }
    return NodeRed.start({ ...options, ...(this.#install && { install: this.#install }) })
  }

  /** False where there was no such process at this moment. */
  async #killSomething(chance: number): Promise<boolean> {
    if (chance < 0.94) {
      const kind = chance < 0.5 ? 'collector' : 'historian'
      const pids = this.#processes(kind === 'collector' ? /collector\.js$/ : /historian\/process\.js$/)
      const pid = pids[Math.floor(this.#random() * pids.length)]
      if (pid === undefined) return false
      process.kill(pid, 'SIGKILL')
      this.kills[kind]++
      return true
    }
    const children = this.#processes(/./)
    if (chance < 0.97) this.kills['Node-RED']++
    else {
      for (const pid of children) process.kill(pid, 'SIGKILL')
      this.kills.all++
    }
    this.#nodeRed.process.kill('SIGKILL')
    await until(() => !this.#nodeRed.alive, 5000)
    // half of the time the next one meets what the last one has left behind
    if (this.#random() < 0.5) await untilGone(children, 10_000)
    this.#nodeRed = await this.#start()
    return true
  }

  /** Everything that Node-RED has started and that lives. */
  #processes(script: RegExp): number[] {
    return childrenOf(this.#nodeRed.pid)
      .filter(({ pid, state }) => state !== 'Z' && script.test(argvText(pid)))
      .map(({ pid }) => pid)
  }

  /** All run once more, then the readers stop, and everything is written; the claims of the killed come back with time. */
  async #goQuiet(): Promise<void> {
    await this.#untilReading()
    for (const name of NAMES) await this.#nodeRed.command(`${name}/stop`)
    for (const name of NAMES) await this.#nodeRed.rowWhen(name, ({ status }) => status === 'stopped')
    // The queue itself is asked: what Node-RED tells of it may be a second old.
    const queue = Queue.connect(join(this.#folder, QUEUE_FILE))
    try {
      await until(
        () => {
          const { pending, claimed, retry } = queue.status()
          return pending + claimed + retry === 0
        },
        QUIET_LIMIT_MS,
        50,
      )
    } finally {
      queue.close()
    }
  }

  async #untilReading(): Promise<void> {
    for (const name of NAMES)
      await this.#nodeRed.rowWhen(
        name,
        ({ status, samples_total }) => status === 'running' && samples_total > 5,
        60_000,
      )
  }

  async #count(): Promise<Recount> {
    const queue = Queue.connect(join(this.#folder, QUEUE_FILE))
    const { sent, delivered, pending, claimed, retry, dead, dropped } = queue.status()
    queue.close()
    const none = { pending: 0, claimed: 0, retry: 0, dead: 0, dropped: 0 }
    assert.deepEqual({ pending, claimed, retry, dead, dropped }, none)
    assert.equal(delivered, sent)
    const recount = { given: 0, seen: 0, sent, stored: 0 }
    for (const [index, name] of NAMES.entries()) {
      const values = await this.#history(name)
      const doubled = values.findIndex((value, at) => at > 0 && value <= (values[at - 1] ?? 0))
      assert.equal(doubled, -1, `${name}: ${values.slice(Math.max(0, doubled - 3), doubled + 3)}`)
      const given = this.#given(index)
      assert.ok((values.at(-1) ?? 0) < given, `${name}: the history has what the device never gave`)
      recount.given += given
      recount.seen += sequenceOf(this.#nodeRed.recorded(name)).length
      recount.stored += values.length
    }
    assert.equal(recount.stored, sent, 'in the history, and sent')
    await until(async () => {
      const { body } = await this.#nodeRed.request('GET', '/collectors/processor')
      return asRecord(asRecord(body)?.plant)?.processed_total === sent
    }, 10_000)
    const { collector, all, 'Node-RED': nodeRed } = this.kills
    const takenAlong = recount.given - recount.stored
    assert.ok(
      takenAlong <= TAKEN_ALONG_MAX * (collector + NAMES.length * (all + nodeRed + 1)),
      `${takenAlong} taken along`,
    )
    const setAside = readdirSync(this.#folder).filter((file) => file.includes('corrupt'))
    assert.deepEqual(setAside, [])
    return recount
  }

  /** How many numbers a reader was given: the first is 0, the device's next answer would hold this one. */
  #given(index: number): number {
    const [high = 0, low = 0] = this.#device.memory.get('holding', addressOf(index), 2)
    return high * 2 ** 16 + low
  }

  get #folder(): string {
    return join(this.#userDir, 'collectors', SUPERVISOR)
  }

  /** The values of a reader in the order of their times. */
  async #history(name: string): Promise<number[]> {
    const values: number[] = []
    for (let from = this.#startedAt; from < Date.now(); from += WINDOW_MS) {
      const path = `/collectors/history?collector=${name}&from=${from}&to=${from + WINDOW_MS}`
      const { status, body } = await this.#nodeRed.request('GET', path)
      assert.equal(status, 200, JSON.stringify(body))
      const series = asRecord(body)?.series
      for (const one of Array.isArray(series) ? series : []) {
        assert.equal(one.truncated, undefined)
        for (const [, value] of one.points) values.push(value)
      }
    }
    return values
  }
}

function flow(port: number): FlowNode[] {
  const restarts = { restartDelay: 0.1, restartDelayMax: 0.2, maxRestarts: 1000, stopTimeout: 5 }
  const supervisor = supervisorNode({ historian: 'embedded', workers: 2, flushInterval: 0.1, ...restarts })
  const readers = NAMES.map((name, index) =>
    readerNode(name, port, {
      interval: 20 + 10 * index,
      timeout: 10_000,
      tags: [{ name: 'value', address: `hr${addressOf(index)}`, type: 'uint32' }],
    }),
  )
  return flowOf(supervisor, ...readers)
}

function addressOf(index: number): number {
  return 2 * index
}

function argvText(pid: number): string {
  try {
    return argvOf(pid).at(-1) ?? ''
  } catch {
    return ''
  }
}
