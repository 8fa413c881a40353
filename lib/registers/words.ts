// 16-bit words, most significant byte first as Modbus sends them, and packed bits -> values, by type and order.

import type { WordOrder, WordType } from '../contract/word-types'

export type NumberType = Exclude<WordType, 'bool'>

/**
 * Reads the value whose first byte is `at`. Throws a RangeError beyond the end of the view; a float that is no number
 * comes out as NaN or an infinity, which the caller has to mark bad.
 */
export type WordDecoder = (view: DataView, at: number) => number

/** With a single register only the order of its two bytes counts: BADC and DCBA swap them. */
export function wordDecoder(type: NumberType, order: WordOrder): WordDecoder {
  const bytesSwapped = order === 'BADC' || order === 'DCBA'
  switch (type) {
    case 'uint16':
      return (view, at) => view.getUint16(at, bytesSwapped)
    case 'int16':
      return (view, at) => view.getInt16(at, bytesSwapped)
    case 'uint32':
      return uint32Decoder(order)
    case 'int32': {
      const uint32 = uint32Decoder(order)
      return (view, at) => uint32(view, at) | 0
    }
    case 'float32':
      return float32Decoder(order)
    default:
      return type satisfies never
  }
}

function uint32Decoder(order: WordOrder): WordDecoder {
  switch (order) {
    case '':
    case 'ABCD':
      return (view, at) => view.getUint32(at)
    case 'DCBA':
      return (view, at) => view.getUint32(at, true)
    case 'CDAB':
      return (view, at) => ((view.getUint16(at + 2) << 16) | view.getUint16(at)) >>> 0
    case 'BADC':
      return (view, at) => ((view.getUint16(at, true) << 16) | view.getUint16(at + 2, true)) >>> 0
    default:
      return order satisfies never
  }
}

const scratch = new DataView(new ArrayBuffer(4))

function float32Decoder(order: WordOrder): WordDecoder {
  const uint32 = uint32Decoder(order)
  return (view, at) => {
    scratch.setUint32(0, uint32(view, at))
    return scratch.getFloat32(0)
  }
}

/** value × scale + offset. */
export function scaled(decode: WordDecoder, scale: number, offset: number): WordDecoder {
  if (scale === 1 && offset === 0) return decode
  // 3 × 0.1 is 0.30000000000000004, 3 / 10 is 0.3
  const divisor = Math.round(1 / scale)
  if (scale === 1 / divisor) return (view, at) => decode(view, at) / divisor + offset
  return (view, at) => decode(view, at) * scale + offset
}

/** Bit 0 is the least significant of the register, whose two bytes have the order of a uint16. */
export function bitOfWord(order: WordOrder, bit: number): (view: DataView, at: number) => boolean {
  const word = wordDecoder('uint16', order)
  return (view, at) => ((word(view, at) >> bit) & 1) === 1
}

/** One of packed bits, the first in the least significant bit of the first byte (MODBUS Application Protocol V1.1b3, 6.1). */
export function packedBit(view: DataView, index: number): boolean {
  return ((view.getUint8(index >> 3) >> (index & 7)) & 1) === 1
}
