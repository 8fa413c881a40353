// Modbus TCP on the wire: cutting the stream of bytes into frames, and holding each answer against its request.
// Nothing in here trusts the device. MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3: transaction u16,
// protocol u16 = 0, length u16 of what follows, unit u8, then function u8 and data.

import { CRC_BYTES, EXCEPTION_BIT, sealed } from './rtu'

/** What a request is answered by. */
export type Expected = { transaction: number; unit: number; functionCode: number; dataBytes: number }

export type NextFrame =
  /** `frame` with its header, `rest` what follows it. */
  { kind: 'frame'; frame: Buffer; rest: Buffer } | { kind: 'incomplete' } | { kind: 'violation'; text: string }

const HEADER_BYTES = 6
/** Unit and PDU (253 bytes at most). */
const LENGTH_MAX = 254
const LENGTH_MIN = 2

/** Looks at the start of what has come in; every byte is judged as soon as it is there. */
export function nextFrame(bytes: Buffer): NextFrame {
  const protocol = bytes.length < 4 ? 0 : bytes.readUInt16BE(2)
  if (protocol !== 0) {
    return violation(`it sends protocol id ${protocol}, Modbus TCP has 0; ${strangerOf(bytes)}: is the port right?`)
  }
  if (bytes.length < HEADER_BYTES) return { kind: 'incomplete' }
  const length = bytes.readUInt16BE(4)
  if (length < LENGTH_MIN || length > LENGTH_MAX) {
    return violation(`it announces ${length} bytes, Modbus TCP allows ${LENGTH_MIN} to ${LENGTH_MAX}`)
  }
  const end = HEADER_BYTES + length
  if (bytes.length < end) return { kind: 'incomplete' }
  return { kind: 'frame', frame: bytes.subarray(0, end), rest: bytes.subarray(end) }
}

/** Services that are found on a port by mistake, by the bytes that they begin to talk with. */
const strangers: readonly [begins: string, what: string][] = [
  ['HTTP', 'this is a web server'],
  // a TLS record: alert or handshake, version 3.x (RFC 8446, 5.1)
  ['\x15\x03', 'this service wants TLS, which is not supported'],
  ['\x16\x03', 'this service wants TLS, which is not supported'],
  ['SSH-', 'this is an SSH server'],
  // FTP and SMTP servers greet with 220 (RFC 959, RFC 5321)
  ['220', 'this is an FTP or mail server'],
  // a Telnet negotiation begins with IAC (RFC 854)
  ['\xff', 'this may be a Telnet console'],
]

function strangerOf(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, 4)
  return strangers.find(([begins]) => text.startsWith(begins))?.[1] ?? 'this is another service'
}

function violation(text: string): { kind: 'violation'; text: string } {
  return { kind: 'violation', text }
}

export function transactionOf(frame: Buffer): number {
  return frame.readUInt16BE(0)
}

/** Says what is wrong with a frame as the answer to a request; undefined for the data asked for and for an exception. */
export function checkAnswer(frame: Buffer, expected: Expected): string | undefined {
  const { transaction, unit, functionCode, dataBytes } = expected
  if (transactionOf(frame) !== transaction) {
    return `it answers transaction ${transactionOf(frame)}, asked was ${transaction}`
  }
  const answeringUnit = frame.readUInt8(6)
  if (answeringUnit !== unit) return `it answers as unit ${answeringUnit}, asked was unit ${unit}; set that unit id?`
  const answeredFunction = frame.readUInt8(7)
  const bytesAfterFunction = frame.length - 8
  if (answeredFunction === (functionCode | EXCEPTION_BIT)) {
    return bytesAfterFunction === 1 ? undefined : `its exception has ${bytesAfterFunction} bytes instead of 1`
  }
  if (answeredFunction !== functionCode) return `it answers function ${answeredFunction}, asked was ${functionCode}`
  const announced = bytesAfterFunction === 0 ? 0 : frame.readUInt8(8)
  const sent = bytesAfterFunction - 1
  if (announced !== dataBytes || sent !== dataBytes) {
    return `it answers with ${Math.max(sent, 0)} bytes of data and announces ${announced}, asked was for ${dataBytes}; allow fewer registers per request?`
  }
  return undefined
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
