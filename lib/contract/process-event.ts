// What happened to one process, for people and programs that want to know: a transition, an edge of its link to the device
// or of the quality of its tags, values that its database refuses, or something else that its operator should know.

import { LINKS, type Link, STATUSES, type Status } from './lifecycle'
import { asCount, asNumber, asOneOf, asRecord, asText, everyParsed, parseNumbers } from './parse'
import { parseRefusedCause, type RefusedCause } from './refused-cause'

export type ExitFacts = { code: number | null; signal: string | null }

/** Of all tags of a reader together. `unread`: since its process started nothing has been read. */
export const QUALITIES = ['unread', 'good', 'partial', 'bad'] as const
export type Quality = (typeof QUALITIES)[number]

export const EVENT_KINDS = ['status', 'link', 'quality', 'refused', 'notice'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export type EventBase = {
  /** Rises with every event, over restarts of Node-RED too; where the journal was damaged some numbers are left out. */
  seq: number
  /** Of the process; of a notice about a supervisor as a whole: of the supervisor. */
  name: string
  supervisor: string
  reason: string
  /** Stable, for programs; absent where nothing names one. */
  code?: string
  /** ISO 8601. */
  time: string
  generation: number
}

export type StatusEvent = EventBase & {
  kind: 'status'
  from: Status
  to: Status
  exit?: ExitFacts
  last_error?: string
  /** ms since the epoch. */
  next_restart_at?: number
  /** What the process said last, oldest first: at most 50 lines, only where a process ended. */
  log?: string[]
}

/** How long `from` has held. */
export type Span = {
  /** ISO 8601. */
  since: string
  lasted_s: number
  /** Edges before this one that were not told, since too many came. */
  skipped?: number
}

/** To the device; of a historian: to its database. Another attempt to connect is no edge. */
export type LinkEvent = EventBase & Span & { kind: 'link'; from: Link; to: Link }

export type QualityEvent = EventBase &
  Span & {
    kind: 'quality'
    from: Quality
    to: Quality
    tags: { total: number; good: number; bad: number }
    /** The bad tag, where there is one only. */
    tag?: string
  }

/** The database does not take some values, and the process goes on: `from` and `to` are the same. */
export type RefusedEvent = EventBase & {
  kind: 'refused'
  from: Status
  to: Status
  /** Which values the database refuses, why, and how many there were when it began. */
  refused: RefusedCause
}

export const NOTICE_CODES = [
  /** Lines of the journal could not be read. */
  'journal-damaged',
  /** A damaged `history.db` was set aside, and a new one made. */
  'history-set-aside',
  /** The same of the queue to the database. */
  'queue-set-aside',
  /** Node-RED was killed or has failed: `since` is the last time at which it is known to have run. */
  'ended-without-shutdown',
] as const
export type NoticeCode = (typeof NOTICE_CODES)[number]

/** Something is lost, or had to be repaired: `reason` says what, where it is now and what to do. */
export type NoticeEvent = EventBase & Partial<Span> & { kind: 'notice'; code: NoticeCode }

export type ProcessEvent = StatusEvent | LinkEvent | QualityEvent | RefusedEvent | NoticeEvent

/** An event as another process, or a file, tells it. */
export function parseProcessEvent(input: unknown): ProcessEvent | undefined {
  const record = asRecord(input)
  const base = record && parseBase(record)
  if (!base) return undefined
  switch (asOneOf(record.kind, EVENT_KINDS)) {
    case 'status': {
      const ends = parseEnds(record, STATUSES)
      return ends && { kind: 'status', ...base, ...ends, ...parseOutcome(record) }
    }
    case 'link': {
      const [ends, span] = [parseEnds(record, LINKS), parseSpan(record)]
      return ends && span && { kind: 'link', ...base, ...ends, ...span }
    }
    case 'quality': {
      const [ends, span] = [parseEnds(record, QUALITIES), parseSpan(record)]
      const tags = parseNumbers(record.tags, ['total', 'good', 'bad'])
      const tag = asAnyText(record.tag)
      return (
        ends && span && tags && { kind: 'quality', ...base, ...ends, ...span, tags, ...(tag !== undefined && { tag }) }
      )
    }
    case 'refused': {
      const [ends, refused] = [parseEnds(record, STATUSES), parseRefusedCause(record.refused)]
      return ends && refused && { kind: 'refused', ...base, ...ends, refused }
    }
    case 'notice': {
      const code = asOneOf(record.code, NOTICE_CODES)
      return code && { ...base, kind: 'notice', code, ...parseSpan(record) }
    }
    default:
      return undefined
  }
}

function parseBase(record: Record<string, unknown>): EventBase | undefined {
  const [seq, generation] = [record.seq, record.generation].map(asCount)
  const [name, supervisor, reason, time] = [record.name, record.supervisor, record.reason, record.time].map(asAnyText)
  const code = asAnyText(record.code)
  if (seq === undefined || generation === undefined || name === undefined || supervisor === undefined) return undefined
  if (reason === undefined || time === undefined) return undefined
  return { seq, name, supervisor, reason, ...(code !== undefined && { code }), time, generation }
}

function parseEnds<State extends string>(record: Record<string, unknown>, states: readonly State[]) {
  const [from, to] = [asOneOf(record.from, states), asOneOf(record.to, states)]
  return from === undefined || to === undefined ? undefined : { from, to }
}

function parseSpan(record: Record<string, unknown>): Span | undefined {
  const since = asAnyText(record.since)
  const lasted_s = asNumber(record.lasted_s, 0)
  const skipped = asCount(record.skipped)
  if (since === undefined || lasted_s === undefined) return undefined
  return { since, lasted_s, ...(skipped !== undefined && { skipped }) }
}

function parseOutcome(record: Record<string, unknown>) {
  const exit = parseExit(record.exit)
  const last_error = asAnyText(record.last_error)
  const next_restart_at = asNumber(record.next_restart_at)
  const log = everyParsed(record.log, asAnyText)
  return {
    ...(exit && { exit }),
    ...(last_error !== undefined && { last_error }),
    ...(next_restart_at !== undefined && { next_restart_at }),
    ...(log && { log }),
  }
}

function parseExit(input: unknown): ExitFacts | undefined {
  const record = asRecord(input)
  return record && { code: asNumber(record.code) ?? null, signal: asAnyText(record.signal) ?? null }
}

function asAnyText(value: unknown): string | undefined {
  return asText(value, Infinity)
}
