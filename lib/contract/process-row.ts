// The process table as everybody sees it: flows, REST, WebSocket, dashboard and sidebar get these same rows.

import type { Link, Status } from './lifecycle'

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
}

export type Sandbox = 'closed' | 'addons'

export type Summary = {
  total_processes: number
  running_processes: number
  stopped_processes: number
  /** `error` and `crashed`. */
  error_processes: number
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
    avg_cpu_usage: running.length === 0 ? 0 : Math.round((cpu / running.length) * 100) / 100,
  }
}
