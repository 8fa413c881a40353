// Texts in registers: two characters in each, or one in its high or low byte.

import type { Charset } from '../contract/reader-fields'
import type { TextType } from '../contract/word-types'
import { charsetDecoder } from './charsets'
import { type ScalarDecoder, Unreadable } from './decoder'
import type { Layout } from './word-layout'

export type TextSpec = { readonly type: TextType; readonly length: number; readonly charset: Charset }

/** So many bytes up to the first NUL. */
export function textDecoder({ type, length, charset }: TextSpec, { bytesSwapped }: Layout): ScalarDecoder {
  const decode = charsetDecoder(charset)
  const swap = bytesSwapped ? 1 : 0
  const [step, first] = type === 'string' ? [1, 0] : [2, type === 'stringh' ? 0 : 1]
  return (view, at) => {
    const bytes = new Uint8Array(length)
    for (let index = 0; index < length; index++) bytes[index] = view.getUint8(at + ((index * step + first) ^ swap))
    const end = bytes.indexOf(0)
    if (end < 0) return decode(bytes)
    const alone = type === 'string' && end <= 1 ? halfOfPairs(bytes) : undefined
    return alone === undefined ? decode(bytes.subarray(0, end)) : spread(alone)
  }
}

/** Which byte of each register holds a character, where none holds two and the first two hold one. */
function halfOfPairs(bytes: Uint8Array): 'stringh' | 'stringl' | undefined {
  for (const [type, character] of [
    ['stringh', 0],
    ['stringl', 1],
  ] as const) {
    const isSpread = bytes.every((byte, index) => index % 2 === character || byte === 0)
    if (isSpread && isPrintable(bytes[character]) && isPrintable(bytes[character + 2])) return type
  }
  return undefined
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f
}

function spread(type: 'stringh' | 'stringl'): Unreadable {
  return new Unreadable(`the device holds one character in each register here: choose ${type} instead of string`)
}
