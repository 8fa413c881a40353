// What is read of a device as one: a value or several that lie within each other, with the columns that they fill.

import type { Span } from '../registers/blocks'
import type { Decoder } from '../registers/decoder'

/** A value is never torn apart: an array or a text is one item as a whole. */
export type Item<Area extends string = string> = Span<Area> & {
  readonly unit: number
  /** It is read in every n-th cycle; absent = in each. */
  readonly every?: number
  /** `decode` is told where the item starts: a byte in an area of registers, a bit in an area of bits. */
  readonly targets: { readonly column: number; readonly decode: Decoder }[]
}
