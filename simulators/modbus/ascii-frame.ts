// Modbus ASCII frames (Modbus over serial line 1.02, 2.5.2 and 6.2.1): a colon, unit and PDU and their checksum in
// hexadecimal digits, carriage return and line feed.

import type { RequestCutter } from '../faults/passage'
import type { Corruptions } from '../faults/reply-script'
import { rtuCorruptions, seal, unseal } from './rtu-frame'

const COLON = 0x3a
const LINE_FEED = 0x0a
/** Colon, 252 bytes of data with unit, function and checksum in two digits each, carriage return, line feed. */
const FRAME_MAX = 513

export function asciiFrame(unitAndPdu: Buffer): Buffer {
  return written(Buffer.concat([unitAndPdu, Buffer.of(lrcOf(unitAndPdu))]))
}

/** Unit and PDU of a frame whose checksum is right; undefined of any other. */
export function readAscii(frame: Buffer): Buffer | undefined {
  const digits = /^:((?:[0-9A-F]{2}){3,})\r\n$/i.exec(frame.toString('latin1'))?.[1]
  if (digits === undefined) return undefined
  const bytes = Buffer.from(digits, 'hex')
  const unitAndPdu = bytes.subarray(0, -1)
  return bytes.at(-1) === lrcOf(unitAndPdu) ? unitAndPdu : undefined
}

/** The sum of all bytes and of this one is a multiple of 256. */
function lrcOf(bytes: Buffer): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff
}

function written(bytes: Buffer): Buffer {
  return Buffer.from(`:${bytes.toString('hex').toUpperCase()}\r\n`, 'latin1')
}

/** Finds requests in a stream: each begins at a colon, whatever came before it. */
export class AsciiRequests implements RequestCutter {
  #heard = Buffer.alloc(0)

  push(chunk: Buffer): Buffer[] {
    const requests: Buffer[] = []
    let bytes = Buffer.concat([this.#heard, chunk])
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED)) {
      const line = bytes.subarray(0, end + 1)
      const request = line.subarray(Math.max(line.lastIndexOf(COLON), 0))
      if (readAscii(request)) requests.push(request)
      bytes = bytes.subarray(end + 1)
    }
    this.#heard = bytes.length < FRAME_MAX ? bytes : Buffer.alloc(0)
    return requests
  }
}

const { crc: _crc, truncated, ...alike } = rtuCorruptions

/** As those of RTU, whose checksum is right where it is not what is wrong. */
export const asciiCorruptions: Corruptions = {
  ...Object.fromEntries(
    Object.entries(alike).map(([what, corrupt]) => [
      what,
      (reply: Buffer) => changed(reply, (body) => unseal(corrupt(seal(body)))),
    ]),
  ),
  /** A bit of the data fell over on the way. */
  'data-bit': (reply) => withDigit(reply, 7),
  lrc: (reply) => withDigit(reply, reply.length - 3),
  truncated,
  /** The line feed is missing. */
  'no-line-feed': (reply) => Buffer.from(reply.subarray(0, -1)),
}

function changed(reply: Buffer, change: (body: Buffer) => Buffer): Buffer {
  const body = readAscii(reply)
  return body ? asciiFrame(change(body)) : reply
}

/** Another hexadecimal digit at this place. */
function withDigit(reply: Buffer, at: number): Buffer {
  const digit = Number.parseInt(reply.toString('latin1', at, at + 1), 16)
  const other = Buffer.from(reply)
  other.write((digit ^ 1).toString(16).toUpperCase(), at, 'latin1')
  return other
}
