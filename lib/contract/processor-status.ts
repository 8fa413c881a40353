// How the way into the database is doing, for one supervisor: in flows, REST and WebSocket alike. All counts are samples
// (good values), so that they can be held against the samples_total of the readers:
// produced = processed_total + queue_pending + queue_retry + queue_dead + dropped.

import { asRecord, asText, parseNumbers } from './parse'

export type ProcessorStatus = {
  /** At least one historian process is running. */
  running: boolean
  /** Historian processes that are running. */
  workers: number
  /** In the queue: waiting, or just being written. */
  queue_pending: number
  /** Not taken by the database, to be tried again. */
  queue_retry: number
  /** Refused by the database, kept for the operator. */
  queue_dead: number
  /** Written, since the queue was first made. */
  processed_total: number
  /** Written since local midnight. */
  processed_today: number
  /** Samples a second, over the last few seconds. */
  speed: number
  last_error: string | null
  /** Lost: given up for want of room, discarded by the operator, or in a queue file that broke. */
  dropped: number
}

/** A status as another process tells it. */
export function parseProcessorStatus(input: unknown): ProcessorStatus | undefined {
  const record = asRecord(input)
  const counts = parseNumbers(input, [
    'workers',
    'queue_pending',
    'queue_retry',
    'queue_dead',
    'processed_total',
    'processed_today',
    'speed',
    'dropped',
  ])
  const last_error = record?.last_error === null ? null : asText(record?.last_error, Infinity)
  if (!counts || typeof record?.running !== 'boolean' || last_error === undefined) return undefined
  return { running: record.running, ...counts, last_error }
}
