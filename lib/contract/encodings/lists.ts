// Texts as lists of their characters: of their numbers, or of themselves.

import { ofNumber } from './escapes'
import { APART, type Decoder, Draft } from './reading'

/** The number of each byte or character, as in a dump of a list. */
export function numbersDecoder(minLength: number): Decoder {
  const list = RegExp(`\\d{1,7}(?:[^\\da-z]{1,3}\\d{1,7}){${minLength - 1},}`, 'gi')
  return (reading) => {
    const draft = new Draft(reading)
    for (const { 0: run, index } of reading.chars.matchAll(list)) {
      for (const number of run.matchAll(/\d+/g)) {
        const from = index + number.index
        draft.add(ofNumber(Number(number[0])), from, from + number[0].length)
      }
      draft.add(APART, index, index + run.length)
    }
    return draft.reading()
  }
}

/** With the same character behind each: NUL in UTF-16, or what was made of it. */
export function spacedDecoder(minLength: number): Decoder {
  const spaced = RegExp(`.(.)(?:.\\1){${minLength - 2},}.?`, 'gs')
  return (reading) => {
    const draft = new Draft(reading)
    for (const { 0: run, index } of reading.chars.matchAll(spaced)) {
      for (let at = 0; at < run.length; at += 2) draft.add(run.charAt(at), index + at, index + at + 1)
      draft.add(APART, index, index + run.length)
    }
    return draft.reading()
  }
}
