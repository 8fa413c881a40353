// 1E messages as the PLC answers them (FX3U-ENET-ADP manual, 7.3 to 7.7 and 9.3.2; SH-080008, 18; QnUCPU manual, 5.1.4).

import { wordsOfBits } from './access'
import { type DeviceName, deviceOfLetters, devices } from './devices'
import { EndCode } from './end-code'
import { bitField, FieldReader, NotConvertible, numberField, TooShort } from './fields'
import { NoAnswer } from './no-answer'
import type { Plc } from './plc'
import type { Encoding } from './series'

const BIT_READ = 0x00
const WORD_READ = 0x01
const TYPE_READ = 0x15
const LOOP_BACK = 0x16
/** Bit and word write, random ones. */
const WRITES: readonly number[] = [0x02, 0x03, 0x04, 0x05]

const NO_COMMAND = 0x50
const NO_TEXT = 0x54
const NO_WRITING = 0x55
const NO_DEVICE = 0x56
const WRONG_POINTS = 0x57
const WRONG_HEAD = 0x58
/** The CPU took longer than the monitoring timer allows. */
const TIME_OVER = 0x60
/** The abnormal code follows, two bytes, the lower one first in ASCII too (SH-080008 of 2009, 6.1). */
const ABNORMAL = 0x5b
const WRONG_PC = 0x0010
const LOCKED = 0xc201
const OWN_PC = 0xff
const REPLY = 0x80
const LOOP_MAX = 254
const ALL_256 = 256
const NOTHING = Buffer.alloc(0)

/** Subheader, PC number, monitoring timer; then head device, its name, points, 00. */
const HEADER = 4
const READ = HEADER + 8

/** Of the message that begins `bytes`; undefined while it cannot be told, NaN when it never can. */
export function messageLength1E(bytes: Buffer, encoding: Encoding): number | undefined {
  const unit = encoding === 'binary' ? 1 : 2
  const reader = new FieldReader(bytes, encoding)
  try {
    const command = reader.number(1)
    if (command === BIT_READ || command === WORD_READ) return READ * unit
    if (command === TYPE_READ) return HEADER * unit
    if (command !== LOOP_BACK) return Number.NaN
    reader.raw((HEADER - 1) * unit)
    return (HEADER + 1 + reader.number(1)) * unit
  } catch (error) {
    return error instanceof TooShort ? undefined : Number.NaN
  }
}

/** Whether this is the first byte of a 1E message (SH-080008, 18.2 "Subheader"). */
export function is1E(subheader: number): boolean {
  return subheader <= 0x09 || (subheader >= 0x13 && subheader <= 0x1b) || subheader === 0x3b || subheader === 0x3c
}

/** @param request one whole message, or all that came when its end cannot be told */
export function answer1E(plc: Plc, request: Buffer, encoding: Encoding): Buffer {
  const reader = new FieldReader(request, encoding)
  let command = 0
  try {
    command = reader.number(1)
    const station = reader.number(1)
    reader.number(2)
    if (station !== OWN_PC) return reply1E(command, ABNORMAL, encoding, abnormal(WRONG_PC, encoding))
    if (plc.isLocked) return reply1E(command, ABNORMAL, encoding, abnormal(LOCKED, encoding))
    return reply1E(command, 0, encoding, serve(plc, command, reader))
  } catch (error) {
    return reply1E(command, codeOf(error), encoding)
  }
}

/** The monitoring timer of a request, in 250 ms. */
export function timer1E(request: Buffer, encoding: Encoding): number {
  const reader = new FieldReader(request, encoding)
  reader.raw(encoding === 'binary' ? 2 : 4)
  return reader.number(2)
}

export function late1E(request: Buffer, encoding: Encoding): Buffer {
  return reply1E(new FieldReader(request, encoding).number(1), TIME_OVER, encoding)
}

/** To a request that nothing can be made of, on a port for ASCII. */
export function refuse1EAsText(): Buffer {
  return reply1E(0, NO_TEXT, 'ascii')
}

/** To a request whose subheader is none: the first byte with 80 added, and 50. */
export function refuseSubheader(request: Buffer): Buffer {
  return Buffer.from([(request[0] ?? 0) | REPLY, NO_COMMAND])
}

function reply1E(command: number, code: number, encoding: Encoding, data?: Buffer): Buffer {
  return Buffer.concat([numberField(command | REPLY, 1, encoding), numberField(code, 1, encoding), data ?? NOTHING])
}

function abnormal(code: number, encoding: Encoding): Buffer {
  return Buffer.concat([numberField(code & 0xff, 1, encoding), numberField(code >> 8, 1, encoding)])
}

function codeOf(error: unknown): number {
  if (error instanceof EndCode) return error.code
  if (error instanceof NotConvertible) return NO_TEXT
  if (error instanceof TooShort) return WRONG_POINTS
  throw error
}

function serve(plc: Plc, command: number, reader: FieldReader): Buffer {
  const { encoding } = reader
  switch (command) {
    case BIT_READ: {
      const { device, number, points } = readOf(plc, reader)
      if (devices[device].kind !== 'bit') throw new EndCode(WRONG_HEAD)
      if (points > plc.series.points1E.bits) throw new EndCode(WRONG_POINTS)
      const bits = numbers(plc, device, number, points)
      // an odd number is filled up, in ASCII too
      return bitField(bits.length % 2 === 0 ? bits : [...bits, 0], encoding)
    }
    case WORD_READ: {
      const words = wordsOf(plc, readOf(plc, reader))
      return Buffer.concat(words.map((word) => numberField(word, 2, encoding)))
    }
    case TYPE_READ:
      return Buffer.concat([numberField(plc.model.code & 0xff, 1, encoding), numberField(0, 1, encoding)])
    case LOOP_BACK: {
      const count = reader.number(1)
      const data = reader.rest()
      if (count < 1 || count > LOOP_MAX) throw new EndCode(WRONG_POINTS)
      return Buffer.concat([numberField(count, 1, encoding), data])
    }
    default:
      throw new EndCode(WRITES.includes(command) ? NO_WRITING : NO_COMMAND)
  }
}

type Read = { device: DeviceName; number: number; points: number }

/** Binary has the number before the name, ASCII behind it; numbers are hexadecimal whatever the device. */
function readOf(plc: Plc, reader: FieldReader): Read {
  const isBinary = reader.encoding === 'binary'
  const first = reader.number(isBinary ? 4 : 2)
  const second = reader.number(isBinary ? 2 : 4)
  const [number, letters] = isBinary ? [first, second] : [second, first]
  const points = reader.number(1) || ALL_256
  reader.number(1)
  if (reader.left > 0) throw new EndCode(WRONG_POINTS)
  const device = deviceOfLetters(letters)
  if (!device || !plc.memory.has(device)) throw new EndCode(NO_DEVICE)
  return { device, number, points }
}

const WORD_BITS = 16

function wordsOf(plc: Plc, { device, number, points }: Read): number[] {
  const { points1E, longCountersFrom } = plc.series
  const isBits = devices[device].kind === 'bit'
  if (points > (isBits ? points1E.bitWords : points1E.words)) throw new EndCode(WRONG_POINTS)
  if (isBits) {
    if (number % WORD_BITS !== 0) throw new EndCode(WRONG_HEAD)
    return wordsOfBits(numbers(plc, device, number, points * WORD_BITS))
  }
  if (device !== 'CN' || number < longCountersFrom) {
    if (device === 'CN' && number + points > longCountersFrom) throw new EndCode(WRONG_POINTS)
    return numbers(plc, device, number, points)
  }
  if (points % 2 !== 0) throw new EndCode(WRONG_POINTS)
  const values = numbers(plc, device, number, points / 2)
  return values.flatMap((value) => [value % 0x1_0000, Math.floor(value / 0x1_0000)])
}

function numbers(plc: Plc, device: DeviceName, number: number, count: number): number[] {
  const { memory } = plc
  if (!memory.exists(device, number)) throw new EndCode(WRONG_HEAD)
  if (!memory.exists(device, number, count)) throw new EndCode(WRONG_POINTS)
  const refusal = memory.refusalOf(device, number, count)
  if (refusal?.how) throw new NoAnswer(refusal.how)
  if (refusal) throw new EndCode((refusal.endCode ?? WRONG_POINTS) & 0xff)
  return memory.look().read(device, number, count)
}
