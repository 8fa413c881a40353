// The decoder of a tag and the kind of value that comes out of it, from the tag's type, order, length and scaling.

import type { TagKind } from '../contract/batch'
import {
  BITS_OF_A_REGISTER,
  isArray,
  isBitType,
  registersOf,
  type WordOrder,
  type WordType,
} from '../contract/word-types'
import { bcdDecoder } from './bcd-words'
import { bitOfWord, packedBit } from './bits'
import { arrayOf, type Decoder, type ScalarDecoder } from './decoder'
import { exactLong, type LongType, nearestLong } from './long-words'
import { scaled } from './scaling'
import { textDecoder, timeDecoder } from './text-words'
import { type Layout, layoutOf } from './word-layout'
import {
  float16Decoder,
  float32Decoder,
  float64Decoder,
  int8Decoder,
  int16Decoder,
  int32Decoder,
  uint8Decoder,
  uint16Decoder,
  uint32Decoder,
} from './words'

export type WordSpec = {
  readonly type: WordType
  readonly order: WordOrder
  readonly scale: number
  readonly offset: number
  readonly length: number
  /** Of the first register; of a bool or bit. */
  readonly bit?: number | undefined
}

type Scaling = Pick<WordSpec, 'type' | 'scale' | 'offset'>

/** Of a value in registers. `native` is what the order '' stands for. */
export function wordDecoder(spec: WordSpec, native: Layout): Decoder {
  const layout = layoutOf(spec.order, native)
  const { type, length, bit: firstBit = 0 } = spec
  if (type === 'string') return textDecoder(length, layout)
  if (!isBitType(type)) {
    const decode = scalarDecoder({ ...spec, type }, layout)
    const bytes = 2 * registersOf({ type })
    return isArray(spec) ? arrayOf(length, (view, at, index) => decode(view, at + index * bytes)) : decode
  }
  const word = uint16Decoder(layout)
  const show = shownAs(type)
  if (!isArray(spec)) return (view, at) => show(bitOfWord(word, view, at, firstBit))
  return arrayOf(length, (view, at, index) => {
    const bit = firstBit + index
    return show(bitOfWord(word, view, at + 2 * Math.floor(bit / BITS_OF_A_REGISTER), bit % BITS_OF_A_REGISTER))
  })
}

/** Of a value in packed bits; every type but bool counts as bit. */
export function packedBitDecoder(spec: Pick<WordSpec, 'type' | 'length'>): Decoder {
  const show = shownAs(spec.type === 'bool' ? 'bool' : 'bit')
  if (!isArray(spec)) return (view, at) => show(packedBit(view, at))
  return arrayOf(spec.length, (view, at, index) => show(packedBit(view, at + index)))
}

/** Of an array, the kind of its elements. */
export function kindOf({ type, scale, offset }: Scaling): TagKind {
  if (type === 'bool') return 'boolean'
  if (type === 'string' || type === 'time32') return 'any'
  if ((type !== 'int64' && type !== 'uint64') || !isExact({ scale, offset })) return 'number'
  return rangeOf(type, offset) === 'int64' ? 'integer' : 'unsigned'
}

function shownAs(type: 'bool' | 'bit'): (bit: boolean) => boolean | number {
  return type === 'bool' ? (bit) => bit : Number
}

function scalarDecoder(
  { type, scale, offset }: Scaling & { type: Exclude<WordType, 'bool' | 'bit' | 'string'> },
  layout: Layout,
): ScalarDecoder {
  if (type === 'time32') return timeDecoder(uint32Decoder(layout))
  const isLong = type === 'int64' || type === 'uint64'
  if (isLong && isExact({ scale, offset })) return exactLong(type, layout, offset, rangeOf(type, offset))
  return scaled(numberDecoder(type, layout), scale, offset)
}

/** A whole offset changes no digit that it should not; anything else makes a double of the value. */
function isExact({ scale, offset }: Pick<WordSpec, 'scale' | 'offset'>): boolean {
  return scale === 1 && Number.isInteger(offset)
}

/** An unsigned value from which something is subtracted may become negative. */
function rangeOf(type: LongType, offset: number): LongType {
  return type === 'uint64' && offset >= 0 ? 'uint64' : 'int64'
}

function numberDecoder(type: Exclude<WordType, 'bool' | 'bit' | 'string' | 'time32'>, layout: Layout): ScalarDecoder {
  switch (type) {
    case 'uint8h':
      return uint8Decoder('high', layout)
    case 'uint8l':
      return uint8Decoder('low', layout)
    case 'int8h':
      return int8Decoder('high', layout)
    case 'int8l':
      return int8Decoder('low', layout)
    case 'uint16':
      return uint16Decoder(layout)
    case 'int16':
      return int16Decoder(layout)
    case 'uint32':
      return uint32Decoder(layout)
    case 'int32':
      return int32Decoder(layout)
    case 'uint64':
    case 'int64':
      return nearestLong(type, layout)
    case 'float16':
      return float16Decoder(layout)
    case 'float32':
      return float32Decoder(layout)
    case 'float64':
      return float64Decoder(layout)
    case 'bcd16':
      return bcdDecoder(uint16Decoder(layout), 4)
    case 'bcd32':
      return bcdDecoder(uint32Decoder(layout), 8)
    default:
      return type satisfies never
  }
}
