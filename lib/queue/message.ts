// A message as a row: checked on its way in, and never believed on its way out, since anybody can write into the file.

import type { SQLOutputValue } from 'node:sqlite'
import type { Envelope } from '../contract/envelope'
import { messageOf } from '../contract/fault'
import { asText } from '../contract/parse'
import { type Body, decodeBody, encodeBody } from './body'
import { ID_MAX } from './layout'
import { QueueError } from './queue-error'

/** A message as it comes out of a queue. */
export type Message = Envelope & {
  /** Rises from message to message over all recipients, and is never given twice. */
  id: number
}
/** A row that is no message. */
export type Unreadable = { id: number; reason: string }
export type Row = Record<string, SQLOutputValue>
export type Encoded = { to: string; title: string; origin: string; time: string; body: Body }

/** Recipient, title, origin and time may each have this many UTF-16 units. */
const TEXT_MAX = 1000
const TEXT_MAX_BYTES = 3 * TEXT_MAX

/** An envelope ready to be written. Throws SerializationFailed. */
export function encodeMessage(envelope: Envelope, messageBytes: number): Encoded {
  return {
    to: checkedText(envelope.to, 'to'),
    title: checkedText(envelope.title, 'title'),
    origin: checkedText(envelope.origin, 'origin'),
    time: checkedText(envelope.time, 'time'),
    body: encodeBody(envelope.data, messageBytes),
  }
}

function checkedText(value: unknown, field: string): string {
  const text = asText(value, TEXT_MAX)
  // Node 22.13 reads a text from SQLite only up to its first NUL
  if (text !== undefined && !text.includes('\0')) return text
  throw new QueueError(
    'SerializationFailed',
    `"${field}" must be a text of at most ${TEXT_MAX} characters, without NUL`,
  )
}

/**
 * SQL for the columns that readMessage wants. What is absurd becomes NULL in SQLite already: a huge body is not even loaded,
 * and an integer that JavaScript cannot hold would throw in the middle of reading.
 */
export function columnsFor(messageBytes: number): string {
  const text = (column: string, name: string) =>
    `CASE WHEN octet_length(${column}) <= ${TEXT_MAX_BYTES} THEN ${column} END AS "${name}"`
  return [
    'id',
    text('recipient', 'to'),
    text('title', 'title'),
    text('origin', 'origin'),
    text('time', 'time'),
    'CASE WHEN kind BETWEEN 0 AND 255 THEN kind END AS kind',
    'CASE WHEN crc BETWEEN 0 AND 0xffffffff THEN crc END AS crc',
    `CASE WHEN octet_length(body) <= ${messageBytes} THEN body END AS body`,
  ].join(', ')
}
/** SQL: only such ids can be read. No lower bound here: SQLite would start its search there and not at the cursor. */
export const READABLE_ID = `id <= ${ID_MAX}`

/** A row of those columns as a message; never throws. */
export function readMessage(row: Row): Message | Unreadable {
  const { to, title, origin, time, kind, crc, body } = row
  const id = Number(row.id)
  if (
    typeof to !== 'string' ||
    typeof title !== 'string' ||
    typeof origin !== 'string' ||
    typeof time !== 'string' ||
    typeof kind !== 'number' ||
    typeof crc !== 'number' ||
    !(body instanceof Uint8Array)
  ) {
    return { id, reason: 'CorruptedData: malformed row' }
  }
  try {
    return { id, to, title, origin, time, data: decodeBody({ kind, crc, bytes: body }) }
  } catch (thrown) {
    return { id, reason: `${thrown instanceof QueueError ? thrown.kind : 'CorruptedData'}: ${messageOf(thrown)}` }
  }
}
