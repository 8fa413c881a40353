// Requests and answers where answers do not tell which request they belong to: what is waited for, what must be feared, and
// how a proof is got that nothing else is to come.

import { Copies } from './copies'
import { otherRead } from './other-read'
import { answerLength, Outstanding, RETURN_QUERY_DATA, type Sent, sentOf } from './outstanding'
import { type Asked, dataBytesOf, parseAsked, rtuFrame } from './rtu'

/**
 * After so many timeouts, and not before so many ms, an answer does not come any more. Gateways that queue are late by some
 * timeouts; but who answers no probe must be asked again some day, and is not before.
 */
const LATEST_TIMEOUTS = 10
const LATEST_MIN_MS = 5000
const WORDS = 0x1_0000

export type DialogueSettings = {
  timeoutMs: number
  /** From [0, 1). */
  chance(): number
  /** An answer may come from any unit. */
  anyUnit: boolean
  /** Return Query Data exists on serial lines only. */
  isSerial: boolean
}

/**
 * What a frame was: `proof` answers a probe, `late` a request that is over, or none. `doubtful`: it may be the answer, or a copy of an
 * earlier one; a proof is to be asked for. `frame` of an answer: the one that was doubtful until now.
 */
export type Taken =
  | { kind: 'answer'; sent: Sent; frame?: Buffer }
  | { kind: 'proof'; sent: Sent }
  | { kind: 'late' }
  | { kind: 'doubtful' }

const LATE: Taken = { kind: 'late' }
const DOUBTFUL: Taken = { kind: 'doubtful' }

export class Dialogue {
  readonly #settings: DialogueSettings
  readonly #outstanding: Outstanding
  #current: Sent | undefined
  #currentIsProbe = false
  readonly #copies = new Copies()
  /** Units of which is known that nothing is to come but what is outstanding: who starts does not know what was asked before. */
  readonly #met = new Set<number>()
  /** Units that left their last Return Query Data unanswered. */
  readonly #mute = new Set<number>()
  /**
   * What may be the answer to the current request, and the probe that shows it. `isMixed`: frames that differ may be; which of them is
   * the answer cannot be told, since a copy may come before it and behind it.
   */
  #held: { readonly frame: Buffer; readonly isMixed: boolean; probe?: Sent } | undefined
  #queryData: number

  constructor(settings: DialogueSettings) {
    this.#settings = settings
    const latestMs = Math.max(LATEST_TIMEOUTS * settings.timeoutMs, LATEST_MIN_MS)
    this.#outstanding = new Outstanding(latestMs, settings.anyUnit)
    this.#queryData = Math.floor(settings.chance() * WORDS)
  }

  /** The request that is waited for. */
  get current(): Sent | undefined {
    return this.#current
  }

  /** All that may be answered by this unit, the earliest one first. */
  waiting(unit: number): readonly Sent[] {
    return this.#outstanding.of(unit)
  }

  withTransaction(transaction: number): Sent | undefined {
    return this.#outstanding.withTransaction(transaction)
  }

  /** A request, or the probe, goes out. */
  send(frame: Buffer, nowMs: number, details: { width: number; isProbe: boolean; transaction?: number }): void {
    const { isProbe, ...others } = details
    const { anyUnit } = this.#settings
    const current = sentOf(frame, nowMs, { ...others, anyUnit })
    this.#held = undefined
    this.#current = current
    this.#currentIsProbe = isProbe
    this.#outstanding.add(current)
  }

  /** The link is a new one, or what was taken for an answer was none: nothing is waited for. */
  interrupt(): void {
    this.#copies.newLink()
    this.#current = undefined
    this.#held = undefined
  }

  /** What came so far may have been our own words. */
  forgetProofs(): void {
    this.#met.clear()
    this.#copies.forgetStutterers()
    this.#current = undefined
    this.#held = undefined
  }

  /** `garbled`: an answer came that could not be read. An answer comes once, so no late one is to be feared. */
  giveUp(garbled: boolean): void {
    const current = this.#current
    const held = this.#held
    this.#current = undefined
    this.#held = undefined
    if (!current) return
    const key = this.#key(current.unit)
    if (held?.probe?.functionCode === RETURN_QUERY_DATA) this.#mute.add(key)
    // without an answer to the first one the next request goes out all the same: the unit may not know the function
    if (this.#currentIsProbe) this.#met.add(key)
    if (garbled) this.#outstanding.settle(current)
    else if (current.functionCode === RETURN_QUERY_DATA) this.#mute.add(key)
    else if (this.#currentIsProbe) this.#mute.delete(key)
  }

  /** Whether an answer to an earlier request could be taken for the one to this. */
  doubts(asked: Asked, nowMs: number): boolean {
    const { unit, functionCode } = asked
    const dataBytes = dataBytesOf(asked)
    const isMet = this.#met.has(this.#key(unit))
    return !isMet || this.#outstanding.isAmbiguous({ unit, functionCode, dataBytes }, nowMs)
  }

  /**
   * Diagnostics, Return Query Data (V1.1b3, 6.8): its answer is known beforehand, be it the echo of its data or an
   * exception. A unit that leaves this unanswered, as it must not, is asked for a value of another length instead, which
   * nobody uses; and the one or the other in turn as long as it says nothing at all.
   */
  probe(asked: Asked, nowMs: number): Buffer {
    const { unit } = asked
    if (!this.#settings.isSerial || this.#mute.has(this.#key(unit))) return this.#otherRead(asked, nowMs)
    this.#queryData = (this.#queryData + 1) % WORDS
    return rtuFrame(unit, RETURN_QUERY_DATA, 0, this.#queryData)
  }

  /** A whole frame that answers something outstanding. */
  take(frame: Buffer): Taken {
    if (this.#isDoubtful(frame) && !this.#isProof(frame)) {
      // a copy, or the answer to an earlier request, of which the next answer shows that it is over
      if (!this.#mayAnswer(frame)) return LATE
      const held = this.#held
      const isMixed = held !== undefined && (held.isMixed || !held.frame.equals(frame))
      this.#held = { frame, isMixed, ...(held?.probe && { probe: held.probe }) }
      return held ? LATE : DOUBTFUL
    }
    this.#copies.tookLast(frame)
    const sent = this.#outstanding.answered(frame)
    // also what came late, and what answered a probe: there may be a copy of it
    if (sent) this.#copies.remember(frame, sent)
    // the answer has come after all, so what came before it was a copy
    if (sent !== undefined && sent === this.#current && this.#held) this.#copies.stutters(this.#key(sent.unit))
    return this.#over(sent, frame)
  }

  /** What a doubtful frame is, is shown by the answer to this: whatever else is to come, comes before it. */
  prove(nowMs: number, transaction?: number): Buffer | undefined {
    const current = this.#current
    if (!current || !this.#held) return undefined
    const frame = this.probe(parseAsked(current.frame), nowMs)
    const { anyUnit } = this.#settings
    this.#held.probe = sentOf(frame, nowMs, { width: 1, anyUnit, ...(transaction !== undefined && { transaction }) })
    this.#outstanding.add(this.#held.probe)
    return frame
  }

  /** A whole frame for a function that was asked for, but with another number of data bytes. */
  takeDeviation(frame: Buffer): Taken {
    const sent = this.#outstanding.deviated(frame)
    if (sent) this.#copies.remember(frame, sent)
    return this.#over(sent)
  }

  /** The answer to this request, known by other means. */
  settle(sent: Sent): Taken {
    this.#outstanding.known(sent)
    return this.#over(sent)
  }

  /** What was taken before and begins to come once more. */
  isRepeating(bytes: Buffer): Buffer | undefined {
    return this.#copies.beginningWith(bytes)
  }

  takeRepeat(frame: Buffer): Taken {
    this.#copies.stutters(this.#key(frame.readUInt8(0)))
    this.#copies.tookLast(frame)
    return LATE
  }

  /** Of a unit that may say things twice: what was said lately in answer to another request. */
  #isDoubtful(frame: Buffer): boolean {
    const current = this.#current
    if (!current || this.#currentIsProbe) return false
    return this.#copies.mayBeOne(frame, current, this.#key(current.unit))
  }

  /** Whether it answers the probe, which was chosen so that no copy of anything said lately does. */
  #isProof(frame: Buffer): boolean {
    const probe = this.#held?.probe
    return probe !== undefined && !this.#mayAnswer(frame) && answerLength(probe, frame) === frame.length
  }

  /** Whether it can be the answer to the current request, as far as can be seen. */
  #mayAnswer(frame: Buffer): boolean {
    return this.#current !== undefined && answerLength(this.#current, frame) === frame.length
  }

  #over(sent: Sent | undefined, frame?: Buffer): Taken {
    const held = this.#held
    const current = this.#current
    if (current && sent && held && sent === held.probe) {
      if (!held.isMixed) return this.#answered(current, held.frame)
      // One of them was a copy. The request counts as unanswered, and is asked again.
      this.#held = { frame: held.frame, isMixed: true }
      this.#copies.stutters(this.#key(current.unit))
      return LATE
    }
    if (!sent || sent !== current) return LATE
    const { functionCode } = sent
    const key = this.#key(sent.unit)
    this.#current = undefined
    this.#held = undefined
    if (functionCode === RETURN_QUERY_DATA) this.#mute.delete(key)
    if (this.#currentIsProbe) {
      this.#met.add(key)
      return { kind: 'proof', sent }
    }
    return this.#answered(sent, frame)
  }

  #answered(sent: Sent, frame: Buffer | undefined): Taken {
    const wasHeld = this.#held !== undefined
    this.#current = undefined
    this.#held = undefined
    this.#copies.saidOnce(this.#key(sent.unit))
    return { kind: 'answer', sent, ...(wasHeld && frame && { frame }) }
  }

  #otherRead(asked: Asked, nowMs: number): Buffer {
    return otherRead(asked, {
      recent: this.#copies.recent.map(({ sent }) => sent),
      mayRepeat: !this.#copies.isStutterer(this.#key(asked.unit)),
      isAmbiguous: (read) => this.#outstanding.isAmbiguous(read, nowMs),
    })
  }

  #key(unit: number): number {
    return this.#settings.anyUnit ? 0 : unit
  }
}
