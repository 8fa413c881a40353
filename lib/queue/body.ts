// The content of a message as bytes: a Uint8Array stays as it is, anything else becomes JSON; each with its CRC-32.

import { crc32 } from 'node:zlib'
import { messageOf } from '../contract/fault'
import { QueueError } from './queue-error'

/** How the bytes are to be read. Stored in every file: never renumber. */
const RAW = 0
const JSON_TEXT = 1

export type Body = { kind: number; crc: number; bytes: Uint8Array }

/** Throws SerializationFailed for what has no JSON, and above `maxBytes`. */
export function encodeBody(data: unknown, maxBytes: number): Body {
  const raw = data instanceof Uint8Array
  const bytes = raw ? data : jsonBytes(data)
  if (bytes.length > maxBytes) {
    throw new QueueError('SerializationFailed', `a body of ${bytes.length} bytes; the queue takes at most ${maxBytes}`)
  }
  return { kind: raw ? RAW : JSON_TEXT, crc: crc32(bytes), bytes }
}

function jsonBytes(data: unknown): Uint8Array {
  let text: string | undefined
  try {
    text = JSON.stringify(data)
  } catch (thrown) {
    throw new QueueError('SerializationFailed', `not serializable: ${messageOf(thrown)}`, { cause: thrown })
  }
  if (text === undefined) throw new QueueError('SerializationFailed', `not serializable: ${typeof data}`)
  return Buffer.from(text)
}

/** The data again. Throws CorruptedData where the CRC-32 does not match, DeserializationFailed where the bytes make no sense. */
export function decodeBody({ kind, crc, bytes }: Body): unknown {
  if (crc32(bytes) !== crc) throw new QueueError('CorruptedData', 'the body does not match its CRC-32')
  switch (kind) {
    case RAW:
      return bytes
    case JSON_TEXT:
      try {
        return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
      } catch (thrown) {
        throw new QueueError('DeserializationFailed', messageOf(thrown), { cause: thrown })
      }
    default:
      throw new QueueError('DeserializationFailed', `unknown kind of body: ${kind}`)
  }
}
