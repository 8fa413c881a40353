// The content of a message as bytes: a Uint8Array stays as it is, anything else becomes JSON; compressed if that is wanted and
// saves something; each with its CRC-32.

import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { messageOf } from '../contract/fault'
import { QueueError } from './queue-error'

/** How the bytes are to be read. Stored in every file: never renumber. */
const RAW = 0
const JSON_TEXT = 1
/** Added to one of these: u32 little-endian, the size before compression | raw deflate (RFC 1951). */
const DEFLATED = 2
const SIZE_BYTES = 4
/** The quickest level: telling it to try harder saves some percent and costs several times as much. */
const LEVEL = 1

/** `crc` is that of `bytes`, as they are stored. */
export type Body = { kind: number; crc: number; bytes: Uint8Array }

/** Throws SerializationFailed for what has no JSON, and above `maxBytes` before compression. */
export function encodeBody(data: unknown, maxBytes: number, compressAboveBytes = Infinity): Body {
  const raw = data instanceof Uint8Array
  const bytes = raw ? data : jsonBytes(data)
  if (bytes.length > maxBytes) {
    throw new QueueError('SerializationFailed', `a body of ${bytes.length} bytes; the queue takes at most ${maxBytes}`)
  }
  const kind = raw ? RAW : JSON_TEXT
  const deflated = bytes.length > compressAboveBytes ? deflate(bytes) : undefined
  if (!deflated || deflated.length >= bytes.length) return { kind, crc: crc32(bytes), bytes }
  return { kind: kind + DEFLATED, crc: crc32(deflated), bytes: deflated }
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

function deflate(bytes: Uint8Array): Uint8Array {
  const size = Buffer.alloc(SIZE_BYTES)
  size.writeUInt32LE(bytes.length)
  return Buffer.concat([size, deflateRawSync(bytes, { level: LEVEL })])
}

/** Bytes before compression, as the body says: it may lie. */
export function sizeOf(kind: unknown, bytes: Uint8Array): number {
  const isDeflated = (kind === RAW + DEFLATED || kind === JSON_TEXT + DEFLATED) && bytes.length >= SIZE_BYTES
  return isDeflated ? viewOf(bytes).readUInt32LE() : bytes.length
}

/**
 * The data again. Throws CorruptedData where the CRC-32 does not match, DeserializationFailed where the bytes make no sense or
 * would inflate to more than `maxBytes`: that much memory is taken at most.
 */
export function decodeBody({ kind, crc, bytes }: Body, maxBytes: number): unknown {
  if (crc32(bytes) !== crc) throw new QueueError('CorruptedData', 'the body does not match its CRC-32')
  switch (kind) {
    case RAW:
      return bytes
    case JSON_TEXT:
      return parse(bytes)
    case RAW + DEFLATED:
      return inflate(bytes, maxBytes)
    case JSON_TEXT + DEFLATED:
      return parse(inflate(bytes, maxBytes))
    default:
      throw new QueueError('DeserializationFailed', `unknown kind of body: ${kind}`)
  }
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const size = sizeOf(RAW + DEFLATED, bytes)
  if (size > maxBytes) throw new QueueError('DeserializationFailed', `inflates to ${size} bytes, beyond ${maxBytes}`)
  let inflated: Uint8Array
  try {
    // one more than expected, since 0 is no limit
    inflated = inflateRawSync(bytes.subarray(SIZE_BYTES), { maxOutputLength: size + 1 })
  } catch (thrown) {
    throw new QueueError('DeserializationFailed', `does not inflate: ${messageOf(thrown)}`, { cause: thrown })
  }
  if (inflated.length === size) return inflated
  throw new QueueError('DeserializationFailed', `inflates to ${inflated.length} bytes instead of ${size}`)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(viewOf(bytes).toString())
  } catch (thrown) {
    throw new QueueError('DeserializationFailed', messageOf(thrown), { cause: thrown })
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
