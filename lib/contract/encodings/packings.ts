// Encodings of bytes as digits of so many bits each: hexadecimal, base32, base64.

import { APART, type Decoder, Draft } from './reading'

type Packing = { alphabet: string; bits: number; run: RegExp }

/** RFC 4648. The bytes may begin with any digit: each is tried. */
export function packedDecoders(minLength: number): Decoder[] {
  const digits = (bits: number): number => Math.ceil((minLength * 8) / bits)
  const packings: Packing[] = [
    { alphabet: '0123456789abcdef', bits: 4, run: RegExp(`(?:[\\da-f][\\s:,;.-]{0,2}){${digits(4)},}`, 'gi') },
    { alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5, run: RegExp(`[A-Z2-7]{${digits(5)},}`, 'g') },
    {
      alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
      bits: 6,
      run: RegExp(`(?:[\\w+/-](?:\\r?\\n)?){${digits(6)},}`, 'g'),
    },
  ]
  return packings.map(unpacked)
}

function unpacked({ alphabet, bits, run }: Packing): Decoder {
  const values = valuesOf(alphabet, bits)
  // Digits after which a byte begins with a digit again.
  const phases = bits === 4 ? 2 : bits === 5 ? 8 : 4
  return (reading) => {
    const draft = new Draft(reading)
    for (const match of reading.chars.matchAll(run)) {
      const end = match.index + match[0].length
      const places: number[] = []
      const digits: number[] = []
      const digit = (index: number): number => digits[index] ?? 0
      for (let at = match.index; at < end; at++) {
        const value = values[reading.chars.charCodeAt(at)]
        if (value === undefined) continue
        places.push(at)
        digits.push(value)
      }
      for (let phase = 0; phase < phases; phase++) {
        for (let bit = phase * bits; bit + 8 <= digits.length * bits; bit += 8) {
          const first = Math.floor(bit / bits)
          const last = Math.floor((bit + 7) / bits)
          // At least a byte, wherever in the first of them it begins.
          const three = (digit(first) << (2 * bits)) | (digit(first + 1) << bits) | digit(first + 2)
          const byte = (three >> (3 * bits - (bit % bits) - 8)) & 0xff
          draft.add(String.fromCharCode(byte), places[first] ?? 0, (places[last] ?? 0) + 1)
        }
        draft.add(APART, match.index, end)
      }
    }
    return draft.reading()
  }
}

/** By the code of the character. */
function valuesOf(alphabet: string, bits: number): (number | undefined)[] {
  const values: (number | undefined)[] = new Array(128).fill(undefined)
  for (const [value, char] of [...alphabet].entries()) {
    values[char.charCodeAt(0)] = value
    if (bits === 4) values[char.toUpperCase().charCodeAt(0)] = value
  }
  // base64url (RFC 4648, 5)
  if (bits === 6) {
    values['-'.charCodeAt(0)] = 62
    values['_'.charCodeAt(0)] = 63
  }
  return values
}
