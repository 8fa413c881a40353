// Integers of 64 bits, to the last digit: a number while that holds them (up to 2^53-1 either way), else decimal digits.

import { type ScalarDecoder, Unreadable } from './decoder'
import type { Layout } from './word-layout'
import { int32Decoder, type NumberDecoder, uint32Decoder } from './words'

export type LongType = 'int64' | 'uint64'

const WORD = 2 ** 32
const RANGES = {
  int64: { min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint64: { min: 0n, max: 2n ** 64n - 1n },
} as const

type Halves = { high: NumberDecoder; low: NumberDecoder }

function halvesOf(type: LongType, layout: Layout): Halves {
  const low = uint32Decoder(layout)
  const high = type === 'int64' ? int32Decoder(layout) : low
  return layout.lowWordFirst
    ? { high: (view, at) => high(view, at + 4), low }
    : { high, low: (view, at) => low(view, at + 4) }
}

/** The nearest double. */
export function nearestLong(type: LongType, layout: Layout): NumberDecoder {
  const { high, low } = halvesOf(type, layout)
  return (view, at) => high(view, at) * WORD + low(view, at)
}

/**
 * Exact, with a whole `offset`. `yields` is the range that the result is kept in: beyond it no database has a place for it.
 */
export function exactLong(type: LongType, layout: Layout, offset: number, yields: LongType): ScalarDecoder {
  const { high, low } = halvesOf(type, layout)
  const { min, max } = RANGES[yields]
  const safeMin = yields === 'int64' ? Number.MIN_SAFE_INTEGER : 0
  const exactOffset = BigInt(offset)
  return (view, at) => {
    const near = high(view, at) * WORD + low(view, at)
    const sum = near + offset
    // what rounding has touched is never within the safe range
    if (Number.isSafeInteger(near) && Number.isSafeInteger(sum) && sum >= safeMin) return sum
    const exact = BigInt(high(view, at)) * BigInt(WORD) + BigInt(low(view, at)) + exactOffset
    if (exact < min || exact > max) return new Unreadable(`${exact} does not fit into ${yields}; is the offset right?`)
    const value = Number(exact)
    return Number.isSafeInteger(value) ? value : exact.toString()
  }
}
