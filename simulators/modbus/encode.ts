// Typed values -> registers, as a device lays them out. Written apart from lib/registers on purpose: whoever decodes
// what was encoded here does not check a mistake against itself.

import { type WordOrder, type WordType, wordTypeRegisters } from '../../lib/contract/word-types'

/**
 * A whole number that does not fit wraps around, as counters in devices do; fractions are rounded for whole types.
 * @param order of the bytes of a two-register value, A the most significant
 * @returns one number (0 to 65535, for a bool 0 or 1) for each register or bit
 */
export function encodeValue(type: WordType, order: WordOrder, value: number): number[] {
  switch (type) {
    case 'bool':
      return [value >= 0.5 ? 1 : 0]
    case 'uint16':
    case 'int16':
      return [Math.round(value) & 0xffff]
    case 'uint32':
    case 'int32': {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(Math.round(value) >>> 0)
      return reorder(bytes, order)
    }
    case 'float32': {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatBE(value)
      return reorder(bytes, order)
    }
    default:
      return type satisfies never
  }
}

/** Registers, or bits, that a value of the type takes. */
export function widthOf(type: WordType): number {
  return Math.max(1, wordTypeRegisters[type])
}

function reorder(bytes: Buffer, order: WordOrder): number[] {
  const ordered = Buffer.from([...(order || 'ABCD')].map((letter) => bytes.readUInt8('ABCD'.indexOf(letter))))
  return [ordered.readUInt16BE(0), ordered.readUInt16BE(2)]
}
