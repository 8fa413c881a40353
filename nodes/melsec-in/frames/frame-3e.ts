// QnA-compatible 3E frames and 4E frames (also called SLMP): 4E is 3E with a serial number, which the PLC repeats.
//
// MELSEC Communication Protocol Reference Manual SH(NA)-080008 [COM], 5.2 "Message format", 5.3 "Details of setting data":
//   request  subheader 5000, 4E: 5400, serial, 0000 | route | length | monitoring timer | command | subcommand | data
//   reply    subheader D000, 4E: D400, serial, 0000 | route | length | end code | data, or error information
// length counts the bytes (ASCII: characters) behind it. The subheader is the same in both notations, high byte first.

import type { Encoding, Plc } from '../series'
import type { Codec } from './codec'
import { decodeData, writeCommand } from './commands-3e'
import type { NextFrame } from './next-frame'
import { readNumber, Writer, wireBytes } from './notation'
import { checkRequest } from './point-codes'
import {
  deviation,
  otherForm,
  type Refusal,
  type Reply,
  type Request,
  type Route,
  type Violation,
  violation,
} from './request'

type Layout = {
  encoding: Encoding
  name: '3E' | '4E'
  request: string
  reply: string
  /** Bytes in binary from the start to the serial, to the route, to the length, to behind it. */
  serialAt: number | undefined
  routeAt: number
  lengthAt: number
  headerBytes: number
}

const ROUTE_BYTES = 5
const END_CODE_BYTES = 2
/** Route, command, subcommand. */
const ERROR_INFORMATION_BYTES = ROUTE_BYTES + 4
/** The longest answer there is: 7168 bits, a nibble each, of ASCII as many words as that are bytes. */
const LENGTH_MAX = END_CODE_BYTES + 7168 / 2

export function frame3E(plc: Plc, route: Route, monitoringTimer: number): Codec {
  const layout = layoutOf(plc)
  return {
    encode: (request, serial) => encode(plc, layout, route, monitoringTimer, request, serial),
    nextFrame: (incoming) => nextFrame(layout, incoming),
    isStray: () => true,
    serialOf: (frame) => serialOf(layout, frame),
    decode: (frame, asked, serial) => decode(layout, route, frame, asked, serial),
  }
}

function layoutOf({ frame, encoding }: Plc): Layout {
  const numbered = frame === '4E'
  const routeAt = numbered ? 6 : 2
  return {
    encoding,
    name: numbered ? '4E' : '3E',
    request: numbered ? '5400' : '5000',
    reply: numbered ? 'D400' : 'D000',
    serialAt: numbered ? 2 : undefined,
    routeAt,
    lengthAt: routeAt + ROUTE_BYTES,
    headerBytes: routeAt + ROUTE_BYTES + 2,
  }
}

function encode(
  plc: Plc,
  { encoding, request: subheader, serialAt }: Layout,
  { network, pc, moduleIo, station }: Route,
  monitoringTimer: number,
  request: Request,
  serial: number,
): Buffer {
  checkRequest(plc, request)
  const body = new Writer(encoding).number(monitoringTimer, 2)
  writeCommand(body, plc, request)
  const frame = new Writer(encoding).characters(subheaderCharacters(encoding, subheader))
  if (serialAt !== undefined) frame.number(serial, 2).number(0, 2)
  return frame
    .number(network, 1)
    .number(pc, 1)
    .number(moduleIo, 2)
    .number(station, 1)
    .number(body.length, 2)
    .append(body)
    .finish()
}

function subheaderCharacters(encoding: Encoding, subheader: string): string {
  return encoding === 'ascii' ? subheader : Buffer.from(subheader, 'hex').toString('latin1')
}

function nextFrame(layout: Layout, incoming: Buffer): NextFrame {
  const { encoding, lengthAt, headerBytes } = layout
  const wrong = checkSubheader(layout, incoming)
  if (wrong) return wrong
  const header = wireBytes(encoding, headerBytes)
  if (incoming.length < header) return { kind: 'incomplete' }
  const length = readNumber(encoding, incoming, wireBytes(encoding, lengthAt), 2)
  const least = wireBytes(encoding, END_CODE_BYTES)
  const most = wireBytes(encoding, LENGTH_MAX)
  if (length === undefined || length < least || length > most) {
    return violation(`it announces ${length ?? 'no number of'} bytes, ${layout.name} replies have ${least} to ${most}`)
  }
  const end = header + length
  if (incoming.length < end) return { kind: 'incomplete' }
  return { kind: 'frame', frame: incoming.subarray(0, end), rest: incoming.subarray(end) }
}

/** What is wrong with the first bytes, as many as there are. */
function checkSubheader({ encoding, name, reply }: Layout, incoming: Buffer): Violation | undefined {
  const expected = Buffer.from(subheaderCharacters(encoding, reply), 'latin1')
  const came = incoming.subarray(0, expected.length)
  if (came.equals(expected.subarray(0, came.length))) return undefined
  const first = came.toString('latin1')
  if (encoding === 'binary' && /^D([04]|$)/.test(first)) {
    return otherForm('it answers in ASCII: set PLC and node to the same data code')
  }
  if (encoding === 'ascii' && (incoming[0] === 0xd0 || incoming[0] === 0xd4)) {
    return otherForm('it answers in binary: set PLC and node to the same data code')
  }
  const other = name === '4E' ? '3E' : '4E'
  const otherReply = subheaderCharacters(encoding, other === '4E' ? 'D400' : 'D000')
  if (otherReply.startsWith(first)) {
    return otherForm(`it answers with ${other} frames, asked was with ${name}: choose ${other}`)
  }
  return violation(`it does not answer with ${name} frames; is it another service, are frame and data code right?`)
}

function serialOf({ encoding, serialAt }: Layout, frame: Buffer): number | undefined {
  return serialAt === undefined ? undefined : readNumber(encoding, frame, wireBytes(encoding, serialAt), 2)
}

function decode(layout: Layout, route: Route, frame: Buffer, asked: Request, serial: number): Reply {
  const { encoding, routeAt, headerBytes } = layout
  const answered = serialOf(layout, frame)
  if (layout.serialAt !== undefined) {
    if (answered !== serial)
      return violation(`it answers request ${answered ?? 'without a number'}, asked was ${serial}`)
    const reserved = readNumber(encoding, frame, wireBytes(encoding, layout.serialAt + 2), 2)
    if (reserved !== 0) return deviation('its serial number is not followed by 0000')
  }
  const wrongRoute = checkRoute(readRoute(encoding, frame, wireBytes(encoding, routeAt)), route)
  if (wrongRoute !== undefined) return deviation(wrongRoute)
  const endCode = readNumber(encoding, frame, wireBytes(encoding, headerBytes), END_CODE_BYTES)
  if (endCode === undefined) return deviation('its end code is no number')
  const data = frame.subarray(wireBytes(encoding, headerBytes + END_CODE_BYTES))
  return endCode === 0 ? decodeData(encoding, data, asked) : refusal(encoding, endCode, data)
}

function readRoute(encoding: Encoding, bytes: Buffer, at: number): Route | undefined {
  const network = readNumber(encoding, bytes, at, 1)
  const pc = readNumber(encoding, bytes, at + wireBytes(encoding, 1), 1)
  const moduleIo = readNumber(encoding, bytes, at + wireBytes(encoding, 2), 2)
  const station = readNumber(encoding, bytes, at + wireBytes(encoding, 4), 1)
  if (network === undefined || pc === undefined || moduleIo === undefined || station === undefined) return undefined
  return { network, pc, moduleIo, station }
}

function checkRoute(answered: Route | undefined, asked: Route): string | undefined {
  if (!answered) return 'its route is no number'
  const same =
    answered.network === asked.network &&
    answered.pc === asked.pc &&
    answered.moduleIo === asked.moduleIo &&
    answered.station === asked.station
  return same
    ? undefined
    : `it answers for ${describeRoute(answered)}, asked was ${describeRoute(asked)}; are network, PC, module IO and station right?`
}

/** `network 0, PC 255, module IO 03FF, station 0`. */
function describeRoute({ network, pc, moduleIo, station }: Route): string {
  const io = moduleIo.toString(16).toUpperCase().padStart(4, '0')
  return `network ${network}, PC ${pc}, module IO ${io}, station ${station}`
}

/** [COM] 5.3 "Error information"; a PLC that does not tell it refuses all the same. */
function refusal(encoding: Encoding, endCode: number, data: Buffer): Refusal {
  if (data.length !== wireBytes(encoding, ERROR_INFORMATION_BYTES)) return { kind: 'refused', endCode }
  const by = readRoute(encoding, data, 0)
  const command = readNumber(encoding, data, wireBytes(encoding, ROUTE_BYTES), 2)
  const subcommand = readNumber(encoding, data, wireBytes(encoding, ROUTE_BYTES + 2), 2)
  if (!by || command === undefined || subcommand === undefined) return { kind: 'refused', endCode }
  return { kind: 'refused', endCode, by: { ...by, command, subcommand } }
}
