// Why a database refuses values, as one cause for all values that it holds for: what an operator has to look at.

import { asCount, asRecord, asText } from './parse'

export type RefusedCause = {
  measurement: string
  /** '' where whole readings are refused, for their time, say. */
  field: string
  /** The words of the database, without what changes from one answer to the next. */
  reason: string
  /** Samples. */
  count: number
}

/** What one message tells at most: causes, and characters of each of their texts. */
export const CAUSES_MAX = 100
export const CAUSE_TEXT_MAX = 1000

/** How far back a database keeps readings moves on from one answer to the next. */
export function withoutDates(reason: string): string {
  return reason.replace(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:?\d\d)?/g, '...')
}

/** A reason without dates, numbers and single points: the same words for the same cause. Names in quotes stay as they are. */
export function causeOf(reason: string): string {
  return withoutDates(reason)
    .replace(/ - oldest point .*$/s, '')
    .replace(/"(?:[^"\\]|\\.)*"|(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g, (part) => (part.startsWith('"') ? part : '#'))
    .trim()
}

/** As an operator reads it. */
export function describeCause({ measurement, field, reason }: Omit<RefusedCause, 'count'>): string {
  const what = field === '' ? `readings of "${measurement}"` : `"${field}" of "${measurement}"`
  return `the database refuses ${what}: ${reason}`
}

/** Two causes are the same when these are. */
export function causeKey({ measurement, field, reason }: Omit<RefusedCause, 'count'>): string {
  return JSON.stringify([measurement, field, reason])
}

export function parseRefusedCause(input: unknown): RefusedCause | undefined {
  const record = asRecord(input)
  const [measurement, field, reason] = [record?.measurement, record?.field, record?.reason].map((text) =>
    asText(text, CAUSE_TEXT_MAX),
  )
  const count = asCount(record?.count)
  if (measurement === undefined || field === undefined || reason === undefined || count === undefined) return undefined
  return { measurement, field, reason, count }
}
