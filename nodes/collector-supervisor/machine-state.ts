// The vocabulary of the machine: what a process can be, what can happen to it, what is then to be done.
// Times are ms on the monotonic clock.

import type { ExitFacts } from '../../lib/contract/process-event'
import type { Exits } from './policy'

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
 * What follows when the process is gone. `start` and `renew` (its settings are others) are no restart; `crashed` counts as an unexpected exit, `recycle` only for flapping; `refused`:
 * the new configuration cannot work.
 */
export type AfterStop = 'stopped' | 'start' | 'restart' | 'renew' | 'recycle' | 'crashed' | 'refused'

/** Who or what wants a process to end: somebody who operates it, a deploy without its node, or Node-RED's own end. */
export type StopCause = 'operator' | 'deploy' | 'shutdown'

export type Machine = {
  state: State
  /** Whether it is to run. */
  desired: 'up' | 'down'
  /** Why it is not to run; means nothing while it is. */
  stopCause: StopCause
  /** Counts spawns; every message, timer and exit belongs to one. */
  generation: number
  exits: Exits
  /** How often the delay has doubled. */
  backoffStep: number
  /** The first restart after a healthy minute is immediate. */
  immediateRestart: boolean
  /** Starts after an unexpected end, or because an operator wanted a new process. */
  restartCount: number
  forcedKills: number
  lastError: string | undefined
}

export type Event =
  | { type: 'start'; operator: boolean }
  | { type: 'stop'; cause?: StopCause }
  | { type: 'restart' }
  /** Its settings are others: a deploy has changed them. */
  | { type: 'renewed' }
  /** The process exists. */
  | { type: 'spawned' }
  | { type: 'spawn-failed'; message: string }
  | { type: 'ready' }
  /** The process and its whole group are gone. `error` is the last fault the child reported itself. */
  | { type: 'exited'; exit: ExitFacts; error: string | undefined }
  /** A watchdog's verdict. `kill` at once, `quick` SIGTERM and 2 s, `graceful` the full stop timeout. */
  | { type: 'misbehaved'; reason: string; how: 'kill' | 'quick' | 'graceful'; afterwards: 'crashed' | 'recycle' }
  /** The configuration cannot work: no process is started before it changes. */
  | { type: 'refused'; problem: string }
  /** Something was lost although the process goes on: to be seen until somebody starts it anew, or something worse happens. */
  | { type: 'noticed'; text: string }
  /** Time has passed: look at the deadlines. */
  | { type: 'tick' }

export type Effect = { do: 'spawn' } | { do: 'ask-stop'; graceMs: number } | { do: 'kill' }

export type Step = { machine: Machine; effects: Effect[]; reason: string }

export function newMachine(desired: 'up' | 'down'): Machine {
  return {
    state: { status: 'stopped' },
    desired,
    stopCause: 'operator',
    generation: 0,
    exits: { consecutive: 0, recent: [] },
    backoffStep: 0,
    immediateRestart: false,
    restartCount: 0,
    forcedKills: 0,
    lastError: undefined,
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
