// Single bits, of a register or packed as coils are.

import type { NumberDecoder } from './words'

/** Bit 0 is the least significant of the register. */
export function bitOfWord(word: NumberDecoder, view: DataView, at: number, bit: number): boolean {
  return ((word(view, at) >> bit) & 1) === 1
}

/** One of packed bits, the first in the least significant bit of the first byte (MODBUS Application Protocol V1.1b3, 6.1). */
export function packedBit(view: DataView, index: number): boolean {
  return ((view.getUint8(index >> 3) >> (index & 7)) & 1) === 1
}
