// Modbus RTU frames (Modbus over serial line 1.02, 2.5.1): where a request ends, and how a reply can be wrong. Unit 0,
// function 1, byte count (or exception code) 2, two bytes of checksum at the end.

import type { RequestCutter } from '../faults/passage'
import type { Corruptions } from '../faults/reply-script'
import { crcOf } from './crc'

const UNIT_AT = 0
const FUNCTION_AT = 1
const COUNT_AT = 2
const CRC_BYTES = 2
/** A request whose rest does not come within this time is none. A slave waits for 1.5 characters; this one is patient. */
const SILENCE_MS = 100

export function seal(unitAndPdu: Buffer): Buffer {
  return Buffer.concat([unitAndPdu, crcOf(unitAndPdu)])
}

/** Unit and PDU, without the checksum. */
export function unseal(frame: Buffer): Buffer {
  return frame.subarray(0, -CRC_BYTES)
}

function isSealed(frame: Buffer): boolean {
  return seal(unseal(frame)).equals(frame)
}

/** Finds requests in a stream. What is none is forgotten up to the next pause, as by a slave. */
export class RtuRequests implements RequestCutter {
  readonly #now: () => number
  #rest: Buffer = Buffer.alloc(0)
  #heardMs = Number.NEGATIVE_INFINITY

  /** @param now monotonic clock, ms */
  constructor(now: () => number) {
    this.#now = now
  }

  push(chunk: Buffer): Buffer[] {
    const now = this.#now()
    this.#rest = now - this.#heardMs > SILENCE_MS ? chunk : Buffer.concat([this.#rest, chunk])
    this.#heardMs = now
    const requests: Buffer[] = []
    for (;;) {
      const length = requestLength(this.#rest)
      if (length === undefined || this.#rest.length < length) return requests
      const request = this.#rest.subarray(0, length)
      this.#rest = isSealed(request) ? this.#rest.subarray(length) : Buffer.alloc(0)
      if (isSealed(request)) requests.push(request)
    }
  }
}

/** undefined while it cannot be told. Of an unknown function: all that is there. */
function requestLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined
  const code = bytes.readUInt8(FUNCTION_AT)
  if (code <= 6 || code === 8) return 8
  if (code !== 15 && code !== 16) return bytes.length
  return bytes.length < 7 ? undefined : 9 + bytes.readUInt8(6)
}

/** Their checksum is right where it is not what is wrong. */
/** The answer is from a unit that nobody asks: nothing could tell it from that of a unit which is asked, too. */
const OTHER_UNITS = 100

export const rtuCorruptions = {
  crc: (reply) => withByte(reply, reply.length - 1, (byte) => byte ^ 0x55),
  /** A bit of the data fell over on the way. */
  'data-bit': (reply) => withByte(reply, COUNT_AT + 1, (byte) => byte ^ 0x10),
  'unit-id': (reply) => sealAgain(reply, (body) => withByte(body, UNIT_AT, (unit) => unit + OTHER_UNITS)),
  /** The answer to another function: 3 becomes 4, 1 becomes 2, and back. */
  'function-code': (reply) =>
    sealAgain(reply, (body) => withByte(body, FUNCTION_AT, (code) => (code % 2 === 0 ? code - 1 : code + 1))),
  'byte-count': (reply) => sealAgain(reply, (body) => withByte(body, COUNT_AT, (count) => count + 2)),
  'byte-count-255': (reply) => sealAgain(reply, (body) => withByte(body, COUNT_AT, () => 255)),
  /** A frame without fault, but with two bytes of data fewer than were asked for. */
  'fewer-values': (reply) =>
    sealAgain(reply, (body) => withByte(body.subarray(0, -2), COUNT_AT, (count) => Math.max(0, count - 2))),
  /** The same with two bytes more. */
  'more-values': (reply) =>
    sealAgain(reply, (body) => withByte(Buffer.concat([body, Buffer.alloc(2)]), COUNT_AT, (count) => count + 2)),
  /** Ends after the function code. */
  'no-data': (reply) => sealAgain(reply, (body) => body.subarray(0, COUNT_AT)),
  /** An exception (function code + 128) whose code is missing. */
  'exception-without-code': (reply) =>
    sealAgain(reply, (body) => withByte(body.subarray(0, COUNT_AT), FUNCTION_AT, (code) => code | 0x80)),
  /** The line went dead in the middle of it. */
  truncated: (reply) => Buffer.from(reply.subarray(0, Math.floor(reply.length / 2))),
} as const satisfies Corruptions

function sealAgain(reply: Buffer, change: (body: Buffer) => Buffer): Buffer {
  return seal(change(unseal(reply)))
}

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(change(changed.readUInt8(at)) & 0xff, at)
  return changed
}
