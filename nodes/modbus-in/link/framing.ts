// How requests and answers lie on the wire, and which bytes are the answer to the request under way. Nothing in here
// trusts the device; time comes in as an argument.

import { SOCKET_NOISE_MAX } from '../../../lib/net/noise'
import type { ModbusConfig } from '../fields'
import { AsciiFraming } from './ascii-framing'
import { MbapDatagrams, MbapStream } from './mbap-transports'
import type { Asked } from './rtu'
import { RtuFraming } from './rtu-framing'

export type Finding =
  /** To the request under way, as modbus-serial reads it: unit, PDU, CRC. */
  | { kind: 'answer'; rtu: Buffer }
  /** An answer to the request under way that no value can be taken from. That request is over. */
  | { kind: 'deviation'; text: string }
  /** To the request under way, or a copy of an earlier answer: the answer to what `prove` gives will show it. */
  | { kind: 'doubtful' }
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
  /**
   * A read request (function 1 to 4) as an RTU frame, made ready for the wire. It is the one under way from here on. `width`: registers
   * that are expected for each address, 1 if absent.
   */
  request(rtu: Buffer, nowMs: number, width?: number): Buffer
  /** The request under way is not waited for any more: its answer, if it comes, is late. Says what came instead of it, if anything. */
  giveUp(): string | undefined
  receive(chunk: Buffer): Finding[]
  /** Whether an answer to an earlier request could be taken for the one to this. If so it must not be sent. */
  doubts(asked: Asked, nowMs: number): boolean
  /** The next question towards an end of these doubts, ready for the wire. It is the one under way from here on. */
  probe(asked: Asked, nowMs: number): Buffer
  /** What to ask beside the request under way when a finding was doubtful, ready for the wire. */
  prove(nowMs: number): Buffer | undefined
  /** Characters on the wire that an RTU frame of so many bytes becomes. */
  wireBytes(rtuBytes: number): number
}

/** `chance` is from [0, 1). */
export function framingOf(config: ModbusConfig, chance: () => number): Framing {
  const { transport, timeout, transactionId, answerUnit } = config
  const settings = { timeoutMs: timeout, chance, anyUnit: answerUnit === 'any' }
  switch (transport) {
    case 'tcp':
      return new MbapStream({ ...settings, anyTransaction: transactionId === 'ignore' })
    case 'udp':
      return new MbapDatagrams({ ...settings, anyTransaction: transactionId === 'ignore' })
    case 'rtu-over-tcp':
      return new RtuFraming({ ...settings, noiseMax: SOCKET_NOISE_MAX })
    case 'rtu':
      return new RtuFraming({ ...settings, noiseMax: Number.POSITIVE_INFINITY })
    case 'ascii-over-tcp':
      return new AsciiFraming({ ...settings, noiseMax: SOCKET_NOISE_MAX })
    case 'ascii':
      return new AsciiFraming({ ...settings, noiseMax: Number.POSITIVE_INFINITY })
  }
}
