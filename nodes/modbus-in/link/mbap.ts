// Modbus TCP on the wire. MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3: transaction u16, protocol u16 = 0,
// length u16 of what follows, unit u8, then function u8 and data. Devices err in the length, so nothing depends on it alone.

import { answerLength, type Sent } from './outstanding'
import { CRC_BYTES, EXCEPTION_BIT, sealed } from './rtu'

export const HEADER_BYTES = 6
/** Header, unit and function: by so many bytes a frame is known. */
export const KNOWN_BYTES = 8
const EXCEPTION_BYTES = 9
const DATA_AT = 9
/** Unit and function. */
const LENGTH_MIN = 2
/** Unit and PDU (253 bytes at most), and one that is counted too many. */
const LENGTH_MAX = 255
const LAST_READ_FUNCTION = 4
/** Some devices say so of every answer: it is the length of the request. */
const LENGTH_OF_REQUEST = 6

/** Whether the length field of a header says nothing at all: no frame is so short or so long. */
export function hasImpossibleLength(bytes: Buffer): boolean {
  const length = bytes.readUInt16BE(4)
  return length < LENGTH_MIN || length > LENGTH_MAX
}

/** Whether a frame may begin so, whatever its length field says, as far as can be seen. */
export function mayBeginFrame(bytes: Buffer): boolean {
  const [, , protocolHigh = 0, protocolLow = 0, , , , functionCode = 1] = bytes
  return (protocolHigh | protocolLow) === 0 && functionCode !== 0
}

/** Whether a frame with this id, and a length that is possible, begins in it, as far as can be seen. */
export function holds(bytes: Buffer, transaction: number): boolean {
  const id = Buffer.of(transaction >> 8, transaction & 0xff)
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) {
    const [, , , , lengthHigh = 0, length = LENGTH_MIN] = bytes.subarray(at)
    if (mayBeginFrame(bytes.subarray(at)) && lengthHigh === 0 && length >= LENGTH_MIN) return true
  }
  return false
}

export function transactionOf(frame: Buffer): number {
  return frame.readUInt16BE(0)
}

export function unitOf(frame: Buffer): number {
  return frame.readUInt8(6)
}

export function functionOf(frame: Buffer): number {
  return frame.readUInt8(7)
}

/** How long the frame is by its header, bytes. */
export function headerEnd(frame: Buffer): number {
  return HEADER_BYTES + frame.readUInt16BE(4)
}

/**
 * How long the answer to this request is that begins with these bytes; 0 while that cannot be told, undefined if no answer to it
 * begins so. What the header announces has no say, unless it shows that the answer is cut short; 0 and 300 show nothing.
 */
export function fittingLength(sent: Sent, bytes: Buffer): number | undefined {
  const length = answerLength(sent, bytes.subarray(HEADER_BYTES))
  if (length === undefined) return undefined
  const announced = headerEnd(bytes)
  if (length === 0) return announced < DATA_AT && !hasImpossibleLength(bytes) ? undefined : 0
  const end = HEADER_BYTES + length - CRC_BYTES
  const isKnownError = announced === HEADER_BYTES + LENGTH_OF_REQUEST || announced === end - 1
  return announced >= end || isKnownError || hasImpossibleLength(bytes) ? end : undefined
}

/**
 * How long any other frame is: as long as both header and byte count allow; 0 while that cannot be told, undefined where neither of
 * them says anything.
 */
export function frameLength(bytes: Buffer): number | undefined {
  const isImpossible = hasImpossibleLength(bytes)
  const end = isImpossible ? Number.POSITIVE_INFINITY : headerEnd(bytes)
  const functionCode = functionOf(bytes)
  if (functionCode & EXCEPTION_BIT) return Math.min(end, EXCEPTION_BYTES)
  if (functionCode > LAST_READ_FUNCTION && isImpossible) return undefined
  if (functionCode > LAST_READ_FUNCTION || end < DATA_AT) return end
  const announced = bytes[DATA_AT - 1]
  return announced === undefined ? 0 : Math.min(end, DATA_AT + announced)
}

/** Whether function, byte count and length agree as those of an answer to some read do, as far as can be seen. */
export function isReadAnswer(bytes: Buffer): boolean {
  const functionCode = functionOf(bytes)
  if ((functionCode & ~EXCEPTION_BIT) > LAST_READ_FUNCTION) return false
  const announced = functionCode & EXCEPTION_BIT ? 0 : bytes[DATA_AT - 1]
  if (announced === undefined) return true
  const length = headerEnd(bytes)
  return length === HEADER_BYTES + LENGTH_OF_REQUEST || Math.abs(length - (DATA_AT + announced)) <= 1
}

/** What a whole frame says, for `describeDeviation`. */
export function answerIn(frame: Buffer): { unit: number; functionCode: number; announced: number; sent: number } {
  const announced = frame[DATA_AT - 1] ?? 0
  const sent = Math.max(frame.length - DATA_AT, 0)
  return { unit: unitOf(frame), functionCode: functionOf(frame), announced, sent }
}

/** What shows that no frame begins here; undefined if one may. */
export function describeStranger(bytes: Buffer): string | undefined {
  if (bytes.length < 4) return undefined
  const protocol = bytes.readUInt16BE(2)
  if (protocol !== 0) return `it sends protocol id ${protocol}, Modbus TCP has 0`
  if (bytes.length < HEADER_BYTES) return undefined
  const length = bytes.readUInt16BE(4)
  if (length >= LENGTH_MIN && length <= LENGTH_MAX) return undefined
  return `it announces ${length} bytes, Modbus TCP allows ${LENGTH_MIN} to ${LENGTH_MAX - 1}`
}

/** The request as modbus-serial writes it (unit, PDU, CRC) as a frame. */
export function frameRequest(transaction: number, rtu: Buffer): Buffer {
  const length = rtu.length - CRC_BYTES
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length)
  frame.writeUInt16BE(transaction, 0)
  frame.writeUInt16BE(0, 2)
  frame.writeUInt16BE(length, 4)
  rtu.copy(frame, HEADER_BYTES, 0, length)
  return frame
}

/** A frame as modbus-serial reads it: unit, PDU, CRC. */
export function toRtu(frame: Buffer): Buffer {
  const length = frame.length - HEADER_BYTES
  const rtu = Buffer.allocUnsafe(length + CRC_BYTES)
  frame.copy(rtu, 0, HEADER_BYTES)
  return sealed(rtu)
}
