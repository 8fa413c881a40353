// Modbus TCP frames (Modbus messaging on TCP/IP 1.0b, 3.1.3): where they end, and how a reply can be wrong.

import { FrameStream } from '../faults/frames'
import type { RequestCutter } from '../faults/passage'
import type { Corruptions } from '../faults/reply-script'

/** Transaction 0, protocol 2, length 4, unit 6, function 7, byte count (or exception code) 8. */
const LENGTH_AT = 4
const UNIT_AT = 6
const FUNCTION_AT = 7
const COUNT_AT = 8
/** Bytes up to and including the length field, which counts the ones behind it. */
const PREFIX = 6
/** Modbus application protocol 1.1b3, 4.1. */
export const FRAME_MAX = 260
const TRANSACTIONS = 0x1_0000

export function frameLength(bytes: Buffer): number | undefined {
  return bytes.length < PREFIX ? undefined : PREFIX + bytes.readUInt16BE(LENGTH_AT)
}

/** @param unitAndPdu as an RTU frame has it before its checksum */
export function mbapFrame(transaction: number, unitAndPdu: Buffer): Buffer {
  const header = Buffer.alloc(PREFIX)
  header.writeUInt16BE(transaction % TRANSACTIONS, 0)
  header.writeUInt16BE(unitAndPdu.length, LENGTH_AT)
  return Buffer.concat([header, unitAndPdu])
}

export function unitAndPduOf(frame: Buffer): Buffer {
  return frame.subarray(PREFIX)
}

export function transactionOf(frame: Buffer): number {
  return frame.readUInt16BE(0)
}

export function withTransaction(frame: Buffer, transaction: number): Buffer {
  const changed = Buffer.from(frame)
  changed.writeUInt16BE(transaction % TRANSACTIONS, 0)
  return changed
}

/** Requests in a stream; throws for what can be none. */
export function streamedRequests(): RequestCutter {
  return new FrameStream(frameLength, FRAME_MAX)
}

/** A datagram holds one request, or nothing that is heard. */
export const datagramRequests: RequestCutter = {
  push: (datagram) => (frameLength(datagram) === datagram.length ? [datagram] : []),
}

/** A frame as sent is a whole one; the names say what a client would find. */
export const mbapCorruptions = {
  /** One byte fewer in the length field than there are. */
  'length-too-short': (reply) => withLength(reply, (length) => length - 1),
  /** More bytes in the length field than will ever come. */
  'length-too-long': (reply) => withLength(reply, (length) => length + 5),
  'length-0': (reply) => withLength(reply, () => 0),
  'length-65535': (reply) => withLength(reply, () => 65_535),
  'byte-count': (reply) => withByte(reply, COUNT_AT, (count) => count + 2),
  'transaction-id': (reply) => withByte(reply, 1, (low) => low + 1),
  'protocol-id': (reply) => withByte(reply, 3, (low) => low + 1),
  'unit-id': (reply) => withByte(reply, UNIT_AT, (unit) => unit + 1),
  /** The answer to another function: 3 becomes 4, 1 becomes 2, and back. */
  'function-code': (reply) => withByte(reply, FUNCTION_AT, (code) => (code % 2 === 0 ? code - 1 : code + 1)),
  /** A frame without fault, but with two bytes of data fewer than were asked for. */
  'fewer-values': (reply) => {
    const shorter = withByte(reply.subarray(0, -2), COUNT_AT, (count) => count - 2)
    return withLength(shorter, (length) => length - 2)
  },
  /** The same with two bytes more. */
  'more-values': (reply) => {
    const longer = withByte(Buffer.concat([reply, Buffer.alloc(2)]), COUNT_AT, (count) => count + 2)
    return withLength(longer, (length) => length + 2)
  },
  /** Ends in its middle; the header tells of all of it. */
  truncated: (reply) => Buffer.from(reply.subarray(0, Math.floor(reply.length / 2))),
  /** Ends after the function code, and says so. */
  'no-data': (reply) => withLength(reply.subarray(0, COUNT_AT), () => COUNT_AT - PREFIX),
  /** An exception (function code + 128) whose code is missing. */
  'exception-without-code': (reply) => {
    const exception = withByte(reply.subarray(0, COUNT_AT), FUNCTION_AT, (code) => code | 0x80)
    return withLength(exception, () => COUNT_AT - PREFIX)
  },
} as const satisfies Corruptions

function withLength(reply: Buffer, change: (length: number) => number): Buffer {
  const changed = Buffer.from(reply)
  changed.writeUInt16BE(change(changed.readUInt16BE(LENGTH_AT)) & 0xffff, LENGTH_AT)
  return changed
}

function withByte(reply: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(reply)
  changed.writeUInt8(change(changed.readUInt8(at)) & 0xff, at)
  return changed
}
