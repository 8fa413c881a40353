// A message as a row: checked on its way in, and never believed on its way out, since anybody can write into the file.

import type { SQLOutputValue } from 'node:sqlite'
import type { Envelope } from '../contract/envelope'
import { messageOf } from '../contract/fault'
import { asCount, asText } from '../contract/parse'
import { type Body, decodeBody, encodeBody, sizeOf } from './body'
import { TEXT_MAX, WEIGHT_MAX } from './columns'
import { QueueError } from './queue-error'

/** A message as it is sent. */
export type Outgoing = Envelope & {
  /** What it counts for in `status`, e.g. the samples in it: a whole number from 0 to 2^32, default 1. */
  weight?: number
}
/** A message as it comes out of a queue. */
export type Message = Envelope & {
  /** Rises from message to message over all recipients, and is never given twice. */
  id: number
  weight: number
  /** How often it was claimed before; 0 from `tail`. */
  attempts: number
  priority: number
}
/** A row that is no message. */
export type Unreadable = { id: number; reason: string }
export type Row = Record<string, SQLOutputValue>
export type Encoded = { to: string; title: string; origin: string; time: string; weight: number; body: Body }

/** A message ready to be written. Throws SerializationFailed. */
export function encodeMessage(message: Outgoing, messageBytes: number, compressAboveBytes?: number): Encoded {
  const weight = asCount(message.weight ?? 1) ?? Infinity
  if (weight > WEIGHT_MAX) {
    throw new QueueError('SerializationFailed', `"weight" must be a whole number from 0 to ${WEIGHT_MAX}`)
  }
  return {
    to: checkedText(message.to, 'to'),
    title: checkedText(message.title, 'title'),
    origin: checkedText(message.origin, 'origin'),
    time: checkedText(message.time, 'time'),
    weight,
    body: encodeBody(message.data, messageBytes, compressAboveBytes),
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

/** A row of messageColumns as a message; never throws. */
export function readMessage(row: Row, messageBytes: number): Message | Unreadable {
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
    const data = decodeBody({ kind, crc, bytes: body }, messageBytes)
    const attempts = Number(row.attempts ?? 0)
    return { id, to, title, origin, time, priority: Number(row.priority), weight: Number(row.weight), attempts, data }
  } catch (thrown) {
    return { id, reason: `${thrown instanceof QueueError ? thrown.kind : 'CorruptedData'}: ${messageOf(thrown)}` }
  }
}

/** Bytes of its body before compression, as far as it can be told without a look at them. */
export function sizeOfRow({ kind, body }: Row): number {
  return body instanceof Uint8Array ? sizeOf(kind, body) : 0
}
