// A-compatible 1E frames. A reply says neither how long it is nor which request it answers: one request at a time, its length
// follows from what was asked, and a connection on which an answer failed to come is of no use any more.
//
// MELSEC Communication Protocol Reference Manual SH(NA)-080008, 18; FX3U-ENET-ADP User's Manual [ADP], 7.3 to 7.7:
//   request  subheader (command) | PC number | monitoring timer | device | number of points | 00
//   reply    subheader + 80 | end code | data; end code 5B: abnormal code (most have 00 in their higher byte)

import type { Encoding, Plc } from '../series'
import type { Codec } from './codec'
import { toBits, toRegisters } from './data'
import type { NextFrame } from './next-frame'
import { readNumber, Writer, wireBytes } from './notation'
import { checkRequest, writePoint } from './point-codes'
import { otherForm, type Reply, type Request, type Route, type Violation, violation } from './request'

/** [ADP] 7.4; 1E has no commands for the others. */
const commands: Partial<Record<Request['kind'], number>> = { bits: 0x00, words: 0x01, 'loop-back': 0x16 }

const REPLY = 0x80
/** Subheader and end code. */
const HEADER_BYTES = 2
const WITH_ABNORMAL_CODE = 0x5b
/** [ADP] 7.3.3 (7): 00, else 50 to 60; a Q with an E71 adds some below. Anything else is no end code. */
const END_CODE_MAX = 0x60
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

export function frame1E(plc: Plc, { pc }: Route, monitoringTimer: number): Codec {
  return {
    encode: (request) => encode(plc, pc, monitoringTimer, request),
    nextFrame: (incoming, asked) => nextFrame(plc.encoding, incoming, asked),
    isStray: (byte, mayBeData) => isStray(plc.encoding, byte, mayBeData),
    serialOf: () => undefined,
    decode: (frame, asked) => decode(plc.encoding, frame, asked),
  }
}

function commandOf({ kind }: Request): number {
  const command = commands[kind]
  if (command === undefined) throw new RangeError(`1E has no command for ${kind}`)
  return command
}

function encode(plc: Plc, pc: number, monitoringTimer: number, request: Request): Buffer {
  const command = commandOf(request)
  checkRequest(plc, request)
  const frame = new Writer(plc.encoding).number(command, 1).number(pc, 1).number(monitoringTimer, 2)
  if (request.kind === 'loop-back') return writeLoopBack(frame, request.text).finish()
  if (request.kind !== 'words' && request.kind !== 'bits') throw new RangeError(`1E has no ${request.kind}`)
  writePoint(frame, plc, request)
  // [ADP] 7.5.2: 256 points are written as 00
  const points = request.kind === 'words' ? request.words : request.points
  return frame
    .number(points & 0xff, 1)
    .number(0, 1)
    .finish()
}

/** [ADP] 7.7: the number of bytes, then the bytes, in ASCII two characters each. */
function writeLoopBack(frame: Writer, text: string): Writer {
  frame.number(text.length / 2, 1)
  for (const byte of Buffer.from(text, 'hex')) frame.number(byte, 1)
  return frame
}

function nextFrame(encoding: Encoding, incoming: Buffer, asked: Request | undefined): NextFrame {
  if (incoming.length === 0) return { kind: 'incomplete' }
  if (!asked) return violation('it sends what was not asked for')
  const command = commandOf(asked)
  const subheader = new Writer(encoding).number(command + REPLY, 1).finish()
  const came = incoming.subarray(0, subheader.length)
  if (!came.equals(subheader.subarray(0, came.length))) return wrongSubheader(encoding, incoming, command)
  const header = wireBytes(encoding, HEADER_BYTES)
  if (incoming.length < header) return { kind: 'incomplete' }
  const endCode = readNumber(encoding, incoming, subheader.length, 1)
  if (endCode === undefined || endCode > END_CODE_MAX) return violation(`its end code ${endCode ?? ''} is none of 1E`)
  const end = header + dataBytes(encoding, asked, endCode)
  if (incoming.length < end) return { kind: 'incomplete' }
  return { kind: 'frame', frame: incoming.subarray(0, end), rest: incoming.subarray(end) }
}

function wrongSubheader(encoding: Encoding, incoming: Buffer, command: number): Violation {
  const [first = 0] = incoming
  if (encoding === 'binary' && (first === 0x38 || first === 0x39)) {
    return otherForm('it answers in ASCII: set PLC and node to the same data code')
  }
  if (encoding === 'ascii' && first === command + REPLY) {
    return otherForm('it answers in binary: set PLC and node to the same data code')
  }
  if (encoding === 'binary' && (first === 0xd0 || first === 0xd4)) {
    return otherForm('it answers with a 3E or 4E frame: choose that frame')
  }
  return violation(
    'it does not answer with 1E frames to what was asked; is it another service, are frame and data code right?',
  )
}

/**
 * A PLC that sends more data than it was asked for leaves some that could look like an answer: nothing is skipped then that may be
 * data. In ASCII these are upper-case hexadecimal digits. In binary any byte may be: only CR and LF are skipped then, before the first
 * answer of a connection also what gateways greet with, 00, FF and text.
 */
function isStray(encoding: Encoding, byte: number, mayBeData: boolean): boolean {
  if (encoding === 'ascii') return !/[0-9A-F]/.test(String.fromCharCode(byte))
  if (byte === CARRIAGE_RETURN || byte === LINE_FEED) return true
  return !mayBeData && (byte === 0x00 || byte === 0xff || (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE))
}

/** On the wire, behind the end code. */
function dataBytes(encoding: Encoding, asked: Request, endCode: number): number {
  if (endCode === WITH_ABNORMAL_CODE) return wireBytes(encoding, 2)
  if (endCode !== 0) return 0
  switch (asked.kind) {
    case 'words':
      return wireBytes(encoding, 2 * asked.words)
    case 'bits':
      // an odd number is filled up ([ADP] 7.5.2): a nibble each, in ASCII a character each
      return wireBytes(encoding, Math.ceil(asked.points / 2))
    case 'loop-back':
      return wireBytes(encoding, 1 + asked.text.length / 2)
    default:
      return 0
  }
}

function decode(encoding: Encoding, frame: Buffer, asked: Request): Reply {
  const whole = nextFrame(encoding, frame, asked)
  if (whole.kind === 'violation') return whole
  if (whole.kind === 'incomplete' || whole.rest.length > 0) return violation(`it answers with ${frame.length} bytes`)
  const endCode = readNumber(encoding, frame, wireBytes(encoding, 1), 1)
  const data = frame.subarray(wireBytes(encoding, HEADER_BYTES))
  if (endCode === undefined) return violation('its end code is no number')
  if (endCode === WITH_ABNORMAL_CODE) {
    // the lower byte comes first, in ASCII too
    const low = readNumber(encoding, data, 0, 1)
    const high = readNumber(encoding, data, wireBytes(encoding, 1), 1)
    return low === undefined || high === undefined
      ? violation('its abnormal code is no number')
      : { kind: 'refused', endCode, abnormalCode: high * 0x100 + low }
  }
  return endCode === 0 ? decodeData(encoding, data, asked) : { kind: 'refused', endCode }
}

function decodeData(encoding: Encoding, data: Buffer, asked: Request): Reply {
  switch (asked.kind) {
    case 'words': {
      const registers = toRegisters(encoding, data)
      return registers ? { kind: 'registers', registers } : violation('its data are no hexadecimal digits')
    }
    case 'bits': {
      const bits = toBits(encoding, data, asked.points)
      return bits ? { kind: 'bits', bits } : violation('its bits are neither on nor off')
    }
    case 'loop-back': {
      const sent = writeLoopBack(new Writer(encoding), asked.text).finish()
      return data.equals(sent) ? { kind: 'echo' } : violation('it does not send back what was sent to it')
    }
    default:
      return violation(`1E has no ${asked.kind}`)
  }
}
