// An operator's command that waits for its outcome. When it is settled is a matter of the machine's state alone.

import type { CommandFailure, CommandResult } from '../../lib/contract/command'
import type { Machine } from './machine-state'

export type Operation = {
  wish: 'start' | 'stop' | 'restart'
  /** Generation at the time of the command: a restart needs a later one. */
  generation: number
}

export type Outcome = { success: true } | { success: false; code: CommandFailure; error: string }

/** undefined while it is still going on. */
export function outcomeOf({ wish, generation }: Operation, machine: Machine): Outcome | undefined {
  const { state, desired, lastError } = machine
  if (wish === 'stop') {
    if (desired === 'up') return failure('conflict', 'superseded by a later start')
    if (state.status === 'stopped') return { success: true }
    if (state.status === 'error') return failure('failed', lastError ?? 'the process does not end')
    return undefined
  }
  if (desired === 'down') return failure('conflict', 'superseded by a later stop')
  const renewed = wish === 'start' || machine.generation > generation
  if (state.status === 'running' && renewed) return { success: true }
  if (state.status === 'error' || (state.status === 'crashed' && renewed)) {
    return failure('failed', lastError ?? 'the process ended')
  }
  return undefined
}

function failure(code: CommandFailure, error: string): Outcome {
  return { success: false, code, error }
}

export function resultOf(name: string, outcome: Outcome): CommandResult {
  return outcome.success ? { name, success: true } : { name, success: false, error: outcome.error, code: outcome.code }
}

/** A command that has no outcome after this is given up, ms; what was begun goes on. */
const OPERATION_MS = 60_000

/** The commands to one process that are under way. */
export class Operations {
  readonly #waiting = new Map<Operation, (outcome: Outcome) => void>()

  /** Settles when the machine has come to an outcome, at once or after some `update`. */
  outcome(operation: Operation, machine: Machine): Promise<Outcome> {
    const already = outcomeOf(operation, machine)
    if (already) return Promise.resolve(already)
    return new Promise((resolve) => {
      const error = `no outcome after ${OPERATION_MS / 1000} s`
      const patience = setTimeout(() => settle(failure('timeout', error)), OPERATION_MS)
      patience.unref()
      const settle = (outcome: Outcome): void => {
        clearTimeout(patience)
        this.#waiting.delete(operation)
        resolve(outcome)
      }
      this.#waiting.set(operation, settle)
    })
  }

  update(machine: Machine): void {
    for (const [operation, settle] of this.#waiting) {
      const outcome = outcomeOf(operation, machine)
      if (outcome) settle(outcome)
    }
  }
}
