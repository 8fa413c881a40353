// The two notations of all frames. Binary: numbers with the lowest byte first. ASCII: the same numbers as upper-case hexadecimal
// text with the highest digit first, two characters a byte. MELSEC Communication Protocol Reference Manual SH(NA)-080008, 5.3.

import type { Encoding } from '../series'

/** Bytes on the wire of what has so many bytes in binary. */
export function wireBytes(encoding: Encoding, bytes: number): number {
  return encoding === 'ascii' ? 2 * bytes : bytes
}

export class Writer {
  readonly #encoding: Encoding
  readonly #bytes: number[] = []

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  get length(): number {
    return this.#bytes.length
  }

  number(value: number, bytes: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** bytes) {
      throw new RangeError(`${value} does not fit ${bytes} bytes`)
    }
    if (this.#encoding === 'ascii') return this.characters(hexadecimal(value, 2 * bytes))
    let rest = value
    for (let at = 0; at < bytes; at++) {
      this.#bytes.push(rest & 0xff)
      rest = Math.floor(rest / 256)
    }
    return this
  }

  /** As they are, in either notation. */
  characters(text: string): this {
    for (const character of text) this.#bytes.push(character.charCodeAt(0))
    return this
  }

  append(other: Writer): this {
    for (const byte of other.#bytes) this.#bytes.push(byte)
    return this
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes)
  }
}

export function hexadecimal(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

/** The number at `at`, which has so many bytes in binary; undefined if it is no number or beyond the end. */
export function readNumber(encoding: Encoding, bytes: Buffer, at: number, size: number): number | undefined {
  const end = at + wireBytes(encoding, size)
  if (end > bytes.length) return undefined
  if (encoding === 'binary') return bytes.readUIntLE(at, size)
  const digits = bytes.toString('latin1', at, end)
  return /^[0-9A-F]+$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}
