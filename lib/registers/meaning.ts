// What a decoded value is in the flow: bad outside of its bounds, a text where it has one.

import type { Bounds } from '../contract/bounds'
import { reasonOutside } from '../contract/bounds'
import { textOf, type ValueTexts } from '../contract/value-texts'
import { type ScalarDecoder, Unreadable } from './decoder'

export type Meaning = { readonly bounds?: Bounds | undefined; readonly texts?: ValueTexts | undefined }

/** The decoder itself where there is neither. */
export function meant(decode: ScalarDecoder, { bounds, texts }: Meaning): ScalarDecoder {
  const bounded = bounds ? within(decode, bounds) : decode
  if (!texts) return bounded
  return (view, at) => {
    const value = bounded(view, at)
    return value instanceof Unreadable ? value : textOf(value, texts)
  }
}

function within(decode: ScalarDecoder, bounds: Bounds): ScalarDecoder {
  return (view, at) => {
    const value = decode(view, at)
    if (value instanceof Unreadable || typeof value === 'boolean') return value
    const reason = reasonOutside(value, bounds)
    return reason === undefined ? value : new Unreadable(reason)
  }
}
