// The process table as everybody sees it: flows, REST, WebSocket, dashboard and sidebar get these same rows.

import { HEALTHS, type Health } from './health'
import { LINKS, type Link, STATUSES, type Status } from './lifecycle'
import { asCount, asNumber, asOneOf, asRecord, asText, everyParsed, parseNumbers } from './parse'

export const PROCESS_TYPES = ['modbus', 'opcua', 'melsec', 'historian'] as const
export type ProcessType = (typeof PROCESS_TYPES)[number]

export type ProcessRow = {
  name: string
  type: ProcessType
  /** Name of the supervisor. */
  supervisor: string
  status: Status
  /** To the device; of a historian: to its database. */
  link: Link
  /** The verdict on status, link and tags together. */
  health: Health
  pid: number | null
  /** Of one core: 100 is a core fully used. */
  cpu_percent: number
  /** Resident set, MB of 2^20 bytes. */
  memory_mb: number
  /** ms since the epoch, null while no process runs. */
  start_time: number | null
  uptime_s: number
  restart_count: number
  last_error: string | null
  /** ms since the epoch, null when no restart is due. */
  next_restart_at: number | null
  /** argv; holds no secrets. */
  command: string[]
  /** Counts the spawns of this process. */
  generation: number
  tags: { total: number; good: number; bad: number }
  samples_total: number
  /** Samples a second, over the last few seconds. */
  speed: number
  /** Duration of read cycles, ms, over the last cycles. */
  cycle_ms: { last: number; p50: number; p99: number; max: number }
  /** Requests to the device in a cycle, as planned at the moment; 0 where nothing is planned. */
  requests_per_cycle: number
  /** How long such a cycle should take, ms, by the line's speed and the answers so far. */
  predicted_cycle_ms: number
  /** Cycles that were skipped because an earlier one was late. */
  overruns: number
  /** Samples that were lost on their way into the flow. */
  dropped: number
  /** Stops that needed SIGKILL. */
  forced_kills: number
  /** `addons`: native code of the driver runs in the process, which the sandbox cannot confine. */
  sandbox: Sandbox
  /** The strongest wall around the process, besides Node's permission model. */
  wall: Wall
}

export const SANDBOXES = ['closed', 'addons'] as const
export type Sandbox = (typeof SANDBOXES)[number]

/** From the weakest to the strongest: Node's permission model alone, with it a user of its own, or namespaces of its own. */
export const WALLS = ['node', 'user', 'bubblewrap'] as const
export type Wall = (typeof WALLS)[number]

export type Summary = {
  total_processes: number
  running_processes: number
  stopped_processes: number
  /** `error` and `crashed`. */
  error_processes: number
  /** Running, connected, all tags good. */
  well_processes: number
  /** Neither well nor stopped. */
  unwell_processes: number
  /** Mean over the running processes, percent of one core, two decimals. */
  avg_cpu_usage: number
}

export function summarize(rows: readonly ProcessRow[]): Summary {
  const running = rows.filter((row) => row.status === 'running')
  const cpu = running.reduce((sum, row) => sum + row.cpu_percent, 0)
  return {
    total_processes: rows.length,
    running_processes: running.length,
    stopped_processes: rows.filter((row) => row.status === 'stopped').length,
    error_processes: rows.filter((row) => row.status === 'error' || row.status === 'crashed').length,
    well_processes: rows.filter(({ health }) => health === 'well').length,
    unwell_processes: rows.filter(({ health }) => health !== 'well' && health !== 'off').length,
    avg_cpu_usage: running.length === 0 ? 0 : Math.round((cpu / running.length) * 100) / 100,
  }
}

/** A row as another process tells it. */
export function parseProcessRow(input: unknown): ProcessRow | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const is = whoAndHow(record)
  const numbers = numbersOf(record)
  const tags = parseNumbers(record.tags, ['total', 'good', 'bad'])
  const cycle_ms = parseNumbers(record.cycle_ms, ['last', 'p50', 'p99', 'max'])
  const command = everyParsed(record.command, (part) => asText(part, Infinity))
  return is && numbers && tags && cycle_ms && command && { ...is, ...numbers, tags, cycle_ms, command }
}

function whoAndHow(record: Record<string, unknown>) {
  const name = asText(record.name, Infinity)
  const type = asOneOf(record.type, PROCESS_TYPES)
  const supervisor = asText(record.supervisor, Infinity)
  const status = asOneOf(record.status, STATUSES)
  const link = asOneOf(record.link, LINKS)
  const health = asOneOf(record.health, HEALTHS)
  const pid = orNull(record.pid, asCount)
  const start_time = orNull(record.start_time, asNumber)
  const last_error = orNull(record.last_error, (text) => asText(text, Infinity))
  const next_restart_at = orNull(record.next_restart_at, asNumber)
  const sandbox = asOneOf(record.sandbox, SANDBOXES)
  const wall = asOneOf(record.wall, WALLS)
  if (name === undefined || !type || supervisor === undefined || !status || !link || !health || !sandbox || !wall)
    return undefined
  if (pid === undefined || start_time === undefined) return undefined
  if (last_error === undefined || next_restart_at === undefined) return undefined
  return { name, type, supervisor, status, link, health, pid, start_time, last_error, next_restart_at, sandbox, wall }
}

function numbersOf(record: Record<string, unknown>) {
  return parseNumbers(record, [
    'cpu_percent',
    'memory_mb',
    'uptime_s',
    'restart_count',
    'generation',
    'samples_total',
    'speed',
    'requests_per_cycle',
    'predicted_cycle_ms',
    'overruns',
    'dropped',
    'forced_kills',
  ])
}

/** null stays null; undefined is what is neither null nor as it should be. */
function orNull<T>(value: unknown, parse: (value: unknown) => T | undefined): T | null | undefined {
  return value === null ? null : parse(value)
}
