// Numbers as energy meters and old controllers lay them out: sign and magnitude, decimal exponent and mantissa, parts of ten
// thousands or of millions.

import { EXPONENT_MAX, timesPowerOfTen } from '../contract/decimal'
import { type ScalarDecoder, Unreadable } from './decoder'
import type { Layout } from './word-layout'
import { type NumberDecoder, uint16Decoder, uint32Decoder, wordOf } from './words'

/** The highest bit is the sign, the others are the number without it: there are two zeros, and both are 0. */
export function signMagnitudeDecoder(bits: 16 | 32, layout: Layout): NumberDecoder {
  const unsigned = bits === 16 ? uint16Decoder(layout) : uint32Decoder(layout)
  const half = 2 ** (bits - 1)
  return (view, at) => {
    const value = unsigned(view, at)
    return value <= half ? value % half : half - value
  }
}

/**
 * A signed decimal exponent in the highest byte, a mantissa in the other three, signed (T6) or not (T5): FD01E240 is 123456 × 10^-3
 * (Iskra, user's manuals of the meters MT/MC/WM, appendix Modbus, table of register types).
 */
export function exponentDecoder(mantissa: 'signed' | 'unsigned', layout: Layout): ScalarDecoder {
  const uint32 = uint32Decoder(layout)
  return (view, at) => {
    const bits = uint32(view, at)
    const exponent = (bits | 0) >> 24
    if (Math.abs(exponent) > EXPONENT_MAX) {
      const hex = bits.toString(16).toUpperCase().padStart(8, '0')
      return new Unreadable(
        `the device holds 0x${hex} here, of which ${exponent} would be the exponent of ten; are type and order right?`,
      )
    }
    const low = bits & 0xffffff
    return timesPowerOfTen(mantissa === 'signed' ? (low << 8) >> 8 : low, exponent)
  }
}

const PART_MAX = 9999

/** Each register holds four decimal digits as a number from 0 to 9999 (Power Measurement ION meters: MOD10, M10K). */
export function modulo10000Decoder(count: 2 | 3 | 4, layout: Layout): ScalarDecoder {
  const word = wordOf(count, layout)
  return (view, at) => {
    let value = 0
    for (let index = 0; index < count; index++) {
      const part = word(view, at, index)
      if (part > PART_MAX) {
        return new Unreadable(
          `the device holds ${part} in a register of four decimal digits, 0 to ${PART_MAX}; is the type right?`,
        )
      }
      value = value * (PART_MAX + 1) + part
    }
    if (Number.isSafeInteger(value)) return value
    return new Unreadable(
      `the device holds more than ${Number.MAX_SAFE_INTEGER} here, which no number holds to the last digit`,
    )
  }
}

const MILLION = 1_000_000

/** Millions in the more significant two registers, the remainder in the others. */
export function millionsDecoder(layout: Layout): ScalarDecoder {
  const half = uint32Decoder(layout)
  const [high, low] = layout.lowWordFirst ? [4, 0] : [0, 4]
  return (view, at) => {
    const remainder = half(view, at + low)
    if (remainder < MILLION) return half(view, at + high) * MILLION + remainder
    return new Unreadable(`the device holds ${remainder} as what is left below a million; are type and order right?`)
  }
}
