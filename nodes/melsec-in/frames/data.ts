// The data of an answer, as words and bits of one form whatever the frame and the notation.
//
//                     binary                                    ASCII
//   word  1234H       34 12                                     "1234"
//   double word       78 56 34 12 (low word first)              "12345678" (high word first)
//   bits on off on    3E 4E 1E: a nibble each, the first in     3E 4E 1E: "1" or "0" each
//                     the high one: 10 10 (odd: 0 added)        (1E odd: "0" added, 3E 4E: nothing)
//
// MELSEC Communication Protocol Reference Manual SH(NA)-080008, 8.1 "Read data, write data", 8.2, 8.3 (examples), 18.4;
// FX3U-ENET-ADP User's Manual 7.3.3, 7.5.2.

import type { Encoding } from '../series'

/** Words (2 bytes each, of ASCII 4 characters) as registers with the most significant byte first; undefined if one is no number. */
export function toRegisters(encoding: Encoding, data: Buffer, doubleWords = 0): DataView | undefined {
  if (encoding === 'binary') {
    const registers = Buffer.from(data).swap16()
    return new DataView(registers.buffer, registers.byteOffset, registers.length)
  }
  const text = data.toString('latin1')
  if (!/^[0-9A-F]*$/.test(text)) return undefined
  const registers = Buffer.from(text, 'hex')
  // Double words, at the end, come with the high word first: into the PLC's own order
  for (let at = registers.length - 4 * doubleWords; at < registers.length; at += 4) {
    const high = registers.readUInt16BE(at)
    registers.writeUInt16BE(registers.readUInt16BE(at + 2), at)
    registers.writeUInt16BE(high, at + 2)
  }
  return new DataView(registers.buffer, registers.byteOffset, registers.length)
}

/** The first `points` of bits, packed; undefined if one is neither on nor off. */
export function toBits(encoding: Encoding, data: Buffer, points: number): DataView | undefined {
  const packed = new Uint8Array(Math.ceil(points / 8))
  for (let index = 0; index < points; index++) {
    const byte = data[encoding === 'ascii' ? index : index >> 1]
    if (byte === undefined) return undefined
    const state = encoding === 'ascii' ? byte - 0x30 : index % 2 === 0 ? byte >> 4 : byte & 0x0f
    if (state !== 0 && state !== 1) return undefined
    const at = index >> 3
    packed[at] = (packed[at] ?? 0) | (state << (index & 7))
  }
  return new DataView(packed.buffer)
}
