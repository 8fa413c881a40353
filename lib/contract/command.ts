// What an operator may ask for; from flow, REST, WebSocket and sidebar it becomes one of these.

import { asOneOf, asRecord, asText } from './parse'

export const ONE_PROCESS_COMMANDS = ['start', 'stop', 'restart'] as const
export const ALL_PROCESSES_COMMANDS = ['start-all', 'stop-all'] as const

export type Command =
  | { command: (typeof ONE_PROCESS_COMMANDS)[number]; name: string }
  | { command: (typeof ALL_PROCESSES_COMMANDS)[number] }

export type StatusRequest = { command: 'get_status'; name?: string }

/** The outcome for one process. `code` says why it failed, for programs. */
export type CommandResult = { name: string; success: boolean; error?: string; code?: CommandFailure }
export const COMMAND_FAILURES = ['not-found', 'conflict', 'timeout', 'failed'] as const
export type CommandFailure = (typeof COMMAND_FAILURES)[number]

export const NAME_MAX_LENGTH = 200

/** A flow's or client's message as a command; the text says what is wrong with anything else. */
export function parseCommand(input: unknown): Command | StatusRequest | { problem: string } {
  if (input === 'get_status') return { command: 'get_status' }
  const record = asRecord(input)
  if (!record) return { problem: 'expected "get_status" or { command, name }' }
  const name = asText(record.name, NAME_MAX_LENGTH)
  if (record.command === 'get_status') return name ? { command: 'get_status', name } : { command: 'get_status' }
  const all = asOneOf(record.command, ALL_PROCESSES_COMMANDS)
  if (all) return { command: all }
  const one = asOneOf(record.command, ONE_PROCESS_COMMANDS)
  if (!one) {
    const known = ['get_status', ...ONE_PROCESS_COMMANDS, ...ALL_PROCESSES_COMMANDS].join(', ')
    const given = asText(record.command, NAME_MAX_LENGTH)
    return { problem: `${given === undefined ? 'no command given' : `unknown command "${given}"`}; there are ${known}` }
  }
  if (!name) return { problem: `${one} needs the name of a process` }
  return { command: one, name }
}

/** What failed of a command, in one sentence and with one code; undefined when all of it succeeded. */
export function failureOf(results: readonly CommandResult[]): { code: CommandFailure; text: string } | undefined {
  const failed = results.filter((result) => !result.success)
  const [first] = failed
  if (!first) return undefined
  const codes = new Set(failed.map((result) => result.code ?? 'failed'))
  return {
    code: codes.size === 1 ? (first.code ?? 'failed') : 'failed',
    text: failed.map(({ name, error }) => (error ? `"${name}": ${error}` : `"${name}"`)).join('; '),
  }
}

/** An outcome as another process tells it. */
export function parseCommandResult(input: unknown): CommandResult | undefined {
  const record = asRecord(input)
  const name = asText(record?.name, Infinity)
  const error = asText(record?.error, Infinity)
  const code = asOneOf(record?.code, COMMAND_FAILURES)
  if (name === undefined || typeof record?.success !== 'boolean') return undefined
  return { name, success: record.success, ...(error !== undefined && { error }), ...(code && { code }) }
}
