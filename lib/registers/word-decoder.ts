// The decoder of a tag and the kind of value that comes out of it, from the tag's type, order, length and scaling.

import type { TagKind } from '../contract/batch'
import { parseBounds } from '../contract/bounds'
import { Fault } from '../contract/fault'
import { parseNoValue } from '../contract/no-value'
import type { Charset } from '../contract/reader-fields'
import { parseTexts, textOf, type ValueTexts } from '../contract/value-texts'
import type { MeaningColumns } from '../contract/word-rules'
import {
  BITS_OF_A_REGISTER,
  isArray,
  isBitType,
  isNumberType,
  isTextType,
  isTimeType,
  type NumberType,
  registersOf,
  type TextType,
  type WordOrder,
  type WordType,
} from '../contract/word-types'
import { bcdDecoder } from './bcd-words'
import { bitOfWord, packedBit } from './bits'
import { arrayOf, type Decoder, type Scalar, type ScalarDecoder } from './decoder'
import { exactLong, type LongType, nearestLong } from './long-words'
import { meant } from './meaning'
import { exponentDecoder, millionsDecoder, modulo10000Decoder, signMagnitudeDecoder } from './meter-words'
import { unlessNoValue } from './no-value-words'
import { scaled } from './scaling'
import { textDecoder } from './text-words'
import { timeDecoder } from './time-words'
import { type Layout, layoutOf } from './word-layout'
import {
  float16Decoder,
  float32Decoder,
  float64Decoder,
  int8Decoder,
  int16Decoder,
  int32Decoder,
  int48Decoder,
  uint8Decoder,
  uint16Decoder,
  uint32Decoder,
  uint48Decoder,
} from './words'

/** Of a value that another column scales (`scaleFrom`), bounds and texts come after that: they are not the decoder's. */
export type WordSpec = Omit<MeaningColumns, 'charset'> & {
  readonly charset?: Charset
  readonly type: WordType
  readonly order: WordOrder
  readonly scale: number
  readonly offset: number
  readonly length: number
  /** Of the first register; of a bool or bit. */
  readonly bit?: number | undefined
}

type Scaling = Pick<WordSpec, 'type' | 'scale' | 'offset' | 'scaleFrom'>

/** Of a value in registers. `native` is what the order '' stands for. */
export function wordDecoder(spec: WordSpec, native: Layout): Decoder {
  const layout = layoutOf(spec.order, native)
  const { type, length, charset = '', bit: firstBit = 0 } = spec
  if (isTextType(type)) return textDecoder({ type, length, charset }, layout)
  if (!isBitType(type)) {
    const decode = scalarDecoder({ ...spec, type }, layout)
    const bytes = 2 * registersOf({ type })
    return isArray(spec) ? arrayOf(length, (view, at, index) => decode(view, at + index * bytes)) : decode
  }
  const word = uint16Decoder(layout)
  const show = shownAs(type, spec)
  if (!isArray(spec)) return (view, at) => show(bitOfWord(word, view, at, firstBit))
  return arrayOf(length, (view, at, index) => {
    const bit = firstBit + index
    return show(bitOfWord(word, view, at + 2 * Math.floor(bit / BITS_OF_A_REGISTER), bit % BITS_OF_A_REGISTER))
  })
}

/** Of a value in packed bits; every type but bool counts as bit. */
export function packedBitDecoder(spec: Pick<WordSpec, 'type' | 'length' | 'texts'>): Decoder {
  const show = shownAs(spec.type === 'bool' ? 'bool' : 'bit', spec)
  if (!isArray(spec)) return (view, at) => show(packedBit(view, at))
  return arrayOf(spec.length, (view, at, index) => show(packedBit(view, at + index)))
}

/** Of an array, the kind of its elements. */
export function kindOf({ texts = '', ...spec }: Scaling & Pick<WordSpec, 'texts'>): TagKind {
  const { type, offset } = spec
  if (texts.trim() !== '') return 'any'
  if (type === 'bool') return 'boolean'
  if (isTextType(type) || isTimeType(type)) return 'any'
  if (!isLong(type) || !isExact(spec)) return 'number'
  return rangeOf(type, offset) === 'int64' ? 'integer' : 'unsigned'
}

function shownAs(type: 'bool' | 'bit', { texts }: Pick<WordSpec, 'texts'>): (bit: boolean) => Scalar {
  const byNumber = textsOf(texts)
  if (byNumber) {
    const [off, on] = [textOf(0, byNumber), textOf(1, byNumber)]
    return (bit) => (bit ? on : off)
  }
  return type === 'bool' ? (bit) => bit : Number
}

/** undefined for none. The fields have been checked, so a problem is for those who come here by another way. */
function textsOf(texts = ''): ValueTexts | undefined {
  if (texts.trim() === '') return undefined
  const parsed = parseTexts(texts)
  if ('problem' in parsed) throw new Fault('config', 'tag-invalid', parsed.problem)
  return parsed
}

type ScalarSpec = WordSpec & { readonly type: Exclude<WordType, 'bool' | 'bit' | TextType> }

function scalarDecoder(spec: ScalarSpec, layout: Layout): ScalarDecoder {
  const { type, noValue = '', scaleFrom = '' } = spec
  const decode = unless(noValue, type, plainDecoder(spec, layout), layout)
  return scaleFrom.trim() === '' ? meant(decode, { bounds: parseBounds(spec), texts: textsOf(spec.texts) }) : decode
}

function unless(noValue: string, type: ScalarSpec['type'], decode: ScalarDecoder, layout: Layout): ScalarDecoder {
  if (noValue.trim() === '') return decode
  const entries = parseNoValue(noValue)
  if ('problem' in entries) throw new Fault('config', 'tag-invalid', entries.problem)
  const raw = isNumberType(type) ? numberDecoder(type, layout) : undefined
  return unlessNoValue(entries, type, { raw, decode, layout })
}

function plainDecoder(spec: ScalarSpec, layout: Layout): ScalarDecoder {
  const { type, scale, offset } = spec
  if (isTimeType(type)) return timeDecoder(type, layout)
  if (isLong(type) && isExact(spec)) return exactLong(type, layout, offset, rangeOf(type, offset))
  return scaled(numberDecoder(type, layout), scale, offset)
}

function isLong(type: WordType): type is LongType {
  return type === 'int64' || type === 'uint64'
}

/** A whole offset changes no digit that it should not; anything else makes a double of the value. */
function isExact({ scale, offset, scaleFrom = '' }: Scaling): boolean {
  return scale === 1 && Number.isInteger(offset) && scaleFrom.trim() === ''
}

/** An unsigned value from which something is subtracted may become negative. */
function rangeOf(type: LongType, offset: number): LongType {
  return type === 'uint64' && offset >= 0 ? 'uint64' : 'int64'
}

function numberDecoder(type: NumberType, layout: Layout): ScalarDecoder {
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
    case 'uint48':
      return uint48Decoder(layout)
    case 'int48':
      return int48Decoder(layout)
    case 'sm16':
      return signMagnitudeDecoder(16, layout)
    case 'sm32':
      return signMagnitudeDecoder(32, layout)
    case 't5':
      return exponentDecoder('unsigned', layout)
    case 't6':
      return exponentDecoder('signed', layout)
    case 'mod10k32':
      return modulo10000Decoder(2, layout)
    case 'mod10k48':
      return modulo10000Decoder(3, layout)
    case 'mod10k64':
      return modulo10000Decoder(4, layout)
    case 'mod1m64':
      return millionsDecoder(layout)
    default:
      return type satisfies never
  }
}
