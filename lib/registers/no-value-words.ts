// Numbers that mean "no value", looked for before anything else is made of the registers.

import { type NoValue, noValueMatcher, noValueReason } from '../contract/no-value'
import { numberFormOf } from '../contract/word-rules'
import { registersOf, type WordType } from '../contract/word-types'
import { type ScalarDecoder, Unreadable } from './decoder'
import type { Layout } from './word-layout'
import { type NumberDecoder, uint8Decoder, uint16Decoder, uint32Decoder, wordOf } from './words'

/**
 * @param raw the value before scaling, where it is a number by itself
 * @param decode what is read where there is a value
 */
export function unlessNoValue(
  entries: readonly NoValue[],
  type: WordType,
  { raw, decode, layout }: { raw: ScalarDecoder | undefined; decode: ScalarDecoder; layout: Layout },
): ScalarDecoder {
  const match = noValueMatcher(entries, numberFormOf(type))
  const reasons = new Map(entries.map(({ written }) => [written, new Unreadable(noValueReason(written))]))
  const { high, low } = halvesOf(type, layout)
  return (view, at) => {
    const value = raw?.(view, at)
    const found = match(high(view, at), low(view, at), typeof value === 'number' ? value : undefined)
    return (found !== undefined && reasons.get(found)) || decode(view, at)
  }
}

/** The bits in two halves of 32. */
function halvesOf(type: WordType, layout: Layout): { high: NumberDecoder; low: NumberDecoder } {
  const none = (): number => 0
  const half = uint32Decoder(layout)
  const { lowWordFirst } = layout
  switch (registersOf({ type })) {
    case 1:
      return { high: none, low: byteOf(type, layout) ?? uint16Decoder(layout) }
    case 2:
      return { high: none, low: half }
    case 3: {
      const word = wordOf(3, layout)
      return {
        high: (view, at) => word(view, at, 0),
        low: (view, at) => half(view, at + (lowWordFirst ? 0 : 2)),
      }
    }
    default:
      return {
        high: (view, at) => half(view, at + (lowWordFirst ? 4 : 0)),
        low: (view, at) => half(view, at + (lowWordFirst ? 0 : 4)),
      }
  }
}

function byteOf(type: WordType, layout: Layout): NumberDecoder | undefined {
  if (type === 'uint8h' || type === 'int8h') return uint8Decoder('high', layout)
  return type === 'uint8l' || type === 'int8l' ? uint8Decoder('low', layout) : undefined
}
