// The life of one process: step(machine, event, now, chance, policy) -> what it becomes and what to do about it.
// Pure: nothing here starts a process, sets a timer or looks at a clock. Times are ms on the monotonic clock.

import { afterExit, crash, onExited } from './machine-end'
import { type At, beginStop, go, pardoned, spawn, stay } from './machine-moves'
import { type Event, type Machine, nextDeadline, type State, type Step, type StopCause } from './machine-state'
import type { RestartPolicy } from './policy'
import * as policies from './policy'

export function step(machine: Machine, event: Event, now: number, chance: number, policy: RestartPolicy): Step {
  const at: At = { machine, now, chance, policy }
  switch (event.type) {
    case 'start':
      return event.operator ? onStart(at, pardoned(at.machine), BY_OPERATOR) : onStart(at, at.machine, 'started')
    case 'stop':
      return onStop(at, event.cause ?? 'operator')
    case 'restart':
      return onRestart(at)
    case 'renewed':
      return onRenewed(at)
    case 'spawned':
      return onSpawned(at)
    case 'spawn-failed':
      return onSpawnFailed(at, event.message)
    case 'ready':
      return onReady(at)
    case 'exited':
      return onExited(at, event.exit, event.error)
    case 'misbehaved':
      return onMisbehaved(at, event)
    case 'refused':
      return onRefused(at, event.problem)
    case 'noticed':
      return stay(at.machine, { lastError: event.text })
    case 'tick':
      return onTick(at)
    default:
      return event satisfies never
  }
}

const BY_OPERATOR = 'started by the operator'
const NEW_SETTINGS = 'new settings'

/** `from` is what a new process begins with. */
function onStart({ machine }: At, from: Machine, reason: string): Step {
  const wanted: Machine = { ...from, desired: 'up' }
  const { state } = machine
  switch (state.status) {
    case 'stopped':
    case 'crashed':
      return spawn(wanted, reason)
    case 'error':
      if (state.lingering) return stay(wanted, { lastError: machine.lastError })
      return spawn(wanted, reason)
    case 'stopping':
      return stay({
        ...wanted,
        state: { ...state, afterwards: state.afterwards === 'stopped' ? 'start' : state.afterwards },
      })
    case 'starting':
    case 'running':
      return stay(machine, { desired: 'up' })
    default:
      return state satisfies never
  }
}

const STOPPED_BY: Record<StopCause, string> = {
  operator: 'stopped by the operator',
  deploy: 'stopped by a deploy: its node was removed, disabled or replaced',
  shutdown: 'stopped because Node-RED ends',
}

function onStop(at: At, cause: StopCause): Step {
  const { state } = at.machine
  // What was to end already ends for the reason it had then.
  const stopCause = at.machine.desired === 'down' ? at.machine.stopCause : cause
  const wanted: Machine = { ...at.machine, desired: 'down', stopCause }
  const reason = STOPPED_BY[stopCause]
  switch (state.status) {
    case 'stopped':
      return stay(wanted)
    case 'crashed':
      return go(wanted, { status: 'stopped' }, reason)
    case 'error':
      return state.lingering ? stay(wanted) : go(wanted, { status: 'stopped' }, reason)
    case 'stopping':
      return stay({ ...wanted, state: { ...state, afterwards: 'stopped' } })
    case 'starting':
    case 'running':
      return beginStop({ ...at, machine: wanted }, 'stopped', reason, 'graceful')
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
  return onStart(at, pardoned(at.machine), BY_OPERATOR)
}

/** The process ends and comes back with its new settings; what went wrong under the old ones counts no more. */
function onRenewed(at: At): Step {
  const { state } = at.machine
  const machine: Machine = { ...pardoned(at.machine), desired: 'up' }
  if (state.status === 'starting' || state.status === 'running') {
    return beginStop({ ...at, machine }, 'renew', NEW_SETTINGS, 'graceful')
  }
  if (state.status === 'stopping') {
    const afterwards = state.afterwards === 'restart' ? 'restart' : 'renew'
    return stay({ ...machine, state: { ...state, afterwards } })
  }
  return onStart(at, machine, NEW_SETTINGS)
}

function onSpawned({ machine, now }: At): Step {
  const { state } = machine
  if (state.status !== 'starting') return stay(machine)
  return stay({ ...machine, state: { ...state, readyBy: now + policies.READY_TIMEOUT_MS } })
}

function onSpawnFailed(at: At, message: string): Step {
  const { state } = at.machine
  const lastError = `the process could not be started: ${message}`
  if (state.status === 'stopping') return afterExit(at, state.afterwards, lastError)
  if (state.status !== 'starting') return stay(at.machine)
  // Too many processes, or an update that has moved the program away for some seconds: either may pass.
  return crash(at, lastError, state.slowAttempt)
}

function onReady({ machine, now }: At): Step {
  const { state } = machine
  if (state.status !== 'starting') return stay(machine)
  const healthyAt = now + policies.HEALTHY_AFTER_MS
  return go(machine, { status: 'running', healthyAt, slowAttempt: state.slowAttempt }, 'ready')
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
