// An operator's command that waits for its outcome. When it is settled is a matter of the machine's state alone (pure).

import type { CommandFailure, CommandResult } from '../../lib/contract/command'
import type { Machine } from './machine'

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
