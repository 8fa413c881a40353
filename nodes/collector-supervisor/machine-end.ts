// What becomes of a process that has ended: a stop that is done, a crash to recover from, or the end of all tries.

import { EXIT_CONFIG, EXIT_PERMISSION } from '../../lib/contract/lifecycle'
import type { ExitFacts } from '../../lib/contract/process-event'
import { type At, go, spawn, stay } from './machine-moves'
import type { AfterStop, Machine, Step } from './machine-state'
import type { Exits } from './policy'
import * as policies from './policy'

export function onExited(at: At, exit: ExitFacts, error: string | undefined): Step {
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
export function afterExit(at: At, afterwards: AfterStop, lastError: string | undefined): Step {
  const machine = { ...at.machine, lastError }
  const slowAttempt = 'slowAttempt' in machine.state && machine.state.slowAttempt
  switch (afterwards) {
    case 'stopped':
      return go(machine, { status: 'stopped' }, 'stopped')
    case 'restart':
      return spawn({ ...machine, restartCount: machine.restartCount + 1 }, 'restart')
    case 'start':
      return spawn(machine, 'started')
    case 'renew':
      return spawn(machine, 'new settings')
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

export function crash(at: At, lastError: string, slowAttempt: boolean): Step {
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

/** How a process ended, in words. */
export function describeExit(exit: ExitFacts, error: string | undefined): string {
  const how = exit.signal === null ? `exited with code ${exit.code ?? 'unknown'}` : `was ended by ${exit.signal}`
  return error === undefined ? how : `${how}: ${error}`
}
