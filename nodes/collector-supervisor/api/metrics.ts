// The process table in the text format of Prometheus, version 0.0.4. Pure.

import { LINKS, STATUSES } from '../../../lib/contract/lifecycle'
import type { ProcessRow } from '../../../lib/contract/process-row'
import type { ProcessorStatus } from '../../../lib/contract/processor-status'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type Metered = {
  rows: readonly ProcessRow[]
  /** Name of the supervisor -> its way into the database. */
  processors: Record<string, ProcessorStatus>
  /** How long Node-RED's event loop has been at work and waiting, since it began. */
  eventLoop: { activeMs: number; idleMs: number }
  /** Monitors that are connected. */
  monitors: number
}

type Labels = Record<string, string>
type Sample = { labels: Labels; value: number }
type Family<Subject> = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'summary'
  /** Samples of one subject; their labels are added to those that say which subject it is. */
  of(subject: Subject): Sample[] | number | undefined
}

const MB = 2 ** 20

const PROCESS_FAMILIES: Family<ProcessRow>[] = [
  {
    name: 'process_up',
    help: 'Whether the process is running.',
    type: 'gauge',
    of: ({ status }) => flag(status === 'running'),
  },
  {
    name: 'process_well',
    help: 'Whether the process is running and connected and all its tags are good.',
    type: 'gauge',
    of: ({ health }) => flag(health === 'well'),
  },
  {
    name: 'process_status',
    help: 'State of the process: 1 for the one it is in.',
    type: 'gauge',
    of: (row) => STATUSES.map((status) => ({ labels: { status }, value: flag(status === row.status) })),
  },
  {
    name: 'process_link',
    help: 'Link to the device, or of a historian to its database: 1 for the one it is in.',
    type: 'gauge',
    of: (row) => LINKS.map((link) => ({ labels: { link }, value: flag(link === row.link) })),
  },
  {
    name: 'process_restarts_total',
    help: 'Restarts of the process: after an unexpected end, or by an operator. New settings are none.',
    type: 'counter',
    of: (row) => row.restart_count,
  },
  {
    name: 'process_forced_kills_total',
    help: 'Stops of the process that needed SIGKILL.',
    type: 'counter',
    of: (row) => row.forced_kills,
  },
  {
    name: 'process_start_time_seconds',
    help: 'When the process was started, in Unix time; absent while none runs.',
    type: 'gauge',
    of: (row) => (row.start_time === null ? undefined : row.start_time / 1000),
  },
  {
    name: 'process_cpu_ratio',
    help: 'CPU that the process uses: 1 is a core fully used.',
    type: 'gauge',
    of: (row) => row.cpu_percent / 100,
  },
  {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    type: 'gauge',
    of: (row) => Math.round(row.memory_mb * MB),
  },
  {
    name: 'reader_tags',
    help: 'Tags by the quality of their last reading; none of either while the process does not run.',
    type: 'gauge',
    of: ({ tags }) => [
      { labels: { quality: 'good' }, value: tags.good },
      { labels: { quality: 'bad' }, value: tags.bad },
    ],
  },
  {
    name: 'reader_tags_configured',
    help: 'Tags in the configuration.',
    type: 'gauge',
    of: ({ tags }) => tags.total,
  },
  {
    name: 'reader_samples_total',
    help: 'Good values that were read.',
    type: 'counter',
    of: (row) => row.samples_total,
  },
  {
    name: 'reader_cycle_duration_seconds',
    help: 'Duration of the last read cycles; quantile 1 is the longest of them.',
    type: 'summary',
    of: ({ cycle_ms }) => [
      { labels: { quantile: '0.5' }, value: cycle_ms.p50 / 1000 },
      { labels: { quantile: '0.99' }, value: cycle_ms.p99 / 1000 },
      { labels: { quantile: '1' }, value: cycle_ms.max / 1000 },
    ],
  },
  {
    name: 'reader_overruns_total',
    help: 'Read cycles that were skipped because an earlier one was late.',
    type: 'counter',
    of: (row) => row.overruns,
  },
  {
    name: 'reader_dropped_samples_total',
    help: 'Samples that were lost on their way into the flow.',
    type: 'counter',
    of: (row) => row.dropped,
  },
]

const PROCESSOR_FAMILIES: Family<ProcessorStatus>[] = [
  {
    name: 'historian_workers',
    help: 'Historian processes that are running.',
    type: 'gauge',
    of: ({ workers }) => workers,
  },
  {
    name: 'historian_queue_samples',
    help: 'Samples on their way into the database: waiting, to be tried again, or refused by it.',
    type: 'gauge',
    of: (status) => [
      { labels: { state: 'pending' }, value: status.queue_pending },
      { labels: { state: 'retry' }, value: status.queue_retry },
      { labels: { state: 'dead' }, value: status.queue_dead },
    ],
  },
  {
    name: 'historian_processed_samples_total',
    help: 'Samples that were written into the database.',
    type: 'counter',
    of: (status) => status.processed_total,
  },
  {
    name: 'historian_dropped_samples_total',
    help: 'Samples that were lost on their way into the database.',
    type: 'counter',
    of: (status) => status.dropped,
  },
]

const HOST_FAMILIES: Family<Metered>[] = [
  {
    name: 'event_loop_seconds_total',
    help: "What the event loop of Node-RED's main thread did with its time.",
    type: 'counter',
    of: ({ eventLoop }) => [
      { labels: { state: 'active' }, value: eventLoop.activeMs / 1000 },
      { labels: { state: 'idle' }, value: eventLoop.idleMs / 1000 },
    ],
  },
  {
    name: 'monitors',
    help: 'Monitors that are connected by WebSocket or server-sent events.',
    type: 'gauge',
    of: ({ monitors }) => monitors,
  },
]

export function metricsText(metered: Metered): string {
  const processes = metered.rows.map((row): [Labels, ProcessRow] => [
    { name: row.name, type: row.type, supervisor: row.supervisor },
    row,
  ])
  const processors = Object.entries(metered.processors).map(([supervisor, status]): [Labels, ProcessorStatus] => [
    { supervisor },
    status,
  ])
  return [
    ...PROCESS_FAMILIES.map((family) => familyText(family, processes)),
    ...PROCESSOR_FAMILIES.map((family) => familyText(family, processors)),
    ...HOST_FAMILIES.map((family) => familyText(family, [[{}, metered]])),
  ].join('')
}

/** A family without samples is left out. */
function familyText<Subject>({ name, help, type, of }: Family<Subject>, subjects: [Labels, Subject][]): string {
  const fullName = `collectors_${name}`
  const lines = subjects.flatMap(([labels, subject]) =>
    samplesOf(of(subject)).map(
      (sample) => `${fullName}${labelText({ ...labels, ...sample.labels })} ${numberText(sample.value)}\n`,
    ),
  )
  if (lines.length === 0) return ''
  return `# HELP ${fullName} ${help}\n# TYPE ${fullName} ${type}\n${lines.join('')}`
}

function samplesOf(given: Sample[] | number | undefined): Sample[] {
  if (given === undefined) return []
  return typeof given === 'number' ? [{ labels: {}, value: given }] : given
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** In label values these three are escaped, all else is UTF-8 as it is. */
function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}

/** As Go's ParseFloat reads it. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

function flag(is: boolean): number {
  return is ? 1 : 0
}
