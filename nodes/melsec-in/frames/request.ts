// What a PLC can be asked for, whatever the frame, and what comes back.

/** A device and its number, as in an address. */
export type Point = { readonly device: string; readonly number: number }

export type Request =
  /** Consecutive 16-bit words: `words` of them come back. Of bit devices 16 points make a word, the first in its lowest bit. */
  | ({ readonly kind: 'words'; readonly words: number } & Point)
  /** Consecutive points of a bit device. */
  | ({ readonly kind: 'bits'; readonly points: number } & Point)
  /** Points from anywhere; a double word begins at its point. Not in 1E. */
  | { readonly kind: 'random'; readonly words: readonly Point[]; readonly doubleWords: readonly Point[] }
  /** Does anybody answer? The text comes back: digits and the letters A to F. */
  | { readonly kind: 'loop-back'; readonly text: string }
  | { readonly kind: 'cpu-type' }

/** Where in the network the PLC is (access route); 1E knows the PC number only. */
export type Route = {
  readonly network: number
  readonly pc: number
  readonly moduleIo: number
  readonly station: number
}

/** The PLC that the connection ends at ([COM] 6, "own station"). */
export const OWN_STATION: Route = { network: 0, pc: 0xff, moduleIo: 0x3ff, station: 0 }

export type Refusal = {
  readonly kind: 'refused'
  readonly endCode: number
  /** What 1E adds to end code 5B. */
  readonly abnormalCode?: number
  /** Who refused, and which command; 3E and 4E tell. */
  readonly by?: Route & { readonly command: number; readonly subcommand: number }
}

export type Reply =
  /**
   * 16-bit words in the order of their numbers, most significant byte first as Modbus has them: lib/registers decodes them. A
   * value of several words has its low word first (the order CDAB), as in the PLC. Random: the words, then two for each double word.
   */
  | { readonly kind: 'registers'; readonly registers: DataView }
  /** Packed as Modbus has them, the first in the lowest bit of the first byte. */
  | { readonly kind: 'bits'; readonly bits: DataView }
  | { readonly kind: 'echo' }
  | { readonly kind: 'cpu-type'; readonly name: string; readonly code: number }
  /** A valid answer that says no. */
  | Refusal
  | Deviation
  | Violation

/** A whole frame that answers the request, but no value can be taken from it; what follows it can be trusted all the same. */
export type Deviation = { readonly kind: 'deviation'; readonly text: string }

export function deviation(text: string): Deviation {
  return { kind: 'deviation', text }
}

/** It breaks the rules of the protocol: nothing that came or may still come on this connection can be believed. */
export type Violation = {
  readonly kind: 'violation'
  readonly text: string
  /** It is the answer, in another frame or data code: no other one is to come. */
  readonly isOtherForm?: true
}

export function violation(text: string): Violation {
  return { kind: 'violation', text }
}

export function otherForm(text: string): Violation {
  return { kind: 'violation', text, isOtherForm: true }
}

/** 16-bit words that a request brings. */
export function wordsAskedFor(request: Request): number {
  if (request.kind === 'words') return request.words
  return request.kind === 'random' ? request.words.length + 2 * request.doubleWords.length : 0
}
