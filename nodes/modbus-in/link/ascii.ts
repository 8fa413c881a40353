// Modbus ASCII on the wire. MODBUS over Serial Line V1.02, 2.5.2 and 6.2.1: a colon; unit, PDU and LRC in two hexadecimal digits
// for each byte; carriage return and line feed. 513 characters at most, as the PDU has 253 bytes as everywhere.

import { CRC_BYTES } from './rtu'

const COLON = 0x3a
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
/** Unit, PDU and LRC. */
const BYTES_MAX = 255
/** Unit, function, LRC. */
const BYTES_MIN = 3

/** An RTU frame in characters. */
export function toAscii(rtu: Buffer): Buffer {
  const body = rtu.subarray(0, -CRC_BYTES)
  const digits = Buffer.concat([body, Buffer.of(lrcOf(body))]).toString('hex')
  return Buffer.from(`:${digits.toUpperCase()}\r\n`, 'latin1')
}

/** Characters that an RTU frame of so many bytes becomes: LRC for CRC, two for each byte, and three around them. */
export function asciiLength(rtuBytes: number): number {
  return 2 * (rtuBytes - 1) + 3
}

/** The two's complement of the sum of all bytes. */
function lrcOf(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff
}

export type AsciiFrame = { body: Buffer; intact: boolean }

/** Finds frames in a stream of characters. Each begins at a colon and ends at a carriage return, or at a line feed where that is all. */
export class AsciiFrames {
  /** Values of the digits since the colon; undefined outside of a frame. */
  #digits: number[] | undefined

  restart(): void {
    this.#digits = undefined
  }

  /** What is between frames is counted as noise; carriage returns and line feeds are nothing. */
  push(chunk: Buffer): { frames: AsciiFrame[]; noise: number } {
    const frames: AsciiFrame[] = []
    let noise = 0
    for (const character of chunk) {
      const digits = this.#digits
      if (character === COLON) {
        if (digits) noise += 1 + digits.length
        this.#digits = []
        continue
      }
      if (!digits) {
        if (character !== CARRIAGE_RETURN && character !== LINE_FEED) noise++
        continue
      }
      const digit = digitOf(character)
      if (digit !== undefined && digits.length < 2 * BYTES_MAX) {
        digits.push(digit)
        continue
      }
      const frame = character === CARRIAGE_RETURN || character === LINE_FEED ? frameOf(digits) : undefined
      // that of the frame before may come when the next one has begun
      if (character === LINE_FEED && !frame?.intact) continue
      this.#digits = undefined
      if (frame) frames.push(frame)
      else noise += 2 + digits.length
    }
    return { frames, noise }
  }
}

function frameOf(digits: readonly number[]): AsciiFrame | undefined {
  if (digits.length % 2 !== 0 || digits.length < 2 * BYTES_MIN) return undefined
  const bytes = Buffer.alloc(digits.length / 2)
  digits.forEach((digit, at) => {
    bytes[at >> 1] = ((bytes[at >> 1] ?? 0) << 4) | digit
  })
  const body = bytes.subarray(0, -1)
  return { body, intact: bytes.at(-1) === lrcOf(body) }
}

function digitOf(character: number): number | undefined {
  const digit = Number.parseInt(String.fromCharCode(character), 16)
  return Number.isNaN(digit) ? undefined : digit
}
