// value × scale + offset, and no value where that is no number.

import { type ScalarDecoder, Unreadable } from './decoder'

const NO_NUMBER = new Unreadable('the device holds no number here (NaN or infinity); is the word order right?')

export function scaled(decode: ScalarDecoder, scale: number, offset: number): ScalarDecoder {
  if (scale === 1 && offset === 0) return finite(decode, (value) => value)
  // 3 × 0.1 is 0.30000000000000004, 3 / 10 is 0.3
  const divisor = Math.round(1 / scale)
  if (scale === 1 / divisor) return finite(decode, (value) => value / divisor + offset)
  return finite(decode, (value) => value * scale + offset)
}

function finite(decode: ScalarDecoder, change: (value: number) => number): ScalarDecoder {
  return (view, at) => {
    const value = decode(view, at)
    if (typeof value !== 'number') return value
    const changed = change(value)
    return Number.isFinite(changed) ? changed : NO_NUMBER
  }
}
