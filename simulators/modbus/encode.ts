// Typed values -> registers, as a device lays them out. Written apart from lib/registers on purpose: whoever decodes
// what was encoded here does not check a mistake against itself.

import { registersOf, type WordOrder, type WordType } from '../../lib/contract/word-types'
import { exponentAndMantissa, millions, signAndMagnitude, tenThousands } from './meter-bytes'
import { bcdTime, iecTime } from './time-bytes'

/**
 * A whole number that does not fit wraps around, as counters in devices do; fractions are rounded for whole types.
 * Times are seconds or milliseconds as the type counts them; those of a calendar are ms since 1970.
 * @param order of the bytes of the value, A the most significant; of a string, A the first of two
 * @param length of a text, in bytes: a shorter one is filled up with NUL
 * @returns one number (0 to 65535, for a bool 0 or 1) for each register or bit
 */
export function encodeValue(type: WordType, order: WordOrder, value: number | bigint | string, length = 1): number[] {
  if (type === 'bool' || type === 'bit') return [Number(value) >= 0.5 ? 1 : 0]
  return reorder(bytesOf(type, value, length), order)
}

/** Registers, or bits, that a value of the type takes; a string of one byte. */
export function widthOf(type: WordType): number {
  return registersOf({ type })
}

/** Big-endian. */
function bytesOf(
  type: Exclude<WordType, 'bool' | 'bit'>,
  value: number | bigint | string,
  length: number,
): Buffer<ArrayBuffer> {
  switch (type) {
    case 'uint8h':
    case 'int8h':
      return whole(value, 1, 1)
    case 'uint8l':
    case 'int8l':
      return whole(value, 1, 0)
    case 'uint16':
    case 'int16':
      return whole(value, 2)
    case 'uint32':
    case 'int32':
    case 'time32':
    case 'time2000':
      return whole(value, 4)
    case 'uint48':
    case 'int48':
      return whole(value, 6)
    case 'time64ms':
    case 'uint64':
    case 'int64':
      return whole(value, 8)
    case 'bcd16':
      return decimal(value, 2)
    case 'bcd32':
      return decimal(value, 4)
    case 'sm16':
      return signAndMagnitude(Number(value), 2)
    case 'sm32':
      return signAndMagnitude(Number(value), 4)
    case 't5':
      return exponentAndMantissa(Number(value), 2 ** 24)
    case 't6':
      return exponentAndMantissa(Number(value), 2 ** 23)
    case 'mod10k32':
      return tenThousands(integerOf(value), 2)
    case 'mod10k48':
      return tenThousands(integerOf(value), 3)
    case 'mod10k64':
      return tenThousands(integerOf(value), 4)
    case 'mod1m64':
      return millions(integerOf(value))
    case 'bcdtime48':
      return bcdTime(new Date(Number(value)))
    case 'iec64':
      return iecTime(new Date(Number(value)))
    case 'float16':
      return half(Number(value))
    case 'float32': {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatBE(Number(value))
      return bytes
    }
    case 'float64': {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleBE(Number(value))
      return bytes
    }
    case 'string': {
      const bytes = Buffer.alloc(length + (length % 2))
      bytes.write(String(value), 0, length)
      return bytes
    }
    case 'stringh':
    case 'stringl': {
      const bytes = Buffer.alloc(2 * length)
      const first = type === 'stringh' ? 0 : 1
      Buffer.from(String(value)).forEach((byte, index) => {
        if (index < length) bytes.writeUInt8(byte, 2 * index + first)
      })
      return bytes
    }
    default:
      return type satisfies never
  }
}

function integerOf(value: number | bigint | string): bigint {
  return typeof value === 'number' ? BigInt(Math.round(value)) : BigInt(value)
}

/** The lowest `size` bytes, followed by so many of 0; one byte alone is the low one of its register. */
function whole(value: number | bigint | string, size: number, zeros = 0): Buffer<ArrayBuffer> {
  const hex = BigInt.asUintN(8 * size, integerOf(value))
    .toString(16)
    .padStart(2 * size, '0')
  return Buffer.from((hex + '00'.repeat(zeros)).padStart(4, '0'), 'hex')
}

/** The lowest digits, each in four bits. */
function decimal(value: number | bigint | string, size: number): Buffer<ArrayBuffer> {
  const digits = String(Math.abs(Math.round(Number(value)))).padStart(2 * size, '0')
  return Buffer.from(digits.slice(-2 * size), 'hex')
}

/** IEEE 754 binary16 out of binary32: the fraction is cut to 10 bits, what is too small becomes 0, too large infinite. */
function half(value: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatBE(value)
  const bits = bytes.readUInt32BE()
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15
  const sign = (bits >>> 16) & 0x8000
  const fraction = (bits >>> 13) & 0x3ff
  const magnitude = Number.isNaN(value)
    ? 0x7e00
    : exponent >= 31
      ? 0x7c00
      : exponent <= 0
        ? 0
        : (exponent << 10) | fraction
  const word = Buffer.alloc(2)
  word.writeUInt16BE(sign | magnitude)
  return word
}

/** For a single register BADC and DCBA swap its bytes, as BA does; of a string they are swapped pair by pair. */
function reorder(bytes: Buffer<ArrayBuffer>, order: WordOrder): number[] {
  const single = order === 'BADC' || order === 'DCBA' ? 'BA' : 'AB'
  const letters = [...(order.length > bytes.length ? single : order || 'AB')]
  const ordered = Buffer.alloc(bytes.length)
  for (let start = 0; start < bytes.length; start += letters.length) {
    letters.forEach((letter, index) => {
      ordered[start + index] = bytes.readUInt8(start + 'ABCDEFGH'.indexOf(letter))
    })
  }
  return Array.from({ length: bytes.length / 2 }, (_, index) => ordered.readUInt16BE(2 * index))
}
