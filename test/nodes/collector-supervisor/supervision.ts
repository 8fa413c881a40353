// A supervised process in surroundings that a test arranges, with a real child that does what the test says.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Counters } from '../../../lib/contract/control'
import type { Status } from '../../../lib/contract/lifecycle'
import { CONTROL_VERSION } from '../../../lib/contract/limits'
import type { Wall } from '../../../lib/contract/process-row'
import type { RefusedCause } from '../../../lib/contract/refused-cause'
import type { Outcome } from '../../../nodes/collector-supervisor/operation'
import type { Outages } from '../../../nodes/collector-supervisor/outages'
import type { RestartPolicy } from '../../../nodes/collector-supervisor/policy'
import { signalGroup } from '../../../nodes/collector-supervisor/process-group'
import type { ProcessSpec } from '../../../nodes/collector-supervisor/process-spec'
import { SpawnGate } from '../../../nodes/collector-supervisor/spawn-gate'
import { SupervisedProcess } from '../../../nodes/collector-supervisor/supervised-process'
import type { EdgeNews, Surroundings, Transition } from '../../../nodes/collector-supervisor/surroundings'
import { isGone } from '../../support/processes'
import { until } from '../../support/until'
import type { Script } from './fake-child'

export const POLICY: RestartPolicy = {
  autoRestart: true,
  maxRestarts: 10,
  restartDelayMs: 20,
  restartDelayMaxMs: 20,
  slowRetryMs: 0,
  stopTimeoutMs: 10_000,
}
export const READY = { type: 'ready', version: CONTROL_VERSION }
export const COUNTERS: Counters = {
  samplesTotal: 30,
  dropped: 0,
  cyclesTotal: 10,
  overruns: 1,
  cycleMs: { last: 1, p50: 2, p99: 3, max: 4 },
  tags: { total: 1, good: 1, bad: 0 },
  loopDelayMs: 0,
}
export const DONE: Outcome = { success: true }

export function specOf(script: Script, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'oven',
    type: 'modbus',
    recipient: 'a1',
    script: join(__dirname, 'fake-child.js'),
    config: script,
    intervalMs: 1000,
    tagsTotal: 1,
    autoStart: undefined,
    ...changes,
  }
}

/** The process, and what it has told its surroundings. */
export class Supervision {
  /** The clock is so much ahead of the real one, ms. */
  aheadMs = 0
  policy = POLICY
  vacated = async (): Promise<void> => {}
  command = process.execPath
  wall: Wall = 'node'
  obstacle: string | undefined
  outages: Outages | undefined
  readonly gate = new SpawnGate()
  readonly transitions: Transition[] = []
  readonly edges: EdgeNews[] = []
  /** What it asked for and told, in order. */
  readonly calls: string[] = []
  changes = 0
  /** Why its database refuses values, as it was told, message by message. */
  readonly refusals: (readonly RefusedCause[])[] = []
  readonly process: SupervisedProcess

  constructor(script: Script = {}, gate?: SpawnGate) {
    if (gate) this.gate = gate
    this.process = new SupervisedProcess(specOf(script), 'down', this.#surroundings())
  }

  get status(): Status {
    return this.process.machine.state.status
  }
  /** The statuses it has had. */
  get path(): Status[] {
    return this.transitions.map(({ to }) => to.state.status)
  }
  get texts(): string[] {
    return this.process.logs().map(({ text }) => text)
  }

  async heard(beginning: string): Promise<void> {
    await until(() => this.texts.some((text) => text.startsWith(beginning)), 10_000)
  }

  async is(status: Status): Promise<void> {
    await until(() => this.status === status, 10_000)
  }

  /** Why it was stopped by itself; it is not started again. */
  async reasonToStop(): Promise<string> {
    await until(() => this.path.includes('stopping'), 10_000)
    this.process.feed({ type: 'stop' })
    return this.transitions[this.path.indexOf('stopping')]?.reason ?? ''
  }

  async end(): Promise<void> {
    const { pid } = this.process
    this.process.feed({ type: 'stop' })
    if (pid !== undefined) signalGroup(pid, 'SIGKILL')
    await until(() => this.process.pid === undefined && (pid === undefined || isGone(pid)), 10_000)
  }

  #surroundings(): Surroundings {
    return {
      supervisorName: () => 'Line A',
      policy: () => this.policy,
      memoryLimitMb: () => 256,
      live: () => ({ path: '/dev/shm/q', capacityBytes: 16 }),
      drainLive: () => this.calls.push('drain'),
      known: () => undefined,
      queueChanged: () => this.calls.push('queueChanged'),
      queueSuspected: (reason) => this.calls.push(`queueSuspected: ${reason}`),
      queueCounted: () => this.calls.push('queueCounted'),
      distrustLive: () => this.calls.push('distrust'),
      durable: () => undefined,
      distrustDurable: () => this.calls.push('distrust durable'),
      refused: (causes) => this.refusals.push(causes),
      historySetAside: (text) => this.calls.push(`history set aside: ${text}`),
      outages: () => this.outages,
      folder: () => undefined,
      program: ({ script }) => {
        return { command: this.command, args: [script], cwd: '/', env: { PATH: process.env.PATH ?? '' } }
      },
      wall: () => this.wall,
      obstacle: () => this.obstacle,
      gate: this.gate,
      vacated: () => this.vacated(),
      started: (pid) => this.calls.push(`started ${pid}`),
      ended: () => this.calls.push('ended'),
      changed: () => {
        this.changes += 1
      },
      transition: (transition) => {
        this.transitions.push(transition)
        this.calls.push(transition.to.state.status)
      },
      edge: (news) => this.edges.push(news),
      now: () => performance.now() + this.aheadMs,
      wallClock: () => new Date(1_700_000_000_000),
      chance: () => 0,
    }
  }
}

/** To be called in a `describe`: makes processes that are ended after each test. */
export function supervising(): {
  make(script?: Script, gate?: SpawnGate): Supervision
  running(script?: Script): Promise<Supervision>
} {
  const made: Supervision[] = []
  afterEach(async () => {
    for (const supervision of made.splice(0)) await supervision.end()
  })
  const make = (script?: Script, gate?: SpawnGate): Supervision => {
    const supervision = new Supervision(script, gate)
    made.push(supervision)
    return supervision
  }
  return {
    make,
    async running(script) {
      const supervision = make(script)
      assert.deepEqual(await supervision.process.operate('start'), DONE)
      return supervision
    },
  }
}
