// One transition of one process, or what it has to tell besides, for people and programs that want to know what happened.

import { STATUSES, type Status } from './lifecycle'
import { asCount, asNumber, asOneOf, asRecord, asText, everyParsed } from './parse'
import { parseRefusedCause, type RefusedCause } from './refused-cause'

export type ExitFacts = { code: number | null; signal: string | null }

/** `refused`: the database does not take some values, and the process goes on: `from` and `to` are the same. */
export const EVENT_KINDS = ['refused'] as const

export type ProcessEvent = {
  /** Absent: a transition. */
  kind?: (typeof EVENT_KINDS)[number]
  /** Rises by one with every event of this Node-RED. */
  seq: number
  name: string
  supervisor: string
  from: Status
  to: Status
  reason: string
  /** ISO 8601. */
  time: string
  generation: number
  exit?: ExitFacts
  last_error?: string
  /** ms since the epoch. */
  next_restart_at?: number
  /** Which values the database refuses, why, and how many there were when it began. */
  refused?: RefusedCause
  /** What the process said last, oldest first: at most 50 lines, only where a process ended. */
  log?: string[]
}

/** An event as another process tells it. */
export function parseProcessEvent(input: unknown): ProcessEvent | undefined {
  const record = asRecord(input)
  const [seq, generation] = [record?.seq, record?.generation].map(asCount)
  const [name, supervisor, reason, time] = [record?.name, record?.supervisor, record?.reason, record?.time].map(
    asAnyText,
  )
  const from = asOneOf(record?.from, STATUSES)
  const to = asOneOf(record?.to, STATUSES)
  if (!record || seq === undefined || generation === undefined || !from || !to) return undefined
  if (name === undefined || supervisor === undefined || reason === undefined || time === undefined) return undefined
  const exit = parseExit(record.exit)
  const last_error = asAnyText(record.last_error)
  const next_restart_at = asNumber(record.next_restart_at)
  const log = everyParsed(record.log, asAnyText)
  const kind = asOneOf(record.kind, EVENT_KINDS)
  const refused = parseRefusedCause(record.refused)
  return {
    seq,
    name,
    supervisor,
    from,
    to,
    reason,
    time,
    generation,
    ...(exit && { exit }),
    ...(last_error !== undefined && { last_error }),
    ...(next_restart_at !== undefined && { next_restart_at }),
    ...(log && { log }),
    ...(kind && { kind }),
    ...(refused && { refused }),
  }
}

function parseExit(input: unknown): ExitFacts | undefined {
  const record = asRecord(input)
  return record && { code: asNumber(record.code) ?? null, signal: asAnyText(record.signal) ?? null }
}

function asAnyText(value: unknown): string | undefined {
  return asText(value, Infinity)
}
