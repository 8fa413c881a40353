// How requests and answers lie on the wire, and which bytes are the answer to the request under way. Nothing in here
// trusts the device; time comes in as an argument.

import type { ModbusConfig } from '../fields'
import { MbapDatagrams, MbapStream } from './mbap-framing'
import type { Asked } from './rtu'
import { RtuFraming } from './rtu-framing'

export type Finding =
  /** To the request under way, as modbus-serial reads it: unit, PDU, CRC. */
  | { kind: 'answer'; rtu: Buffer }
  /** To a request that is over. It was dropped. */
  | { kind: 'late' }
  /** What is no answer to anything was dropped. */
  | { kind: 'noise'; text: string }
  /** The device broke the rules of the protocol: nothing that it sends from here on can be trusted. */
  | { kind: 'violation'; text: string }

/** It outlives its links: what was asked over one may be answered over the next. */
export interface Framing {
  /** A new link: what has come over the last one is void. */
  restart(): void
  /** A read request (function 1 to 4) as modbus-serial writes it, made ready for the wire. It is the one under way from here on. */
  request(rtu: Buffer, nowMs: number): Buffer
  /** The request under way is not waited for any more: its answer, if it comes, is late. */
  giveUp(): void
  receive(chunk: Buffer): Finding[]
  /** Whether an answer to an earlier request could be taken for the one to this. If so it must not be sent. */
  doubts(asked: Asked, nowMs: number): boolean
  /** The next question towards an end of these doubts, ready for the wire. It is the one under way from here on. */
  probe(asked: Asked, nowMs: number): Buffer
}

/** `chance` is from [0, 1). */
export function framingOf({ transport, timeout }: ModbusConfig, chance: () => number): Framing {
  switch (transport) {
    case 'tcp':
      return new MbapStream(chance)
    case 'udp':
      return new MbapDatagrams(chance)
    case 'rtu-over-tcp':
      return new RtuFraming({ timeoutMs: timeout, chance, noiseMax: RTU_OVER_TCP_NOISE_MAX })
    case 'ascii':
    case 'ascii-over-tcp':
    // built by the ASCII framing
    case 'rtu':
      return new RtuFraming({ timeoutMs: timeout, chance, noiseMax: Number.POSITIVE_INFINITY })
  }
}

/** Bytes without an answer among them after which the other end of a socket is no gateway. A line may be noisy for ever. */
const RTU_OVER_TCP_NOISE_MAX = 65_536
