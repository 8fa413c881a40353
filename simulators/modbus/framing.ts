// How a transport of Modbus packs its messages. Inside a simulated device they are all MBAP frames.

import type { Backend, RequestCutter } from '../faults/passage'
import type { Corruptions } from '../faults/reply-script'
import { AsciiRequests, asciiCorruptions, asciiFrame, readAscii } from './ascii-frame'
import { datagramRequests, mbapCorruptions, mbapFrame, streamedRequests, unitAndPduOf } from './mbap-frame'
import { RtuRequests, rtuCorruptions, seal, unseal } from './rtu-frame'

export type Framing = {
  /** A new one for each client. */
  requests(): RequestCutter
  unitOf(request: Buffer): number
  corruptions: Corruptions
  /** Lets a client of this framing ask a backend of MBAP frames. */
  before(backend: Backend): Backend
  isSerial: boolean
}

export const MODBUS_TRANSPORTS = ['tcp', 'rtu-over-tcp', 'udp', 'rtu', 'ascii', 'ascii-over-tcp'] as const
export type ModbusTransport = (typeof MODBUS_TRANSPORTS)[number]

/** @param now monotonic clock, ms */
export function framingOf(transport: ModbusTransport, now: () => number): Framing {
  switch (transport) {
    case 'tcp':
      return { ...mbap, requests: streamedRequests }
    case 'udp':
      return { ...mbap, requests: () => datagramRequests }
    case 'rtu':
    case 'rtu-over-tcp':
      return { ...rtu, requests: () => new RtuRequests(now) }
    case 'ascii':
    case 'ascii-over-tcp':
      return { ...ascii, requests: () => new AsciiRequests() }
  }
}

/** At the end of a serial line, and not of a socket. */
export function isLine(transport: ModbusTransport): boolean {
  return transport === 'rtu' || transport === 'ascii'
}

const mbap = {
  unitOf: (request: Buffer) => unitAndPduOf(request).readUInt8(0),
  corruptions: mbapCorruptions,
  before: (backend: Backend) => backend,
  isSerial: false,
}

const rtu = {
  unitOf: (request: Buffer) => request.readUInt8(0),
  corruptions: rtuCorruptions,
  before: (backend: Backend): Backend => ({
    async ask(request) {
      const reply = await backend.ask(mbapFrame(0, unseal(request)))
      return reply && seal(unitAndPduOf(reply))
    },
    close: () => backend.close(),
  }),
  isSerial: true,
}

const ascii = {
  unitOf: (request: Buffer) => unitAndPduIn(request).readUInt8(0),
  corruptions: asciiCorruptions,
  before: (backend: Backend): Backend => ({
    async ask(request) {
      const reply = await backend.ask(mbapFrame(0, unitAndPduIn(request)))
      return reply && asciiFrame(unitAndPduOf(reply))
    },
    close: () => backend.close(),
  }),
  isSerial: true,
}

/** Of a request that was found. */
function unitAndPduIn(request: Buffer): Buffer {
  const unitAndPdu = readAscii(request)
  if (!unitAndPdu) throw new RangeError('no frame of Modbus ASCII')
  return unitAndPdu
}
