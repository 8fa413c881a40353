// A device of every slowness in simulated time, and somebody who asks it like a connection does, over any wire whose frames
// do not tell which request they answer.

import { type Framing, framingOf } from '../../../nodes/modbus-in/link/framing'
import { type Asked, rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { asciiFrame, readAscii } from '../../../simulators/modbus/ascii-frame'
import { mbapFrame, transactionOf, unitAndPduOf } from '../../../simulators/modbus/mbap-frame'
import { configOf, registers } from './config'
import { withCrc } from './raw-device'

export const TIMEOUT_MS = 1000
export const EIGHT = ['echo', 'exception', 'silence'] as const
export type Eight = (typeof EIGHT)[number]

export type Fate = { delayMs: number; lost: boolean; garbled: boolean }
export const WELL: Fate = { delayMs: 20, lost: false, garbled: false }

/** How unit and PDU are packed. */
export type Wire = {
  properties: object
  unpack(request: Buffer): Buffer
  pack(unitAndPdu: Buffer, request: Buffer): Buffer
  garble(frame: Buffer): Buffer
}

const lastByteWrong = (frame: Buffer): Buffer =>
  Buffer.concat([frame.subarray(0, -1), Buffer.of((frame.at(-1) ?? 0) ^ 255)])
/** There is no checksum that could be wrong: it is lost. */
const lost = (): Buffer => Buffer.alloc(0)
let counter = 0

export const WIRES = {
  rtu: {
    properties: { transport: 'rtu', serialPort: 'x' },
    unpack: (request) => request.subarray(0, -2),
    pack: withCrc,
    garble: lastByteWrong,
  },
  ascii: {
    properties: { transport: 'ascii', serialPort: 'x' },
    unpack: (request) => readAscii(request) ?? Buffer.alloc(0),
    pack: asciiFrame,
    garble: (frame) =>
      Buffer.from(frame.toString('latin1').replace(/.\r\n$/, (end) => (end[0] === '0' ? '1' : '0') + end.slice(1))),
  },
  'a gateway that always says transaction 0': {
    properties: { transport: 'tcp' },
    unpack: unitAndPduOf,
    pack: (unitAndPdu) => mbapFrame(0, unitAndPdu),
    garble: lost,
  },
  'a gateway that sometimes says transaction 0': {
    properties: { transport: 'tcp' },
    unpack: unitAndPduOf,
    pack: (unitAndPdu, request) => mbapFrame(transactionOf(request) % 3 === 0 ? 0 : transactionOf(request), unitAndPdu),
    garble: lost,
  },
  'a gateway that counts by itself': {
    properties: { transport: 'tcp', transactionId: 'ignore' },
    unpack: unitAndPduOf,
    pack: (unitAndPdu) => mbapFrame(++counter, unitAndPdu),
    garble: lost,
  },
} as const satisfies Record<string, Wire>

/** Answers in order, each request once; the first register of an answer is the number of the request. */
export class SlowDevice {
  readonly #wire: Wire
  readonly #eight: Eight
  readonly #coming: { atMs: number; bytes: Buffer }[] = []
  #freeAtMs = 0
  requests = 0

  constructor(wire: Wire, eight: Eight) {
    this.#wire = wire
    this.#eight = eight
  }

  ask(request: Buffer, nowMs: number, { delayMs, lost, garbled }: Fate): void {
    const asked = this.#wire.unpack(request)
    const isEight = asked[1] === 8
    this.requests++
    if (lost || (isEight && this.#eight === 'silence')) return
    const answer = isEight ? (this.#eight === 'echo' ? asked : Buffer.of(1, 0x88, 1)) : this.#answer(asked)
    const bytes = this.#wire.pack(answer, request)
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs + delayMs)
    this.#coming.push({ atMs: this.#freeAtMs, bytes: garbled ? this.#wire.garble(bytes) : bytes })
  }

  /** What has come by then, one after the other. */
  heardUntil(ms: number): { atMs: number; bytes: Buffer } | undefined {
    const [first] = this.#coming
    return first && first.atMs <= ms ? this.#coming.shift() : undefined
  }

  #answer(asked: Buffer): Buffer {
    const words = asked.readUInt16BE(4)
    const answer = Buffer.alloc(3 + words * 2)
    answer.set([1, 3, words * 2])
    answer.writeUInt16BE(this.requests, 3)
    return answer
  }
}

/** Asks like a connection does; gives the number that came for each request and the one that should have. */
export class Asker {
  readonly #framing: Framing
  readonly #device: SlowDevice
  nowMs = 0

  constructor(wire: Wire, eight: Eight) {
    this.#framing = framingOf(configOf(registers(1), { ...wire.properties, timeout: TIMEOUT_MS }), () => 0)
    this.#device = new SlowDevice(wire, eight)
  }

  ask(asked: Asked, fate: Fate): 'silence' | 'right' | 'wrong' {
    if (this.#framing.doubts(asked, this.nowMs)) {
      this.#device.ask(this.#framing.probe(asked, this.nowMs), this.nowMs, fate)
      this.#wait((framing) => !framing.doubts(asked, this.nowMs))
      this.#framing.giveUp()
      if (this.#framing.doubts(asked, this.nowMs)) return 'silence'
    }
    const frame = rtuFrame(asked.unit, asked.functionCode, asked.address, asked.count)
    this.#device.ask(this.#framing.request(frame, this.nowMs), this.nowMs, fate)
    const number = this.#device.requests
    const rtu = this.#wait((_, answer) => answer)
    if (rtu) return rtu.readUInt16BE(3) === number ? 'right' : 'wrong'
    this.#framing.giveUp()
    return 'silence'
  }

  pause(ms: number): void {
    this.#wait(() => false, ms)
  }

  #wait<T>(
    done: (framing: Framing, answer: Buffer | undefined) => T | false | undefined,
    ms = TIMEOUT_MS,
  ): T | undefined {
    const endsAtMs = this.nowMs + ms
    for (let heard = this.#device.heardUntil(endsAtMs); heard; heard = this.#device.heardUntil(endsAtMs)) {
      this.nowMs = Math.max(this.nowMs, heard.atMs)
      const [answer] = this.#framing.receive(heard.bytes).filter(({ kind }) => kind === 'answer')
      const result = done(this.#framing, answer && 'rtu' in answer ? answer.rtu : undefined)
      if (result) return result
    }
    this.nowMs = endsAtMs
    return undefined
  }
}
