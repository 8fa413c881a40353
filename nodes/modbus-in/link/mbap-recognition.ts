// What begins at a place in a stream of Modbus TCP: by its id, or by all else, the answer to a request.

import type { Dialogue } from './dialogue'
import {
  fittingLength,
  frameLength,
  functionOf,
  hasImpossibleLength,
  holds,
  isReadAnswer,
  KNOWN_BYTES,
  mayBeginFrame,
  toRtu,
  transactionOf,
  unitOf,
} from './mbap'
import type { Sent } from './outstanding'
import type { Seen } from './scanner'

/** Devices and gateways that do not know better answer with it. */
const NO_TRANSACTION = 0

/**
 * `known`: by its id it answers this request; `untold`: its id tells nothing, and it could be for this one. `repeat`: of what was
 * taken last, where ids tell nothing. `stray`: it answers nothing that is known.
 */
type Kind = { kind: 'known' | 'untold' | 'deviation'; sent: Sent } | { kind: 'repeat' | 'stray' }
export type Found = Kind & { length: number }

export class Recognition {
  readonly #dialogue: Dialogue
  readonly #anyTransaction: boolean

  constructor(dialogue: Dialogue, anyTransaction: boolean) {
    this.#dialogue = dialogue
    this.#anyTransaction = anyTransaction
  }

  /** An answer with this id may be for any request. */
  tellsNothing(transaction: number): boolean {
    return this.#anyTransaction || transaction === NO_TRANSACTION
  }

  /** A frame whose length field says nothing is believed where all else fits a request. */
  look(bytes: Buffer, insidePart: boolean): Seen<Found> {
    if (!mayBeginFrame(bytes)) return 'nothing'
    if (bytes.length < KNOWN_BYTES) return insidePart ? 'nothing' : 'part'
    const known = this.knownBy(transactionOf(bytes))
    const isCurrent = known !== undefined && known === this.#dialogue.current
    // what is inside of another frame is hardly ever one: but for the answer that is waited for, zeros look like a header
    if (insidePart && !isCurrent && this.#awaitedLength(bytes) !== bytes.length) return 'nothing'
    if (known) return this.#lookAtKnown(bytes, known, isCurrent)
    const untold = this.tellsNothing(transactionOf(bytes)) ? this.#lookAtUntold(bytes) : undefined
    if (untold) return untold
    // the bytes before a frame and the first ones of it can look like the beginning of another one
    return isReadAnswer(bytes) ? this.#whole(bytes, { kind: 'stray' }, 'part') : 'nothing'
  }

  #lookAtKnown(bytes: Buffer, sent: Sent, isCurrent: boolean): Seen<Found> {
    const length = fittingLength(sent, bytes)
    if (length === undefined) return this.#whole(bytes, { kind: 'deviation', sent }, isCurrent ? 'hold' : 'part')
    return this.#fitting(bytes, { kind: 'known', sent, length })
  }

  /** The earliest request that it can be an answer to. */
  #lookAtUntold(bytes: Buffer): Seen<Found> | undefined {
    const waiting = this.#dialogue.waiting(unitOf(bytes))
    for (const sent of waiting) {
      const length = fittingLength(sent, bytes)
      if (length === undefined) continue
      return this.#fitting(bytes, { kind: 'untold', sent, length })
    }
    const whole = bytes.subarray(0, frameLength(bytes) ?? 0)
    if (whole.length > 0 && this.#dialogue.isRepeating(toRtu(whole))) return { kind: 'repeat', length: whole.length }
    if (hasImpossibleLength(bytes)) return undefined
    const deviated = waiting.find(({ functionCode }) => functionCode === functionOf(bytes))
    return deviated && this.#whole(bytes, { kind: 'deviation', sent: deviated }, 'part')
  }

  /** A late answer may be cut short: then the one that is waited for begins within what seems to be its data, and does not end before them. */
  #fitting(bytes: Buffer, found: Extract<Found, { sent: Sent }>): Seen<Found> {
    const { sent, length } = found
    if (sent === this.#dialogue.current) return length > 0 && length <= bytes.length ? found : 'hold'
    if (length === 0 || length > bytes.length) return 'part'
    for (let at = 1; at < length; at++) {
      const awaited = this.#awaitedLength(bytes.subarray(at))
      if (awaited === 0 || at + (awaited ?? 0) >= length) return 'nothing'
    }
    return found
  }

  /** How long the answer that is waited for is, if it begins so, by its id or an id that tells nothing; 0 while that cannot be told. */
  #awaitedLength(bytes: Buffer): number | undefined {
    const { current } = this.#dialogue
    if (!current || bytes.length < KNOWN_BYTES || !mayBeginFrame(bytes)) return undefined
    const transaction = transactionOf(bytes)
    if (transaction !== current.transaction && !this.tellsNothing(transaction)) return undefined
    return fittingLength(current, bytes)
  }

  /** Zeros look like a header, and so does the beginning of one: it is none if the answer that is waited for begins within. */
  #whole(bytes: Buffer, found: Kind, begun: 'part' | 'hold'): Seen<Found> {
    const length = frameLength(bytes)
    if (length === undefined) return 'nothing'
    if (length === 0 || length > bytes.length) return begun
    const awaited = this.#dialogue.current?.transaction
    const isNone = awaited !== undefined && holds(bytes.subarray(1, length), awaited)
    return isNone ? 'nothing' : { ...found, length }
  }

  /** The request that goes by this id; undefined where ids tell nothing. */
  knownBy(transaction: number): Sent | undefined {
    return this.tellsNothing(transaction) ? undefined : this.#dialogue.withTransaction(transaction)
  }
}
