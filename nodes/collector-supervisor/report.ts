// What is known of a process besides its state: link, counters, usage; and the public row made of all of it. Pure.

import type { Counters } from '../../lib/contract/control'
import { healthOf } from '../../lib/contract/health'
import type { Link } from '../../lib/contract/lifecycle'
import type { LinkEvent, NoticeEvent, QualityEvent, RefusedEvent, StatusEvent } from '../../lib/contract/process-event'
import type { ProcessRow, Wall } from '../../lib/contract/process-row'
import { describeCause } from '../../lib/contract/refused-cause'
import type { Machine } from './machine-state'
import type { ProcessSpec } from './process-spec'
import type { EdgeNews, Notice, Refusal, Transition } from './surroundings'

export type Report = {
  link: Link
  /** Why the link is not as it should be; '' when it is. */
  linkReason: string
  /** The same for programs, where it has a code. */
  linkCode: string | undefined
  /** Readings fail to come although the process runs; '' when they come. */
  silence: string
  /** Heartbeats fail to come; '' when they come. What it last said of itself is not known to hold any more. */
  unheard: string
  /** Readings do not get into the durable queue; '' when they do, or none is kept. */
  durableTrouble: string
  /** ms since the epoch to tell it, monotonic ms to count from it */
  started: { wallTime: number; at: number } | undefined
  cpuPercent: number
  memoryMb: number
  counters: Counters
  /** Of the processes before this one. */
  earlier: { samples: number; overruns: number }
  speed: number
  beatAt: number
}

const NO_COUNTERS: Counters = {
  samplesTotal: 0,
  dropped: 0,
  cyclesTotal: 0,
  overruns: 0,
  cycleMs: { last: 0, p50: 0, p99: 0, max: 0 },
  tags: { total: 0, good: 0, bad: 0 },
  loopDelayMs: 0,
}

/** A process that is about to start, with the totals of the one before. */
export function newReport(now: number, before?: Report): Report {
  return {
    link: 'connecting',
    linkReason: before?.linkReason ?? '',
    linkCode: before?.linkCode,
    silence: '',
    unheard: '',
    durableTrouble: '',
    started: undefined,
    cpuPercent: 0,
    memoryMb: 0,
    counters: NO_COUNTERS,
    earlier: {
      samples: (before?.earlier.samples ?? 0) + (before?.counters.samplesTotal ?? 0),
      overruns: (before?.earlier.overruns ?? 0) + (before?.counters.overruns ?? 0),
    },
    speed: 0,
    beatAt: now,
  }
}

export function onHeartbeat(report: Report, counters: Counters, now: number): Report {
  const seconds = (now - report.beatAt) / 1000
  const samples = counters.samplesTotal - report.counters.samplesTotal
  const speed = seconds > 0.5 ? Math.max(0, samples / seconds) : report.speed
  return { ...report, counters, speed, unheard: '', beatAt: now }
}

export function onLink(report: Report, link: Link, reason: string, code?: string): Report {
  if (link === 'connected') return { ...report, link, linkReason: '', linkCode: undefined }
  // Another attempt to connect is made for the reason of before.
  const linkCode = code ?? (reason === report.linkReason ? report.linkCode : undefined)
  return { ...report, link, linkReason: reason, linkCode }
}

export function onProcessEnd(report: Report): Report {
  return {
    ...report,
    link: 'disconnected',
    linkReason: '',
    linkCode: undefined,
    silence: '',
    unheard: '',
    durableTrouble: '',
    started: undefined,
    cpuPercent: 0,
    memoryMb: 0,
    speed: 0,
  }
}

export type RowParts = {
  spec: ProcessSpec
  supervisor: string
  machine: Machine
  report: Report
  inbox: { dropped: number; tags: { good: number; bad: number }; badTag: string | undefined }
  pid: number | undefined
  command: string[]
  wall: Wall
  /** ms on the monotonic clock, and on the wall clock. */
  now: number
  wallTime: number
}

export function rowOf(parts: RowParts): ProcessRow {
  const { spec, machine, report, inbox, now, wallTime } = parts
  const { state } = machine
  const alive = parts.pid !== undefined
  const known = alive && report.silence === ''
  const nextAt = nextRestartAt(machine)
  const history = report.durableTrouble && `not kept for the history: ${report.durableTrouble}`
  const status = state.status
  const link = linkOf(report, alive)
  const tags = known
    ? { total: spec.tagsTotal, ...inbox.tags }
    : { total: spec.tagsTotal, good: 0, bad: alive ? spec.tagsTotal : 0 }
  const trouble = report.unheard || report.silence || report.linkReason || history || inbox.badTag
  return {
    name: spec.name,
    type: spec.type,
    supervisor: parts.supervisor,
    status,
    link,
    health: healthOf({ status, link, tags }),
    pid: parts.pid ?? null,
    cpu_percent: round(report.cpuPercent, 1),
    memory_mb: round(report.memoryMb, 1),
    start_time: report.started?.wallTime ?? null,
    uptime_s: report.started ? Math.floor((now - report.started.at) / 1000) : 0,
    restart_count: machine.restartCount,
    last_error: (alive ? trouble : undefined) ?? machine.lastError ?? null,
    next_restart_at: nextAt === undefined ? null : Math.round(wallTime + nextAt - now),
    command: parts.command,
    generation: machine.generation,
    tags,
    samples_total: report.earlier.samples + report.counters.samplesTotal,
    speed: round(report.speed, 1),
    cycle_ms: report.counters.cycleMs,
    requests_per_cycle: report.counters.forecast?.requests ?? 0,
    predicted_cycle_ms: round(report.counters.forecast?.cycleMs ?? 0, 1),
    overruns: report.earlier.overruns + report.counters.overruns,
    dropped: inbox.dropped,
    forced_kills: machine.forcedKills,
    sandbox: spec.sandbox ?? 'closed',
    wall: parts.wall,
  }
}

/** A link that brings no readings is not in order, whatever the child says of it; nor is one of which nothing is heard. */
function linkOf({ link, silence, unheard }: Report, alive: boolean): Link {
  if (!alive) return 'disconnected'
  return (silence !== '' || unheard !== '') && link === 'connected' ? 'degraded' : link
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** What listeners of the table are told of a transition. */
export function eventOf(
  { name, from, to, reason, exit, log }: Transition,
  { seq, supervisor, now, wallTime }: { seq: number; supervisor: string; now: number; wallTime: Date },
): StatusEvent {
  const nextAt = nextRestartAt(to)
  return {
    seq,
    kind: 'status',
    name,
    supervisor,
    from: from.state.status,
    to: to.state.status,
    reason,
    time: wallTime.toISOString(),
    generation: to.generation,
    ...(isStop(to) && { code: to.stopCause }),
    ...(exit && { exit }),
    ...(to.lastError !== undefined && { last_error: to.lastError }),
    ...(nextAt !== undefined && { next_restart_at: Math.round(wallTime.getTime() + nextAt - now) }),
    ...(log.length > 0 && { log }),
  }
}

/** It is on its way out, or gone, because it is not to run. */
function isStop({ desired, state }: Machine): boolean {
  return desired === 'down' && (state.status === 'stopping' || state.status === 'stopped')
}

/** What an operator should know; `since`, where there is one, holds until now. */
export function noticeEvent(
  { name, generation, code, text, since }: Notice,
  { seq, supervisor, wallTime }: { seq: number; supervisor: string; wallTime: Date },
): NoticeEvent {
  const lastedMs = since && Math.max(0, wallTime.getTime() - since.getTime())
  return {
    seq,
    kind: 'notice',
    name,
    supervisor,
    reason: text,
    code,
    time: wallTime.toISOString(),
    generation,
    ...(since && { since: since.toISOString(), lasted_s: round((lastedMs ?? 0) / 1000, 3) }),
  }
}

/** The process goes on, but its database does not take everything. */
export function refusalEvent(
  { name, machine, cause }: Refusal,
  { seq, supervisor, wallTime }: { seq: number; supervisor: string; wallTime: Date },
): RefusedEvent {
  const { status } = machine.state
  return {
    seq,
    kind: 'refused',
    name,
    supervisor,
    from: status,
    to: status,
    reason: describeCause(cause),
    time: wallTime.toISOString(),
    generation: machine.generation,
    refused: cause,
  }
}

/** The link to the device, or the quality of what is read, has become another. */
export function edgeEvent(
  { row, edge, time, reason, code, tag }: EdgeNews,
  { seq, supervisor }: { seq: number; supervisor: string },
): LinkEvent | QualityEvent {
  const { name, generation, tags } = row
  const base = {
    seq,
    name,
    supervisor,
    reason,
    ...(code !== undefined && { code }),
    time: time.toISOString(),
    generation,
  }
  const span = { since: edge.since.toISOString(), lasted_s: round(edge.lastedMs / 1000, 3) }
  if (edge.kind === 'link') return { ...base, kind: 'link', from: edge.from, to: edge.to, ...span }
  const alone = tag === undefined ? {} : { tag }
  return { ...base, kind: 'quality', from: edge.from, to: edge.to, ...span, tags, ...alone }
}

function nextRestartAt({ state }: Machine): number | undefined {
  if (state.status === 'crashed') return state.until
  return state.status === 'error' ? state.retryAt : undefined
}
