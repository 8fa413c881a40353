// The life of one process: step(machine, event, now, chance, policy) -> what it becomes and what to do about it.
// Pure: nothing here starts a process, sets a timer or looks at a clock. Times are ms on the monotonic clock.

import { EXIT_CONFIG, EXIT_PERMISSION } from '../../lib/contract/lifecycle'
import type { ExitFacts } from '../../lib/contract/process-event'
import type { Exits, RestartPolicy } from './policy'
import * as policies from './policy'

export type State =
  | { status: 'stopped' }
  /** `readyBy` is set when the process was really spawned: the spawn gate may hold it back. */
  | { status: 'starting'; readyBy: number | undefined; slowAttempt: boolean }
  | { status: 'running'; healthyAt: number | undefined; slowAttempt: boolean }
  | { status: 'stopping'; afterwards: AfterStop; killAt: number; killed: boolean; slowAttempt: boolean }
  | { status: 'crashed'; until: number }
  /** `lingering`: the old process is still there in spite of SIGKILL; nothing may be started before it is gone. */
  | { status: 'error'; retryAt: number | undefined; lingering: boolean }

/**
 * What follows when the process is gone. `crashed` counts as an unexpected exit, `recycle` only for flapping; `refused`:
 * the new configuration cannot work.
 */
export type AfterStop = 'stopped' | 'restart' | 'recycle' | 'crashed' | 'refused'

export type Machine = {
  state: State
  /** The operator's will. */
  desired: 'up' | 'down'
  /** Counts spawns; every message, timer and exit belongs to one. */
  generation: number
  exits: Exits
  /** How often the delay has doubled. */
  backoffStep: number
  /** The first restart after a healthy minute is immediate. */
  immediateRestart: boolean
  restartCount: number
  forcedKills: number
  lastError: string | undefined
}

export type Event =
  | { type: 'start'; operator: boolean }
  | { type: 'stop' }
  | { type: 'restart' }
  /** The process exists. */
  | { type: 'spawned' }
  | { type: 'spawn-failed'; code: string; message: string }
  | { type: 'ready' }
  /** The process and its whole group are gone. `error` is the last fault the child reported itself. */
  | { type: 'exited'; exit: ExitFacts; error: string | undefined }
  /** A watchdog's verdict. `kill` at once, `quick` SIGTERM and 2 s, `graceful` the full stop timeout. */
  | { type: 'misbehaved'; reason: string; how: 'kill' | 'quick' | 'graceful'; afterwards: 'crashed' | 'recycle' }
  /** The configuration cannot work: no process is started before it changes. */
  | { type: 'refused'; problem: string }
  /** Time has passed: look at the deadlines. */
  | { type: 'tick' }

export type Effect = { do: 'spawn' } | { do: 'ask-stop'; graceMs: number } | { do: 'kill' }

export type Step = { machine: Machine; effects: Effect[]; reason: string }

export function newMachine(desired: 'up' | 'down'): Machine {
  return {
    state: { status: 'stopped' },
    desired,
    generation: 0,
    exits: { consecutive: 0, recent: [] },
    backoffStep: 0,
    immediateRestart: false,
    restartCount: 0,
    forcedKills: 0,
    lastError: undefined,
  }
}

export function step(machine: Machine, event: Event, now: number, chance: number, policy: RestartPolicy): Step {
  const at: At = { machine, now, chance, policy }
  switch (event.type) {
    case 'start':
      return onStart(at, event.operator)
    case 'stop':
      return onStop(at)
    case 'restart':
      return onRestart(at)
    case 'spawned':
      return onSpawned(at)
    case 'spawn-failed':
      return onSpawnFailed(at, event.code, event.message)
    case 'ready':
      return onReady(at)
    case 'exited':
      return onExited(at, event.exit, event.error)
    case 'misbehaved':
      return onMisbehaved(at, event)
    case 'refused':
      return onRefused(at, event.problem)
    case 'tick':
      return onTick(at)
    default:
      return event satisfies never
  }
}

/** When the next `tick` has something to do, or undefined. */
export function nextDeadline({ state }: Machine): number | undefined {
  switch (state.status) {
    case 'starting':
      return state.readyBy
    case 'running':
      return state.healthyAt
    case 'stopping':
      return state.killAt
    case 'crashed':
      return state.until
    case 'error':
      return state.retryAt
    case 'stopped':
      return undefined
    default:
      return state satisfies never
  }
}

type At = { machine: Machine; now: number; chance: number; policy: RestartPolicy }

function stay(machine: Machine, changes: Partial<Machine> = {}): Step {
  return { machine: { ...machine, ...changes }, effects: [], reason: '' }
}

function go(machine: Machine, state: State, reason: string, effects: Effect[] = []): Step {
  return { machine: { ...machine, state }, effects, reason }
}

function spawn(machine: Machine, reason: string, slowAttempt = false): Step {
  const next: Machine = { ...machine, generation: machine.generation + 1 }
  return go(next, { status: 'starting', readyBy: undefined, slowAttempt }, reason, [{ do: 'spawn' }])
}

function pardoned(machine: Machine): Machine {
  const exits: Exits = { consecutive: 0, recent: [] }
  return { ...machine, exits, backoffStep: 0, immediateRestart: false, lastError: undefined }
}

function onStart({ machine }: At, operator: boolean): Step {
  const wanted: Machine = { ...(operator ? pardoned(machine) : machine), desired: 'up' }
  const { state } = machine
  switch (state.status) {
    case 'stopped':
    case 'crashed':
      return spawn(wanted, operator ? 'started by the operator' : 'started')
    case 'error':
      if (state.lingering) return stay(wanted, { lastError: machine.lastError })
      return spawn(wanted, operator ? 'started by the operator' : 'started')
    case 'stopping':
      return stay({
        ...wanted,
        state: { ...state, afterwards: state.afterwards === 'stopped' ? 'restart' : state.afterwards },
      })
    case 'starting':
    case 'running':
      return stay(machine, { desired: 'up' })
    default:
      return state satisfies never
  }
}

function onStop(at: At): Step {
  const wanted: Machine = { ...at.machine, desired: 'down' }
  const { state } = wanted
  switch (state.status) {
    case 'stopped':
      return stay(wanted)
    case 'crashed':
      return go(wanted, { status: 'stopped' }, 'stopped by the operator')
    case 'error':
      return state.lingering ? stay(wanted) : go(wanted, { status: 'stopped' }, 'stopped by the operator')
    case 'stopping':
      return stay({ ...wanted, state: { ...state, afterwards: 'stopped' } })
    case 'starting':
    case 'running':
      return beginStop({ ...at, machine: wanted }, 'stopped', 'stopped by the operator', 'graceful')
    default:
      return state satisfies never
  }
}

function onRestart(at: At): Step {
  const { state } = at.machine
  if (state.status === 'starting' || state.status === 'running') {
    return beginStop(
      { ...at, machine: { ...pardoned(at.machine), desired: 'up' } },
      'restart',
      'restarted by the operator',
      'graceful',
    )
  }
  if (state.status === 'stopping') {
    return stay({ ...pardoned(at.machine), desired: 'up', state: { ...state, afterwards: 'restart' } })
  }
  return onStart(at, true)
}

/** A process that was never spawned (held at the gate) is stopped just like one that was: its exit is reported all the same. */
function beginStop(
  { machine, now, policy }: At,
  afterwards: AfterStop,
  reason: string,
  how: 'kill' | 'quick' | 'graceful',
): Step {
  const slowAttempt = 'slowAttempt' in machine.state && machine.state.slowAttempt
  if (how === 'kill') {
    const killed: Machine = { ...machine, forcedKills: machine.forcedKills + 1 }
    const killAt = now + policies.REAP_TIMEOUT_MS
    return go(killed, { status: 'stopping', afterwards, killAt, killed: true, slowAttempt }, reason, [{ do: 'kill' }])
  }
  const graceMs = how === 'quick' ? policies.QUICK_STOP_MS : policy.stopTimeoutMs
  const state: State = { status: 'stopping', afterwards, killAt: now + graceMs, killed: false, slowAttempt }
  return go(machine, state, reason, [{ do: 'ask-stop', graceMs }])
}

function onSpawned({ machine, now }: At): Step {
  const { state } = machine
  if (state.status !== 'starting') return stay(machine)
  return stay({ ...machine, state: { ...state, readyBy: now + policies.READY_TIMEOUT_MS } })
}

function onSpawnFailed(at: At, code: string, message: string): Step {
  const { state } = at.machine
  const lastError = `the process could not be started: ${message}`
  if (state.status === 'stopping') return afterExit(at, state.afterwards, lastError)
  if (state.status !== 'starting') return stay(at.machine)
  if (policies.spawnErrorPasses(code)) return crash(at, lastError, state.slowAttempt)
  return go({ ...at.machine, lastError }, { status: 'error', retryAt: undefined, lingering: false }, lastError)
}

function onReady({ machine, now }: At): Step {
  const { state } = machine
  if (state.status !== 'starting') return stay(machine)
  const healthyAt = now + policies.HEALTHY_AFTER_MS
  return go(machine, { status: 'running', healthyAt, slowAttempt: state.slowAttempt }, 'ready')
}

function onExited(at: At, exit: ExitFacts, error: string | undefined): Step {
  const { state } = at.machine
  switch (state.status) {
    case 'starting':
    case 'running': {
      const lastError = describeExit(exit, error)
      if (
        exit.code === EXIT_CONFIG ||
        exit.code === EXIT_PERMISSION ||
        (exit.code === 9 && state.status === 'starting')
      ) {
        return go({ ...at.machine, lastError }, { status: 'error', retryAt: undefined, lingering: false }, lastError)
      }
      return crash(at, lastError, state.slowAttempt)
    }
    case 'stopping':
      return afterExit(at, state.afterwards, at.machine.lastError)
    case 'error':
      if (!state.lingering) return stay(at.machine)
      if (at.machine.desired === 'up') return spawn(at.machine, 'the old process is gone at last')
      return go(at.machine, { status: 'stopped' }, 'the old process is gone at last')
    case 'stopped':
    case 'crashed':
      return stay(at.machine)
    default:
      return state satisfies never
  }
}

/** A stop has come to its end. */
function afterExit(at: At, afterwards: AfterStop, lastError: string | undefined): Step {
  const machine = { ...at.machine, lastError }
  const slowAttempt = 'slowAttempt' in machine.state && machine.state.slowAttempt
  switch (afterwards) {
    case 'stopped':
      return go(machine, { status: 'stopped' }, 'stopped')
    case 'restart':
      return spawn({ ...machine, restartCount: machine.restartCount + 1 }, 'restart')
    case 'recycle': {
      const exits: Exits = { ...policies.countExit(machine.exits, at.now), consecutive: machine.exits.consecutive }
      const counted: Machine = { ...machine, exits }
      const limit = policies.restartLimit(exits, at.now, at.policy)
      if (limit !== undefined) return giveUp({ ...at, machine: counted }, limit)
      return spawn({ ...counted, restartCount: machine.restartCount + 1 }, 'restart')
    }
    case 'crashed':
      return crash({ ...at, machine }, lastError ?? 'ended', slowAttempt)
    case 'refused':
      return go(machine, { status: 'error', retryAt: undefined, lingering: false }, lastError ?? 'refused')
    default:
      return afterwards satisfies never
  }
}

function crash(at: At, lastError: string, slowAttempt: boolean): Step {
  const { now, chance, policy } = at
  const exits = policies.countExit(at.machine.exits, now)
  const machine: Machine = { ...at.machine, exits, lastError }
  if (machine.desired === 'down') return go(machine, { status: 'stopped' }, lastError)
  const limit = policies.restartLimit(exits, now, policy) ?? (slowAttempt ? 'the slow retry failed' : undefined)
  if (limit !== undefined) return giveUp({ ...at, machine }, `${lastError}; ${limit}`)
  if (machine.immediateRestart) {
    return go({ ...machine, immediateRestart: false }, { status: 'crashed', until: now }, lastError)
  }
  const until = now + policies.restartDelay(machine.backoffStep, chance, policy)
  return go({ ...machine, backoffStep: machine.backoffStep + 1 }, { status: 'crashed', until }, lastError)
}

function giveUp({ machine, now, policy }: At, lastError: string): Step {
  const retries = policy.autoRestart && policy.slowRetryMs > 0
  const retryAt = retries ? now + policy.slowRetryMs : undefined
  return go({ ...machine, lastError }, { status: 'error', retryAt, lingering: false }, lastError)
}

function onMisbehaved(at: At, event: Event & { type: 'misbehaved' }): Step {
  const { status } = at.machine.state
  if (status !== 'starting' && status !== 'running') return stay(at.machine)
  return beginStop(
    { ...at, machine: { ...at.machine, lastError: event.reason } },
    event.afterwards,
    event.reason,
    event.how,
  )
}

function onRefused(at: At, problem: string): Step {
  const machine: Machine = { ...at.machine, lastError: problem }
  const { state } = machine
  switch (state.status) {
    case 'starting':
    case 'running':
      return beginStop({ ...at, machine }, 'refused', problem, 'graceful')
    case 'stopping':
      return stay({
        ...machine,
        state: { ...state, afterwards: state.afterwards === 'stopped' ? 'stopped' : 'refused' },
      })
    case 'stopped':
    case 'crashed':
      return go(machine, { status: 'error', retryAt: undefined, lingering: false }, problem)
    case 'error':
      return stay({ ...machine, state: { ...state, retryAt: undefined } })
    default:
      return state satisfies never
  }
}

function onTick(at: At): Step {
  const { machine, now } = at
  const { state } = machine
  const due = nextDeadline(machine)
  if (due === undefined || now < due) return stay(machine)
  switch (state.status) {
    case 'starting': {
      const reason = `not ready within ${policies.READY_TIMEOUT_MS / 1000} s`
      return beginStop({ ...at, machine: { ...machine, lastError: reason } }, 'crashed', reason, 'kill')
    }
    case 'running':
      return stay(healthy(machine))
    case 'stopping':
      return state.killed ? linger(at) : killNow(machine, state, now)
    case 'crashed':
      return spawn({ ...machine, restartCount: machine.restartCount + 1 }, 'restart')
    case 'error':
      return spawn({ ...machine, restartCount: machine.restartCount + 1 }, 'slow retry', true)
    case 'stopped':
      return stay(machine)
    default:
      return state satisfies never
  }
}

/** The row of crashes has ended. Those of the last hour still count, and what the last one was stays readable. */
function healthy(machine: Machine): Machine {
  return {
    ...machine,
    exits: { ...machine.exits, consecutive: 0 },
    backoffStep: 0,
    immediateRestart: true,
    state: { status: 'running', healthyAt: undefined, slowAttempt: false },
  }
}

function killNow(machine: Machine, state: State & { status: 'stopping' }, now: number): Step {
  const killAt = now + policies.REAP_TIMEOUT_MS
  const killed: Machine = {
    ...machine,
    forcedKills: machine.forcedKills + 1,
    state: { ...state, killed: true, killAt },
  }
  return { machine: killed, effects: [{ do: 'kill' }], reason: '' }
}

function linger({ machine }: At): Step {
  const reason = 'the process does not end, not even by SIGKILL'
  return go({ ...machine, lastError: reason }, { status: 'error', retryAt: undefined, lingering: true }, reason)
}

/** How a process ended, in words. */
export function describeExit(exit: ExitFacts, error: string | undefined): string {
  const how = exit.signal === null ? `exited with code ${exit.code ?? 'unknown'}` : `was ended by ${exit.signal}`
  return error === undefined ? how : `${how}: ${error}`
}
