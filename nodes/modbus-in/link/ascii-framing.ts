// Modbus ASCII: frames of characters, with the same requests and answers as RTU, and as little to tell them apart by.

import { Noise } from '../../../lib/net/noise'
import { AsciiFrames, asciiLength, toAscii } from './ascii'
import type { Finding, Framing } from './framing'
import { type Asked, CRC_BYTES, garbled, sealed } from './rtu'
import { RtuFraming, type RtuSettings } from './rtu-framing'

export class AsciiFraming implements Framing {
  readonly #rtu: RtuFraming
  readonly #frames = new AsciiFrames()
  readonly #noise: Noise

  constructor(settings: RtuSettings) {
    this.#rtu = new RtuFraming(settings)
    this.#noise = new Noise(settings.noiseMax)
  }

  restart(): void {
    this.#rtu.restart()
    this.#frames.restart()
    this.#noise.restart()
  }

  request(rtu: Buffer, nowMs: number, width = 1): Buffer {
    return toAscii(this.#rtu.request(rtu, nowMs, width))
  }

  giveUp(): string | undefined {
    return this.#rtu.giveUp()
  }

  doubts(asked: Asked, nowMs: number): boolean {
    return this.#rtu.doubts(asked, nowMs)
  }

  probe(asked: Asked, nowMs: number): Buffer {
    return toAscii(this.#rtu.probe(asked, nowMs))
  }

  prove(nowMs: number): Buffer | undefined {
    const frame = this.#rtu.prove(nowMs)
    return frame && toAscii(frame)
  }

  wireBytes(rtuBytes: number): number {
    return asciiLength(rtuBytes)
  }

  receive(chunk: Buffer): Finding[] {
    const { frames, noise } = this.#frames.push(chunk)
    const findings = frames.flatMap(({ body, intact }) => {
      const frame = sealed(Buffer.concat([body, Buffer.alloc(CRC_BYTES)]))
      return this.#rtu.receiveFrame(intact ? frame : garbled(frame))
    })
    if (findings.some(({ kind }) => kind === 'answer' || kind === 'deviation')) this.#noise.restart()
    if (noise > 0) findings.push(this.#noise.add(noise))
    return findings
  }
}
