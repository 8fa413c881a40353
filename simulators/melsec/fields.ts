// The fields of a message in either encoding: binary with the low byte first, ASCII as hexadecimal text with the high
// digit first (SH-080008, 5.3 "Details of Setting Data").

import type { Encoding } from './series'

/** Text that is no number. */
export class NotConvertible extends Error {}
/** The message ends within a field. */
export class TooShort extends Error {}

export class FieldReader {
  readonly encoding: Encoding
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer, encoding: Encoding) {
    this.#bytes = bytes
    this.encoding = encoding
  }

  /** Bytes or characters that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** @param size of the number, bytes */
  number(size: number): number {
    if (this.encoding === 'binary') return this.raw(size).readUIntLE(0, size)
    return this.digits(2 * size, 16)
  }

  /**
   * Small letters are taken as well: mcprotocol sends them, which was tried with real FX3U-ENET modules.
   * @param count of characters; leading zeros may be blanks
   */
  digits(count: number, base: 10 | 16): number {
    const text = this.raw(count).toString('latin1').replace(/^ +/, '').padStart(count, '0')
    if (!(base === 10 ? /^[0-9]+$/ : /^[0-9A-Fa-f]+$/).test(text)) throw new NotConvertible(text)
    return Number.parseInt(text, base)
  }

  raw(count: number): Buffer {
    if (this.left < count) throw new TooShort(`${this.left} of ${count}`)
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  rest(): Buffer {
    return this.raw(this.left)
  }
}

/** @param size of the number, bytes */
export function numberField(value: number, size: number, encoding: Encoding): Buffer {
  if (encoding === 'ascii') return Buffer.from(hex(value, 2 * size), 'latin1')
  const field = Buffer.alloc(size)
  field.writeUIntLE(value, 0, size)
  return field
}

/** Two points a byte, the first one in the upper half; in ASCII one character a point. */
export function bitField(bits: readonly number[], encoding: Encoding): Buffer {
  const text = bits.join('')
  if (encoding === 'ascii') return Buffer.from(text, 'latin1')
  return Buffer.from(bits.length % 2 === 0 ? text : `${text}0`, 'hex')
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
