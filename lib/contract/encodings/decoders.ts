// The encodings that are known, for texts of a length.

import { ESCAPES, plus } from './escapes'
import { numbersDecoder, spacedDecoder } from './lists'
import { packedDecoders } from './packings'
import { APART, type Decoder, Draft } from './reading'

/** All encodings. What is shorter than `minLength` once it is decoded is not looked at. */
export function decodersOf(minLength: number, withSpaces: boolean): Decoder[] {
  const escapes = withSpaces ? [...ESCAPES, plus] : ESCAPES
  return [...escapes, ...packedDecoders(minLength), numbersDecoder(minLength), spacedDecoder(minLength)]
}

/**
 * What may hold a further encoding: of what was decoded in vain, as every word is that looks like base64, most is no text. Text is
 * ASCII, UTF-8 still in bytes, and characters above them.
 */
export function legibleDecoder(minLength: number): Decoder {
  const legible = RegExp(String.raw`(?:[\0\t\n\r -~\u0100-\ufffe]|[\xc2-\xf4][\x80-\xbf]{1,3}){${minLength},}`, 'g')
  return (reading) => {
    const draft = new Draft(reading)
    for (const { 0: run, index } of reading.chars.matchAll(legible)) {
      draft.copy(index, index + run.length)
      draft.add(APART, index, index + run.length)
    }
    return draft.reading()
  }
}
