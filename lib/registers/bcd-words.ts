// Binary coded decimals: four digits in a register, each in four bits.

import { type ScalarDecoder, Unreadable } from './decoder'
import type { NumberDecoder } from './words'

/** `word` reads so many digits as one unsigned number. */
export function bcdDecoder(word: NumberDecoder, digits: 4 | 8): ScalarDecoder {
  return (view, at) => {
    const bits = word(view, at)
    let value = 0
    for (let shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      const digit = (bits >>> shift) & 0xf
      if (digit > 9) return notBcd(bits, digits)
      value = value * 10 + digit
    }
    return value
  }
}

function notBcd(bits: number, digits: number): Unreadable {
  const hex = bits.toString(16).toUpperCase().padStart(digits, '0')
  return new Unreadable(`the device holds 0x${hex} here, which is no BCD: a digit is above 9; is the type right?`)
}
