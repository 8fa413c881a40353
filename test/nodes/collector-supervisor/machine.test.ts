// The life of a process as a table: state and event in, state and effects out.

import assert from 'node:assert/strict'
import { step } from '../../../nodes/collector-supervisor/machine'
import {
  type Event,
  type Machine,
  newMachine,
  nextDeadline,
  type State,
  type StopCause,
} from '../../../nodes/collector-supervisor/machine-state'
import {
  FLAPPING_EXITS,
  HEALTHY_AFTER_MS,
  READY_TIMEOUT_MS,
  type RestartPolicy,
} from '../../../nodes/collector-supervisor/policy'

const POLICY: RestartPolicy = {
  autoRestart: true,
  maxRestarts: 10,
  restartDelayMs: 1_000,
  restartDelayMaxMs: 60_000,
  slowRetryMs: 900_000,
  stopTimeoutMs: 10_000,
}
const NOW = 1_000_000
const KILLED = { code: null, signal: 'SIGKILL' }

const STOPPED: State = { status: 'stopped' }
const STARTING: State = { status: 'starting', readyBy: NOW + 5, slowAttempt: false }
const RUNNING: State = { status: 'running', healthyAt: NOW + 5, slowAttempt: false }
const STOPPING: State = {
  status: 'stopping',
  afterwards: 'stopped',
  killAt: NOW + 5,
  killed: false,
  slowAttempt: false,
}
const CRASHED: State = { status: 'crashed', until: NOW + 5 }
const ERROR: State = { status: 'error', retryAt: NOW + 5, lingering: false }
const LINGERING: State = { status: 'error', retryAt: undefined, lingering: true }

function machineIn(state: State, changes: Partial<Machine> = {}): Machine {
  return { ...newMachine('up'), generation: 3, state, ...changes }
}

function run(machine: Machine, event: Event, { now = NOW, chance = 0, policy = POLICY } = {}) {
  return step(machine, event, now, chance, policy)
}

describe('the machine of a process', () => {
  const exited: Event = { type: 'exited', exit: KILLED, error: undefined }
  const start: Event = { type: 'start', operator: true }
  const table: { from: State; event: Event; to: string; does: string[]; title: string }[] = [
    { title: 'starts a stopped process', from: STOPPED, event: start, to: 'starting', does: ['spawn'] },
    { title: 'starts a crashed process without waiting', from: CRASHED, event: start, to: 'starting', does: ['spawn'] },
    { title: 'starts a process in error', from: ERROR, event: start, to: 'starting', does: ['spawn'] },
    { title: 'does not start while the old process lingers', from: LINGERING, event: start, to: 'error', does: [] },
    { title: 'leaves a running process running', from: RUNNING, event: start, to: 'running', does: [] },
    { title: 'runs when ready', from: STARTING, event: { type: 'ready' }, to: 'running', does: [] },
    {
      title: 'ignores ready from a process that is stopping',
      from: STOPPING,
      event: { type: 'ready' },
      to: 'stopping',
      does: [],
    },
    {
      title: 'asks a running process to stop',
      from: RUNNING,
      event: { type: 'stop' },
      to: 'stopping',
      does: ['ask-stop'],
    },
    {
      title: 'asks a starting process to stop',
      from: STARTING,
      event: { type: 'stop' },
      to: 'stopping',
      does: ['ask-stop'],
    },
    { title: 'stops a crashed process at once', from: CRASHED, event: { type: 'stop' }, to: 'stopped', does: [] },
    { title: 'stops a process in error at once', from: ERROR, event: { type: 'stop' }, to: 'stopped', does: [] },
    { title: 'is stopped when the process is gone', from: STOPPING, event: exited, to: 'stopped', does: [] },
    {
      title: 'restarts a running process by stopping it first',
      from: RUNNING,
      event: { type: 'restart' },
      to: 'stopping',
      does: ['ask-stop'],
    },
    {
      title: 'restarts a stopped process by starting it',
      from: STOPPED,
      event: { type: 'restart' },
      to: 'starting',
      does: ['spawn'],
    },
    { title: 'is crashed when a running process ends', from: RUNNING, event: exited, to: 'crashed', does: [] },
    {
      title: 'is crashed when a process ends with 0 unasked',
      from: RUNNING,
      event: { ...exited, exit: { code: 0, signal: null } },
      to: 'crashed',
      does: [],
    },
    {
      title: 'gives up at once on a wrong configuration',
      from: STARTING,
      event: { ...exited, exit: { code: 78, signal: null } },
      to: 'error',
      does: [],
    },
    {
      title: 'gives up at once on a missing permission',
      from: RUNNING,
      event: { ...exited, exit: { code: 77, signal: null } },
      to: 'error',
      does: [],
    },
    {
      title: 'gives up at once when node does not know a flag',
      from: STARTING,
      event: { ...exited, exit: { code: 9, signal: null } },
      to: 'error',
      does: [],
    },
    {
      title: 'takes exit code 9 of a running process for a crash',
      from: RUNNING,
      event: { ...exited, exit: { code: 9, signal: null } },
      to: 'crashed',
      does: [],
    },
    {
      title: 'waits when the process cannot be started, which may pass',
      from: STARTING,
      event: { type: 'spawn-failed', message: '' },
      to: 'crashed',
      does: [],
    },
    {
      title: 'gives up for longer when the slow retry cannot be started either',
      from: { ...STARTING, slowAttempt: true },
      event: { type: 'spawn-failed', message: '' },
      to: 'error',
      does: [],
    },
    {
      title: 'stops a process that hangs',
      from: RUNNING,
      event: { type: 'misbehaved', reason: 'hangs', how: 'quick', afterwards: 'crashed' },
      to: 'stopping',
      does: ['ask-stop'],
    },
    {
      title: 'kills a process that eats the memory',
      from: RUNNING,
      event: { type: 'misbehaved', reason: 'memory', how: 'kill', afterwards: 'recycle' },
      to: 'stopping',
      does: ['kill'],
    },
    {
      title: 'refuses a wrong configuration without a process',
      from: STOPPED,
      event: { type: 'refused', problem: 'port' },
      to: 'error',
      does: [],
    },
    {
      title: 'stops the process of a configuration that became wrong',
      from: RUNNING,
      event: { type: 'refused', problem: 'port' },
      to: 'stopping',
      does: ['ask-stop'],
    },
    {
      title: 'starts when the old process is gone at last',
      from: LINGERING,
      event: exited,
      to: 'starting',
      does: ['spawn'],
    },
  ]
  for (const { title, from, event, to, does } of table) {
    it(title, () => {
      const { machine, effects } = run(machineIn(from), event)
      assert.equal(machine.state.status, to)
      assert.deepEqual(
        effects.map((effect) => effect.do),
        does,
      )
    })
  }

  it('counts every spawn as a generation of its own', () => {
    assert.equal(run(machineIn(STOPPED), start).machine.generation, 4)
  })

  describe('as time passes', () => {
    const late = { now: NOW + 5 }
    it('does nothing before the deadline', () => {
      for (const state of [STARTING, RUNNING, STOPPING, CRASHED, ERROR]) {
        const machine = machineIn(state)
        assert.deepEqual(run(machine, { type: 'tick' }, { now: NOW + 4 }), { machine, effects: [], reason: '' })
      }
    })
    it('kills what is not ready in time, and counts it as a crash', () => {
      const { machine, effects } = run(machineIn(STARTING), { type: 'tick' }, late)
      assert.deepEqual(effects, [{ do: 'kill' }])
      assert.equal(run(machine, exited, late).machine.state.status, 'crashed')
    })
    it('kills what does not stop in time, once, and counts it', () => {
      const first = run(machineIn(STOPPING), { type: 'tick' }, late)
      assert.deepEqual(first.effects, [{ do: 'kill' }])
      assert.equal(first.machine.forcedKills, 1)
      const second = run(first.machine, { type: 'tick' }, { now: NOW + 5 + 5_000 })
      assert.deepEqual(second.effects, [])
      assert.deepEqual(second.machine.state, { status: 'error', retryAt: undefined, lingering: true })
    })
    it('restarts a crashed process and counts it', () => {
      const { machine, effects } = run(machineIn(CRASHED), { type: 'tick' }, late)
      assert.deepEqual(effects, [{ do: 'spawn' }])
      assert.equal(machine.restartCount, 1)
    })
    it('tries again slowly in error', () => {
      assert.deepEqual(run(machineIn(ERROR), { type: 'tick' }, late).effects, [{ do: 'spawn' }])
    })
    it('waits for readiness only from the moment the process exists', () => {
      const { machine } = run(machineIn(STOPPED), start)
      assert.equal(nextDeadline(machine), undefined)
      assert.equal(nextDeadline(run(machine, { type: 'spawned' }).machine), NOW + READY_TIMEOUT_MS)
    })
  })

  describe('restarting by itself', () => {
    /** Crashes again and again, always at once; gives the delays. */
    function crashLoop(machine: Machine, times: number): { delays: number[]; machine: Machine } {
      const delays: number[] = []
      let now = NOW
      let current = machine
      for (let crash = 0; crash < times; crash++) {
        current = run({ ...current, state: RUNNING }, exited, { now }).machine
        if (current.state.status !== 'crashed') break
        delays.push(current.state.until - now)
        now = current.state.until
      }
      return { delays, machine: current }
    }

    it('waits 1, 2, 4, ... 60 s and gives up after ten restarts in a row', () => {
      const { delays, machine } = crashLoop(machineIn(RUNNING), 20)
      assert.deepEqual(
        delays,
        [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((s) => s * 1000),
      )
      assert.equal(machine.state.status, 'error')
      assert.match(machine.lastError ?? '', /SIGKILL; gave up after 10 restarts in a row/)
    })
    it('restarts at once the first time after a healthy minute, then as ever', () => {
      const healthy = run(machineIn({ ...RUNNING, healthyAt: NOW }), { type: 'tick' }).machine
      assert.deepEqual(crashLoop(healthy, 3).delays, [0, 1000, 2000])
    })
    it('forgets crashes after a healthy minute, but not those of the last hour', () => {
      const crashed = crashLoop(machineIn(RUNNING), 5).machine
      const state: State = { status: 'running', healthyAt: NOW + HEALTHY_AFTER_MS, slowAttempt: false }
      const { machine } = run({ ...crashed, state }, { type: 'tick' }, { now: NOW + HEALTHY_AFTER_MS })
      assert.equal(machine.exits.consecutive, 0)
      assert.equal(machine.exits.recent.length, 5)
    })
    it('gives up on what dies every 90 seconds and looks healthy each time', () => {
      let machine = machineIn(RUNNING)
      let now = NOW
      let crashes = 0
      while (machine.state.status !== 'error' && crashes < 100) {
        machine = { ...machine, state: { status: 'running', healthyAt: now + HEALTHY_AFTER_MS, slowAttempt: false } }
        machine = run(machine, { type: 'tick' }, { now: now + HEALTHY_AFTER_MS }).machine
        now += 90_000
        machine = run(machine, exited, { now }).machine
        crashes += 1
      }
      assert.equal(crashes, FLAPPING_EXITS)
    })
    it('adds at most a quarter of the delay by chance', () => {
      const { machine } = run(machineIn(RUNNING), exited, { chance: 0.999 })
      assert.ok(
        machine.state.status === 'crashed' && machine.state.until - NOW > 1240 && machine.state.until - NOW <= 1250,
      )
    })
    it('stays in error after a failed slow retry, and tries again slowly', () => {
      const retried = run(machineIn(ERROR), { type: 'tick' }, { now: NOW + 5 }).machine
      const { machine } = run(retried, exited, { now: NOW + 10 })
      assert.deepEqual(machine.state, { status: 'error', retryAt: NOW + 10 + 900_000, lingering: false })
    })
    it('never tries again where the slow retry is off, or the configuration is wrong', () => {
      const policy = { ...POLICY, slowRetryMs: 0, maxRestarts: 0 }
      const { machine } = run(machineIn(RUNNING), exited, { policy })
      assert.deepEqual(machine.state, { status: 'error', retryAt: undefined, lingering: false })
      const wrong = run(machineIn(STARTING), { ...exited, exit: { code: 78, signal: null } }).machine
      assert.equal(nextDeadline(wrong), undefined)
    })
    it('goes to error without automatic restart', () => {
      const { machine } = run(machineIn(RUNNING), exited, { policy: { ...POLICY, autoRestart: false } })
      assert.deepEqual(machine.state, { status: 'error', retryAt: undefined, lingering: false })
    })
    it('is pardoned by an operator who starts it', () => {
      const loop = crashLoop(machineIn(RUNNING), 20).machine
      const { machine } = run(loop, start)
      assert.deepEqual(machine.exits, { consecutive: 0, recent: [] })
      assert.equal(machine.lastError, undefined)
      assert.deepEqual(crashLoop(machine, 2).delays, [1000, 2000])
    })
    it('counts a recycling for memory only towards flapping', () => {
      const stopping = run(machineIn(RUNNING), {
        type: 'misbehaved',
        reason: 'memory',
        how: 'graceful',
        afterwards: 'recycle',
      })
      const { machine, effects } = run(stopping.machine, exited)
      assert.deepEqual(effects, [{ do: 'spawn' }])
      assert.equal(machine.exits.consecutive, 0)
      assert.equal(machine.exits.recent.length, 1)
      assert.equal(machine.lastError, 'memory')
    })
  })

  describe('when a deploy has changed the settings', () => {
    const renewed: Event = { type: 'renewed' }
    const troubled: Partial<Machine> = {
      exits: { consecutive: 4, recent: [1, 2, 3, 4] },
      lastError: 'exited with code 1',
    }

    it('ends the process and starts another, which is no restart and no act of an operator', () => {
      const stopping = run(machineIn(RUNNING), renewed)
      const starting = run(stopping.machine, exited)
      assert.deepEqual(
        [stopping.effects.map((effect) => effect.do), starting.effects],
        [['ask-stop'], [{ do: 'spawn' }]],
      )
      assert.deepEqual([stopping.reason, starting.reason], ['new settings', 'new settings'])
      assert.equal(starting.machine.restartCount, 0)
    })
    for (const from of [STOPPED, CRASHED, ERROR]) {
      it(`starts a process that is ${from.status}, and forgets what was wrong under the old settings`, () => {
        const { machine, effects, reason } = run(machineIn(from, troubled), renewed)
        assert.deepEqual([effects, reason], [[{ do: 'spawn' }], 'new settings'])
        assert.deepEqual([machine.restartCount, machine.exits.consecutive, machine.lastError], [0, 0, undefined])
      })
    }
    it('lets a restart that an operator has begun be one', () => {
      const restarting = run(machineIn(RUNNING), { type: 'restart' }).machine
      assert.equal(run(run(restarting, renewed).machine, exited).machine.restartCount, 1)
    })
    it('starts one that is just being ended by a watchdog with them at once', () => {
      const hung: Event = { type: 'misbehaved', reason: 'hangs', how: 'kill', afterwards: 'crashed' }
      const ended = run(run(run(machineIn(RUNNING), hung).machine, renewed).machine, exited)
      assert.deepEqual([ended.machine.state.status, ended.reason], ['starting', 'new settings'])
    })
  })

  describe('that is to end', () => {
    // biome-ignore format: a table, one line a cause
    const causes: [cause: StopCause, reason: RegExp][] = [
      ['operator', /^stopped by the operator$/], ['deploy', /^stopped by a deploy: /], ['shutdown', /^stopped because Node-RED ends$/],
    ]
    for (const [cause, reason] of causes) {
      for (const from of [RUNNING, STARTING, CRASHED, ERROR]) {
        it(`says whether it was by ${cause}, while it is ${from.status}`, () => {
          const ended = run(machineIn(from), { type: 'stop', cause })
          assert.match(ended.reason, reason)
          assert.equal(ended.machine.stopCause, cause)
        })
      }
      it(`still knows that it was by ${cause} when it is gone, whoever else wants it to end`, () => {
        const stopping = run(machineIn(RUNNING), { type: 'stop', cause }).machine
        const other = run(stopping, { type: 'stop', cause: cause === 'shutdown' ? 'operator' : 'shutdown' }).machine
        const { machine } = run(other, exited)
        assert.deepEqual([machine.state.status, machine.stopCause], ['stopped', cause])
      })
    }
    it('ends by Node-RED when it was stopped by an operator and started again', () => {
      const started = run(run(run(machineIn(RUNNING), { type: 'stop' }).machine, exited).machine, start).machine
      assert.equal(run(started, { type: 'stop', cause: 'shutdown' }).machine.stopCause, 'shutdown')
    })
  })

  describe('that goes on although something is lost', () => {
    const noticed: Event = { type: 'noticed', text: 'the history is damaged' }
    it('shows it, and does nothing', () => {
      const { machine, effects } = run(machineIn(RUNNING), noticed)
      assert.deepEqual([machine.state, machine.lastError, effects], [RUNNING, 'the history is damaged', []])
    })
    it('shows it until an operator starts it anew', () => {
      const { machine } = run(machineIn(RUNNING), noticed)
      assert.equal(run(machine, { type: 'restart' }).machine.lastError, undefined)
    })
  })

  describe('when wishes cross', () => {
    it('starts again after the stop when a start comes while stopping', () => {
      const { machine } = run(machineIn(STOPPING, { desired: 'down' }), start)
      assert.equal(machine.desired, 'up')
      const started = run(machine, exited)
      assert.deepEqual(started.effects, [{ do: 'spawn' }])
      assert.equal(started.machine.restartCount, 0)
    })
    it('stays stopped when a stop comes during a restart', () => {
      const restarting = run(machineIn(RUNNING), { type: 'restart' }).machine
      const { machine } = run(restarting, { type: 'stop' })
      assert.equal(run(machine, exited).machine.state.status, 'stopped')
    })
    it('stays stopped when the process crashes although it was to be stopped', () => {
      const { machine } = run(machineIn(STARTING, { desired: 'down' }), exited)
      assert.equal(machine.state.status, 'stopped')
    })
    it('spawns once for twenty restarts', () => {
      let machine = machineIn(RUNNING)
      let spawns = 0
      for (let i = 0; i < 20; i++) {
        const result = run(machine, { type: 'restart' })
        machine = result.machine
        spawns += result.effects.filter((effect) => effect.do === 'spawn').length
      }
      spawns += run(machine, exited).effects.length
      assert.equal(spawns, 1)
    })
  })
})
