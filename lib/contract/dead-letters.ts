// What the database refused, between Node-RED and the historian: questions about dead letters, and the answers, which are checked
// as all that a child says.

import { asCount, asRecord, asText, everyParsed } from './parse'

export type DeadLetter = {
  id: number
  /** Name of the reader. */
  collector: string
  /** ISO time of the reading. */
  time: string
  /** What the database said against it. */
  reason: string
  samples: number
  measurement?: string
  /** tag -> value, where it can be read and is not too long to be looked at; of several readings the first one. */
  values?: Record<string, unknown>
}

export type DeadLetterGroup = {
  measurement: string
  /** '' where whole readings are refused, for their time, say, or cannot be read. */
  field: string
  /** Without dates and numbers, which change from one answer of the database to the next. */
  reason: string
  /** Names of the readers. */
  collectors: string[]
  samples: number
  letters: number
  /** ISO times of the readings. */
  first: string
  last: string
  /** For requeueing and discarding. */
  ids: number[]
  /** There are more dead letters than were looked at. */
  more?: true
}

export const DEAD_LETTER_MOVES = ['requeue', 'discard'] as const
export type DeadLetterMove = (typeof DEAD_LETTER_MOVES)[number]

/** Content of a `query` message. */
export type DeadLetterQuestion =
  /** -> DeadLetter[], oldest first, as many as an answer holds; none when there are no more after this id */
  | { ask: 'dead-letters'; after: number; max: number }
  /** -> DeadLetterGroup[] */
  | { ask: 'dead-letter-groups' }
  /** -> number, how many were moved; without ids all */
  | { ask: 'move-dead-letters'; how: DeadLetterMove; ids?: number[] }

const TEXT_MAX = 10_000

export function parseDeadLetterQuestion(input: unknown): DeadLetterQuestion | undefined {
  const record = asRecord(input)
  switch (record?.ask) {
    case 'dead-letters': {
      const after = asCount(record.after)
      const max = asCount(record.max)
      return after === undefined || max === undefined ? undefined : { ask: 'dead-letters', after, max }
    }
    case 'dead-letter-groups':
      return { ask: 'dead-letter-groups' }
    case 'move-dead-letters': {
      const how = DEAD_LETTER_MOVES.find((one) => one === record.how)
      const ids = everyParsed(record.ids ?? [], asCount)
      if (!how || !ids) return undefined
      return { ask: 'move-dead-letters', how, ...(record.ids !== undefined && { ids }) }
    }
    default:
      return undefined
  }
}

export function parseDeadLetters(input: unknown): DeadLetter[] | undefined {
  return everyParsed(input, parseLetter)
}

export function parseDeadLetterGroups(input: unknown): DeadLetterGroup[] | undefined {
  return everyParsed(input, parseGroup)
}

function parseLetter(input: unknown): DeadLetter | undefined {
  const record = asRecord(input)
  const [id, samples] = [record?.id, record?.samples].map(asCount)
  const [collector, time, reason] = textsOf(record, ['collector', 'time', 'reason'])
  if (id === undefined || samples === undefined) return undefined
  if (collector === undefined || time === undefined || reason === undefined) return undefined
  const measurement = asText(record?.measurement, TEXT_MAX)
  const values = asRecord(record?.values)
  const content = { ...(measurement !== undefined && { measurement }), ...(values && { values }) }
  return { id, collector, time, reason, samples, ...content }
}

function parseGroup(input: unknown): DeadLetterGroup | undefined {
  const record = asRecord(input)
  const [measurement, field, reason, first, last] = textsOf(record, ['measurement', 'field', 'reason', 'first', 'last'])
  const [samples, letters] = [record?.samples, record?.letters].map(asCount)
  const collectors = everyParsed(record?.collectors, (name) => asText(name, TEXT_MAX))
  const ids = everyParsed(record?.ids, asCount)
  if (measurement === undefined || field === undefined || reason === undefined) return undefined
  if (first === undefined || last === undefined || samples === undefined || letters === undefined) return undefined
  if (!collectors || !ids) return undefined
  const more = record?.more === true && ({ more: true } as const)
  return { measurement, field, reason, collectors, samples, letters, first, last, ids, ...more }
}

function textsOf(record: Record<string, unknown> | undefined, keys: readonly string[]): (string | undefined)[] {
  return keys.map((key) => asText(record?.[key], TEXT_MAX))
}
