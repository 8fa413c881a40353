// What passes between this Node-RED and a monitor (sidebar, dashboard, another program) over WebSocket and server-sent
// events. A monitor gets a snapshot first, then what changes; docs/api.md tells it to programmers.

import {
  COMMAND_FAILURES,
  type Command,
  type CommandResult,
  parseCommand,
  parseCommandResult,
  type StatusRequest,
} from './command'
import { asCount, asOneOf, asRecord, asText, everyParsed, parsedRecord } from './parse'
import { type ProcessEvent, parseProcessEvent } from './process-event'
import { type ProcessRow, parseProcessRow } from './process-row'
import { type ProcessorStatus, parseProcessorStatus } from './processor-status'

/** Every `code` of an error, over HTTP and WebSocket alike. */
export const ERROR_CODES = [
  'bad-request',
  'unauthorized',
  'forbidden',
  ...COMMAND_FAILURES,
  'too-large',
  'unsupported-media-type',
  'busy',
  'internal',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** A message from a monitor above this is refused, bytes. */
export const MONITOR_MESSAGE_MAX_BYTES = 64 * 1024
/** The subprotocol that the server agrees to. */
export const MONITOR_PROTOCOL = 'collectors'
/** A browser, which cannot set headers, offers its token as a second subprotocol: this, then the token in base64url. */
export const MONITOR_TOKEN_PROTOCOL = 'collectors.bearer.'
/** Close codes: as in the table of the WebSocket standard (RFC 6455, 7.4.1), from 4000 on our own. */
export const CLOSED_GOING_AWAY = 1001
export const CLOSED_TOO_BIG = 1009
/** The token was revoked or has expired. */
export const CLOSED_UNAUTHORIZED = 4401
/** The user has lost the permission. */
export const CLOSED_FORBIDDEN = 4403

/**
 * `seq` counts the pushes of a stream: each is one more than the push before it, and a snapshot has the number of the last
 * push that is in it. Whoever sees a number left out asks for `get_status`. `timestamp` is ISO 8601.
 */
type Push = { seq: number; timestamp: string }

/** A snapshot: takes the place of all that was known. */
export type ProcessSnapshot = Push & { type: 'process_status'; data: ProcessRow[] }
/** Rows that came or changed, and names of those that went. */
export type ProcessUpdate = Push & { type: 'process_status_update'; data: ProcessRow[]; removed: string[] }
/** One transition, at once; the row that belongs to it follows. Without the log lines, which REST has. */
export type ProcessNews = Push & { type: 'process_event'; data: ProcessEvent }
/** Name of the supervisor -> its way into the database. A snapshot. */
export type ProcessorSnapshot = Push & { type: 'processor_status'; data: Record<string, ProcessorStatus> }
export type ProcessorUpdate = Push & {
  type: 'processor_status_update'
  data: Record<string, ProcessorStatus>
  removed: string[]
}
export type PushMessage = ProcessSnapshot | ProcessUpdate | ProcessNews | ProcessorSnapshot | ProcessorUpdate

/** Chosen by the monitor, and given back in the answer. */
export type RequestId = string | number

/** Each command gets one, also the one that is refused: then `results` is empty. */
export type CommandAnswer = {
  type: 'command_result'
  timestamp: string
  id?: RequestId
  command: Command['command']
  name?: string
  results: CommandResult[]
} & ({ success: true } | { success: false; error: string; code: ErrorCode })

/** To a message that is no request. */
export type ErrorAnswer = { type: 'error'; timestamp: string; id?: RequestId; error: string; code: ErrorCode }

/** What a monitor receives. Server-sent events bring the pushes only. */
export type MonitorMessage = PushMessage | CommandAnswer | ErrorAnswer

/** What a monitor sends. */
export type MonitorRequest = { type: 'get_status' } | ({ type: 'command'; id?: RequestId } & Command)

const ID_MAX_LENGTH = 200
const TIME_MAX_LENGTH = 100

/** For the server. The text says what is wrong with anything that is no request. */
export function parseMonitorRequest(input: unknown): MonitorRequest | { problem: string; id?: RequestId } {
  const record = asRecord(input)
  if (!record) return { problem: 'expected a JSON object { type, ... }' }
  const id = asRequestId(record.id)
  const withId = id === undefined ? {} : { id }
  if (record.id !== undefined && id === undefined) {
    return { problem: `id must be a whole number or a text of at most ${ID_MAX_LENGTH} characters` }
  }
  if (record.type !== 'get_status' && record.type !== 'command') {
    return { problem: 'unknown type; there are get_status, command', ...withId }
  }
  const command = record.type === 'get_status' ? { command: 'get_status' as const } : parseCommand(record)
  if ('problem' in command) return { problem: command.problem, ...withId }
  const surplus = surplusIn(record, command)
  if (surplus !== undefined) return { problem: surplus, ...withId }
  if (command.command === 'get_status') return { type: 'get_status' }
  return { type: 'command', ...withId, ...command }
}

/** A member that is misspelt would otherwise be left out, and all be meant where one was. */
function surplusIn(record: Record<string, unknown>, command: Command | StatusRequest): string | undefined {
  const own = record.type === 'command' ? ['command'] : []
  const known = ['type', 'id', ...own, ...('name' in command ? ['name'] : [])]
  const surplus = Object.keys(record).find((key) => !known.includes(key))
  if (surplus === undefined) return undefined
  const what = record.type === 'command' ? command.command : 'get_status'
  return `${what} has no member ${JSON.stringify(surplus)}; there are ${known.join(', ')}`
}

/** For the monitor; undefined for anything that this version does not know. */
export function parseMonitorMessage(input: unknown): MonitorMessage | undefined {
  const record = asRecord(input)
  const timestamp = asText(record?.timestamp, TIME_MAX_LENGTH)
  if (!record || timestamp === undefined) return undefined
  if (record.type === 'command_result') return parseCommandAnswer(record, timestamp)
  if (record.type === 'error') {
    const failure = parseFailure(record)
    return failure && { type: 'error', timestamp, ...idOf(record), ...failure }
  }
  const seq = asCount(record.seq)
  return seq === undefined ? undefined : parsePush(record, { seq, timestamp })
}

function parsePush({ type, ...rest }: Record<string, unknown>, push: Push): PushMessage | undefined {
  const removed = everyParsed(rest.removed, (name) => asText(name, Infinity))
  switch (type) {
    case 'process_status': {
      const data = everyParsed(rest.data, parseProcessRow)
      return data && { type, ...push, data }
    }
    case 'process_status_update': {
      const data = everyParsed(rest.data, parseProcessRow)
      return data && removed && { type, ...push, data, removed }
    }
    case 'process_event': {
      const data = parseProcessEvent(rest.data)
      return data && { type, ...push, data }
    }
    case 'processor_status': {
      const data = parsedRecord(rest.data, parseProcessorStatus)
      return data && { type, ...push, data }
    }
    case 'processor_status_update': {
      const data = parsedRecord(rest.data, parseProcessorStatus)
      return data && removed && { type, ...push, data, removed }
    }
    default:
      return undefined
  }
}

function parseCommandAnswer(record: Record<string, unknown>, timestamp: string): CommandAnswer | undefined {
  const order = parseCommand(record)
  const results = everyParsed(record.results, parseCommandResult)
  if ('problem' in order || order.command === 'get_status' || !results) return undefined
  const answer = { type: 'command_result' as const, timestamp, ...idOf(record), ...order, results }
  if (record.success === true) return { ...answer, success: true }
  const failure = parseFailure(record)
  return record.success === false && failure ? { ...answer, success: false, ...failure } : undefined
}

function parseFailure(record: Record<string, unknown>): { error: string; code: ErrorCode } | undefined {
  const error = asText(record.error, Infinity)
  const code = asOneOf(record.code, ERROR_CODES)
  return error === undefined || code === undefined ? undefined : { error, code }
}

function idOf(record: Record<string, unknown>): { id?: RequestId } {
  const id = asRequestId(record.id)
  return id === undefined ? {} : { id }
}

function asRequestId(value: unknown): RequestId | undefined {
  return asText(value, ID_MAX_LENGTH) ?? asCount(value)
}
