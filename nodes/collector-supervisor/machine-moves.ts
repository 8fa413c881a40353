// The few moves that all transitions of the machine are made of.

import type { AfterStop, Effect, Machine, State, Step } from './machine-state'
import type { Exits, RestartPolicy } from './policy'
import * as policies from './policy'

export type At = { machine: Machine; now: number; chance: number; policy: RestartPolicy }

export function stay(machine: Machine, changes: Partial<Machine> = {}): Step {
  return { machine: { ...machine, ...changes }, effects: [], reason: '' }
}

export function go(machine: Machine, state: State, reason: string, effects: Effect[] = []): Step {
  return { machine: { ...machine, state }, effects, reason }
}

export function spawn(machine: Machine, reason: string, slowAttempt = false): Step {
  const next: Machine = { ...machine, generation: machine.generation + 1 }
  return go(next, { status: 'starting', readyBy: undefined, slowAttempt }, reason, [{ do: 'spawn' }])
}

export function pardoned(machine: Machine): Machine {
  const exits: Exits = { consecutive: 0, recent: [] }
  return { ...machine, exits, backoffStep: 0, immediateRestart: false, lastError: undefined }
}

/** A process that was never spawned (held at the gate) is stopped just like one that was: its exit is reported all the same. */
export function beginStop(
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
