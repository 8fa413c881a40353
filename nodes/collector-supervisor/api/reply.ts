// Answers of the REST routes as data: what was found or done -> status and body.

import { type Command, type CommandResult, failureOf } from '../../../lib/contract/command'
import type { ErrorCode } from '../../../lib/contract/monitor'

/** `file`: the body is bytes to be kept under this name, of this media type; else it is JSON. */
export type Reply = {
  status: number
  body: unknown
  file?: { name: string; type: string }
  /** When the client may ask again, s (RFC 9110, 10.2.3). */
  retryAfterS?: number
}

/** Every `code` of an error and its HTTP status. */
export const STATUS_OF = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  failed: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  internal: 500,
  busy: 503,
  timeout: 504,
} as const satisfies Record<ErrorCode, number>

/** A client that finds us busy may ask again after this, s. */
const BUSY_RETRY_S = 2

/** What is wrong: `error` for people, `code` for programs. */
export type Failure = { error: string; code: ErrorCode }

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(STATUS_OF, code)
}

/** Body: `{ error, code }`, the first for people, the second for programs. */
export function errorReply(code: ErrorCode, error: string): Reply {
  const body: Failure = { error, code }
  return { status: STATUS_OF[code], body, ...(code === 'busy' && { retryAfterS: BUSY_RETRY_S }) }
}

/** What a client is told of a mistake of ours. */
export const UNEXPECTED: Failure = { error: 'unexpected error, see the log of Node-RED', code: 'internal' }

/** undefined = there is no such process. */
export function replyOf(name: string, found: unknown): Reply {
  return found === undefined ? errorReply('not-found', `there is no process "${name}"`) : { status: 200, body: found }
}

const DONE = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  'start-all': 'started',
  'stop-all': 'stopped',
} as const satisfies Record<Command['command'], string>

/**
 * 200 `{ message, results }`, also when a part of a -all command failed: `results` tells which.
 * When nothing of it succeeded, the error `{ error, code, results }`.
 */
export function commandReply(command: Command, results: readonly CommandResult[]): Reply {
  if ('name' in command && results.length === 0) return replyOf(command.name, undefined)
  const failure = failureOf(results)
  const succeeded = results.filter((result) => result.success).length
  if (failure && succeeded === 0) {
    const error = `${command.command} failed: ${failure.text}`
    return { status: STATUS_OF[failure.code], body: { error, code: failure.code, results } }
  }
  const done = DONE[command.command]
  const message = 'name' in command ? `"${command.name}" ${done}` : `${succeeded} of ${results.length} ${done}`
  return { status: 200, body: { message, results } }
}
