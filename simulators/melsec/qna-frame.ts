// 3E and 4E messages as the PLC answers them (SH-080008, 5.2 and 5.3; 4E is 3E with a serial number).

import { type Place, readBits, readRandom, readWords } from './access'
import { deviceOfCode, deviceOfText, devices } from './devices'
import { EndCode } from './end-code'
import { bitField, FieldReader, NotConvertible, numberField, TooShort } from './fields'
import type { Plc } from './plc'
import type { Encoding, Frame } from './series'

export type QnaFrame = Exclude<Frame, '1E'>

/** As text, which ASCII messages begin with; binary ones with its bytes. */
export const subheaders = {
  '3E': { request: '5000', reply: 'D000' },
  '4E': { request: '5400', reply: 'D400' },
} as const satisfies Record<QnaFrame, { request: string; reply: string }>

/** Bytes of the fields before and with the length; in ASCII twice as many characters. */
const SUBHEADER = 2
const SERIAL: Record<QnaFrame, number> = { '3E': 0, '4E': 4 }
const ROUTE = 5
const LENGTH = 2

/** Not convertible to binary: the port is set to ASCII, and this is something else (QnUCPU manual, 5.1.4). */
const NO_TEXT = 0xc050
const NO_COMMAND = 0xc059
const NOT_FOR_THIS_CPU = 0xc05f
/** The request's length does not match its data. */
const WRONG_LENGTH = 0xc061
const LOCKED = 0xc201
/** Writing while the CPU runs is disabled. */
const NO_WRITING = 0x0055
/** The CPU took longer than the monitoring timer allows; known of 1E (FX3U-ENET manual), taken to be the same here. */
const TIME_OVER = 0x0060

export function widthOf(size: number, encoding: Encoding): number {
  return encoding === 'binary' ? size : 2 * size
}

/** Where the fields of a message are. */
export function layoutOf(frame: QnaFrame, encoding: Encoding) {
  const width = (size: number) => widthOf(size, encoding)
  const serial = width(SUBHEADER)
  const route = serial + width(SERIAL[frame])
  const length = route + width(ROUTE)
  return { serial, route, length, body: length + width(LENGTH) }
}

/** The length of the message that begins `bytes`, undefined while it cannot be told; NaN for text that is no number. */
export function messageLength(bytes: Buffer, frame: QnaFrame, encoding: Encoding): number | undefined {
  const { length, body } = layoutOf(frame, encoding)
  if (bytes.length < body) return undefined
  try {
    return body + new FieldReader(bytes.subarray(length), encoding).number(LENGTH)
  } catch {
    return Number.NaN
  }
}

/** CPU, own or number 1 of a multiple CPU system; network and station numbers 0, PC number FF: the connected station. */
const OWN_CPU: readonly number[] = [0x03ff, 0x03e0]
const OWN_STATION = 0xff

/** @param request one whole message */
export function answerQna(plc: Plc, request: Buffer, frame: QnaFrame, encoding: Encoding): Buffer {
  const { route, length, body } = layoutOf(frame, encoding)
  const reader = new FieldReader(request.subarray(body), encoding)
  try {
    const said = new FieldReader(request.subarray(length), encoding).number(LENGTH)
    reader.number(2)
    const asked = { command: reader.number(2), subcommand: reader.number(2) }
    if (said !== request.length - body) throw new TooShort('length')
    checkRoute(plc, new FieldReader(request.subarray(route), encoding))
    return replyTo(request, frame, encoding, 0, serve(plc, asked, reader))
  } catch (error) {
    return errorReply(request, frame, encoding, endCodeOf(error))
  }
}

/** The monitoring timer of a request, in 250 ms. */
export function timerQna(request: Buffer, frame: QnaFrame, encoding: Encoding): number {
  return new FieldReader(request.subarray(layoutOf(frame, encoding).body), encoding).number(2)
}

export function lateQna(request: Buffer, frame: QnaFrame, encoding: Encoding): Buffer {
  return errorReply(request, frame, encoding, TIME_OVER)
}

/** To a request that nothing can be made of, on a port for ASCII: its error code, as from the connected station. */
export function refuseAsText(): Buffer {
  const route = '00FF03FF00'
  return Buffer.from(`${subheaders['3E'].reply}${route}0016${hex4(NO_TEXT)}${route}00000000`, 'latin1')
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0')
}

/** With where the error is from and what was asked (SH-080008, 5.3 "Error information"). */
export function errorReply(request: Buffer, frame: QnaFrame, encoding: Encoding, endCode: number): Buffer {
  const { route, length, body } = layoutOf(frame, encoding)
  const width = widthOf(2, encoding)
  const commands = Buffer.alloc(2 * width, encoding === 'binary' ? 0 : '0')
  request.copy(commands, 0, body + width, body + 3 * width)
  return replyTo(request, frame, encoding, endCode, Buffer.concat([request.subarray(route, length), commands]))
}

function replyTo(request: Buffer, frame: QnaFrame, encoding: Encoding, endCode: number, data: Buffer): Buffer {
  const { serial, length } = layoutOf(frame, encoding)
  const subheader = Buffer.from(subheaders[frame].reply, encoding === 'binary' ? 'hex' : 'latin1')
  const code = numberField(endCode, 2, encoding)
  return Buffer.concat([
    subheader,
    request.subarray(serial, length),
    numberField(code.length + data.length, LENGTH, encoding),
    code,
    data,
  ])
}

function endCodeOf(error: unknown): number {
  if (error instanceof EndCode) return error.code
  if (error instanceof NotConvertible) return NO_TEXT
  if (error instanceof TooShort) return WRONG_LENGTH
  throw error
}

function checkRoute(plc: Plc, reader: FieldReader): void {
  const [network, station, moduleIo, multidrop] = [1, 1, 2, 1].map((size) => reader.number(size))
  if (network !== 0) throw new EndCode(plc.series.endCodes.otherNetwork)
  if (station !== OWN_STATION || moduleIo === undefined || !OWN_CPU.includes(moduleIo) || multidrop !== 0)
    throw new EndCode(NOT_FOR_THIS_CPU)
}

type Asked = { command: number; subcommand: number }

function serve(plc: Plc, { command, subcommand }: Asked, reader: FieldReader): Buffer {
  if (plc.isLocked) throw new EndCode(LOCKED)
  const { tellsType, loopsBack, isWide } = plc.series
  switch (command) {
    case 0x0401: {
      if (subcommand > (isWide ? 3 : 1)) throw new EndCode(NO_COMMAND)
      return subcommand % 2 === 1 ? batchBits(plc, subcommand > 1, reader) : batchWords(plc, subcommand > 1, reader)
    }
    case 0x0403:
      if (plc.randomEndCode !== undefined) throw new EndCode(plc.randomEndCode)
      if (subcommand !== 0 && !(isWide && subcommand === 2)) throw new EndCode(NO_COMMAND)
      return random(plc, subcommand === 2, reader)
    case 0x0101:
      if (!tellsType[plc.endpoint] || subcommand !== 0) throw new EndCode(NO_COMMAND)
      nothingLeft(reader)
      return Buffer.concat([
        Buffer.from(plc.model.name.padEnd(16), 'latin1'),
        numberField(plc.model.code, 2, reader.encoding),
      ])
    case 0x0619:
      if (!loopsBack[plc.endpoint] || subcommand !== 0) throw new EndCode(NO_COMMAND)
      return loopBack(reader)
    case 0x1401:
    case 0x1402:
    case 0x1406:
      throw new EndCode(NO_WRITING)
    default:
      throw new EndCode(NO_COMMAND)
  }
}

function batchBits(plc: Plc, wide: boolean, reader: FieldReader): Buffer {
  const place = placeOf(reader, wide)
  const points = reader.number(2)
  nothingLeft(reader)
  return bitField(readBits(plc, place, points, reader.encoding), reader.encoding)
}

function batchWords(plc: Plc, wide: boolean, reader: FieldReader): Buffer {
  const place = placeOf(reader, wide)
  const points = reader.number(2)
  nothingLeft(reader)
  const words = readWords(plc, place, points, reader.encoding)
  return Buffer.concat(words.map((word) => numberField(word, 2, reader.encoding)))
}

function random(plc: Plc, wide: boolean, reader: FieldReader): Buffer {
  const wordCount = reader.number(1)
  const doubleCount = reader.number(1)
  const places = (count: number): Place[] => Array.from({ length: count }, () => placeOf(reader, wide))
  const wordPlaces = places(wordCount)
  const doublePlaces = places(doubleCount)
  nothingLeft(reader)
  const { words, doubles } = readRandom(plc, wordPlaces, doublePlaces)
  return Buffer.concat([
    ...words.map((word) => numberField(word, 2, reader.encoding)),
    ...doubles.map((double) => numberField(double, 4, reader.encoding)),
  ])
}

const LOOP_MAX = 960

/** SH-080008, 11.4: 1 to 960 of the characters 0 to 9 and A to F, sent back as they came. */
function loopBack(reader: FieldReader): Buffer {
  const count = reader.number(2)
  const data = reader.rest()
  if (count !== data.length || count < 1 || count > LOOP_MAX) throw new TooShort('loop-back data')
  return Buffer.concat([numberField(count, 2, reader.encoding), data])
}

function placeOf(reader: FieldReader, wide: boolean): Place {
  if (reader.encoding === 'binary') {
    const number = reader.number(wide ? 4 : 3)
    return { device: deviceOfCode(reader.number(wide ? 2 : 1)), number }
  }
  const device = deviceOfText(reader.raw(wide ? 4 : 2).toString('latin1'), wide)
  return { device, number: reader.digits(wide ? 8 : 6, device ? devices[device].base : 16) }
}

function nothingLeft(reader: FieldReader): void {
  if (reader.left > 0) throw new TooShort(`${reader.left} left`)
}
