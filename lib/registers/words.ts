// 16-bit words -> plain numbers: integers of up to 32 bits and floats. A float that is no number comes out as NaN or an infinity.

import { BIG_ENDIAN, type Layout } from './word-layout'

/** Reads the number whose first byte is `at`. Throws a RangeError beyond the end of the view. */
export type NumberDecoder = (view: DataView, at: number) => number

export function uint16Decoder({ bytesSwapped }: Layout): NumberDecoder {
  return bytesSwapped ? (view, at) => view.getUint16(at, true) : (view, at) => view.getUint16(at)
}

export function int16Decoder({ bytesSwapped }: Layout): NumberDecoder {
  return bytesSwapped ? (view, at) => view.getInt16(at, true) : (view, at) => view.getInt16(at)
}

/** The high or the low byte of a register. */
export function uint8Decoder(half: 'high' | 'low', { bytesSwapped }: Layout): NumberDecoder {
  const byte = (half === 'high') === bytesSwapped ? 1 : 0
  return (view, at) => view.getUint8(at + byte)
}

export function int8Decoder(half: 'high' | 'low', layout: Layout): NumberDecoder {
  const uint8 = uint8Decoder(half, layout)
  return (view, at) => (uint8(view, at) << 24) >> 24
}

export function uint32Decoder({ lowWordFirst, bytesSwapped }: Layout): NumberDecoder {
  if (lowWordFirst === bytesSwapped) return (view, at) => view.getUint32(at, bytesSwapped)
  const [high, low] = lowWordFirst ? [2, 0] : [0, 2]
  return (view, at) => ((view.getUint16(at + high, bytesSwapped) << 16) | view.getUint16(at + low, bytesSwapped)) >>> 0
}

export function int32Decoder(layout: Layout): NumberDecoder {
  const uint32 = uint32Decoder(layout)
  return (view, at) => uint32(view, at) | 0
}

/** One of the registers of a value, of which 0 is the most significant. */
export type WordOf = (view: DataView, at: number, index: number) => number

export function wordOf(count: number, { lowWordFirst, bytesSwapped }: Layout): WordOf {
  if (lowWordFirst) return (view, at, index) => view.getUint16(at + 2 * (count - 1 - index), bytesSwapped)
  return (view, at, index) => view.getUint16(at + 2 * index, bytesSwapped)
}

const WORD = 2 ** 16

export function uint48Decoder(layout: Layout): NumberDecoder {
  const word = wordOf(3, layout)
  return (view, at) => (word(view, at, 0) * WORD + word(view, at, 1)) * WORD + word(view, at, 2)
}

export function int48Decoder(layout: Layout): NumberDecoder {
  const uint48 = uint48Decoder(layout)
  return (view, at) => {
    const bits = uint48(view, at)
    return bits < 2 ** 47 ? bits : bits - 2 ** 48
  }
}

const scratch = new DataView(new ArrayBuffer(8))

export function float32Decoder(layout: Layout): NumberDecoder {
  if (layout === BIG_ENDIAN) return (view, at) => view.getFloat32(at)
  const uint32 = uint32Decoder(layout)
  return (view, at) => {
    scratch.setUint32(0, uint32(view, at))
    return scratch.getFloat32(0)
  }
}

export function float64Decoder(layout: Layout): NumberDecoder {
  const uint32 = uint32Decoder(layout)
  const [high, low] = layout.lowWordFirst ? [4, 0] : [0, 4]
  return (view, at) => {
    scratch.setUint32(0, uint32(view, at + high))
    scratch.setUint32(4, uint32(view, at + low))
    return scratch.getFloat64(0)
  }
}

const FLOAT16_EXPONENT_MAX = 31
const FLOAT16_BIAS = 15
const FLOAT16_FRACTION = 1024

/** IEEE 754 binary16; DataView's own getFloat16 is not yet in Node 22. */
export function float16Decoder(layout: Layout): NumberDecoder {
  const uint16 = uint16Decoder(layout)
  return (view, at) => {
    const word = uint16(view, at)
    const sign = word >> 15 === 0 ? 1 : -1
    const exponent = (word >> 10) & FLOAT16_EXPONENT_MAX
    const fraction = (word & (FLOAT16_FRACTION - 1)) / FLOAT16_FRACTION
    if (exponent === FLOAT16_EXPONENT_MAX) return fraction === 0 ? sign / 0 : Number.NaN
    if (exponent === 0) return sign * fraction * 2 ** (1 - FLOAT16_BIAS)
    return sign * (1 + fraction) * 2 ** (exponent - FLOAT16_BIAS)
  }
}
