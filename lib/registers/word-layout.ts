// How the bytes of a value lie in registers, each of which comes most significant byte first.

import type { WordOrder } from '../contract/word-types'

export type Layout = {
  /** Of a value of several registers the least significant one comes first. */
  readonly lowWordFirst: boolean
  /** The two bytes of each register are the other way round. */
  readonly bytesSwapped: boolean
}

export const BIG_ENDIAN: Layout = { lowWordFirst: false, bytesSwapped: false }
const WORDS_SWAPPED: Layout = { lowWordFirst: true, bytesSwapped: false }
const BYTES_SWAPPED: Layout = { lowWordFirst: false, bytesSwapped: true }
const LITTLE_ENDIAN: Layout = { lowWordFirst: true, bytesSwapped: true }

const layouts: Record<Exclude<WordOrder, ''>, Layout> = {
  AB: BIG_ENDIAN,
  BA: BYTES_SWAPPED,
  ABCD: BIG_ENDIAN,
  CDAB: WORDS_SWAPPED,
  BADC: BYTES_SWAPPED,
  DCBA: LITTLE_ENDIAN,
  ABCDEF: BIG_ENDIAN,
  EFCDAB: WORDS_SWAPPED,
  BADCFE: BYTES_SWAPPED,
  FEDCBA: LITTLE_ENDIAN,
  ABCDEFGH: BIG_ENDIAN,
  GHEFCDAB: WORDS_SWAPPED,
  BADCFEHG: BYTES_SWAPPED,
  HGFEDCBA: LITTLE_ENDIAN,
}

/** `native` is what '' stands for: how the devices of a protocol lay out this type by themselves. */
export function layoutOf(order: WordOrder, native: Layout): Layout {
  return order === '' ? native : layouts[order]
}
