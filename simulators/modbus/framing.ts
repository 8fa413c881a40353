// How a transport of Modbus packs its messages. Inside a simulated device they are all MBAP frames.

import type { Backend, RequestCutter } from '../faults/passage'
import type { Corruptions } from '../faults/reply-script'
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

export const MODBUS_TRANSPORTS = ['tcp', 'rtu-over-tcp', 'udp', 'rtu'] as const
export type ModbusTransport = (typeof MODBUS_TRANSPORTS)[number]

/** @param now monotonic clock, ms */
export function framingOf(transport: ModbusTransport, now: () => number): Framing {
  if (transport === 'rtu' || transport === 'rtu-over-tcp') return { ...rtu, requests: () => new RtuRequests(now) }
  return { ...mbap, requests: transport === 'udp' ? () => datagramRequests : streamedRequests }
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
