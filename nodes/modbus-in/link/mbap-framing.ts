// Modbus TCP and UDP: the transaction id in the header tells which request is answered. Some devices and gateways answer with
// id 0, or count by themselves; their answers are told apart as those of RTU are.

import { describeDeviation, otherTransaction } from './deviations'
import { Dialogue, type Taken } from './dialogue'
import type { Finding, Framing } from './framing'
import {
  answerIn,
  fittingLength,
  frameLength,
  frameRequest,
  functionOf,
  HEADER_BYTES,
  headerEnd,
  holds,
  KNOWN_BYTES,
  mayBeginFrame,
  toRtu,
  transactionOf,
  unitOf,
} from './mbap'
import type { Sent } from './outstanding'
import { type Asked, addressedTo } from './rtu'
import { Noise, Scanner, type Seen, SOCKET_NOISE_MAX } from './scanner'
import { Nonsense } from './strangers'

/** 0 is not given out: who answers with it always tells nothing by it. */
const TRANSACTIONS = 0xffff
const NO_TRANSACTION = 0
/** What is older than so many requests is not taken for an answer that came twice. */
const REPEATS_MAX = 100
/** More frames than this that answer nothing, without one that does, are no late answers any more. */
const LATE_MAX = 100

export type MbapSettings = {
  timeoutMs: number
  /** From [0, 1). */
  chance(): number
  /** An answer may come from any unit. */
  anyUnit: boolean
  /** An answer may have any transaction id. */
  anyTransaction: boolean
}

/**
 * `known`: by its id it answers this request; `untold`: its id tells nothing, and it could be for this one. `repeat`: of what was
 * taken last, where ids tell nothing. `stray`: it answers nothing that is known.
 */
type Kind = { kind: 'known' | 'untold' | 'deviation'; sent: Sent } | { kind: 'repeat' | 'stray' }
type Found = Kind & { length: number }

export abstract class MbapFraming implements Framing {
  readonly #settings: MbapSettings
  readonly #dialogue: Dialogue
  /** False from the first answer with id 0 on: an answer may come that tells nothing. */
  #idsTell: boolean
  #transaction: number
  #issued = 0
  /** What came since the request, and is no answer. */
  #instead: string | undefined
  readonly #nonsense = new Nonsense()
  #toldLengths = false
  /** Bytes behind the last answer that its length field counts and its byte count does not. */
  #surplus = 0
  #lateInARow = 0
  #findings: Finding[] = []
  #dropped: Finding | undefined
  protected readonly noise = new Noise(SOCKET_NOISE_MAX)
  protected readonly scanner = new Scanner<Found>({
    look: (bytes, insidePart) => this.#look(bytes, insidePart),
    take: (found, frame) => this.#findings.push(...this.#take(found, frame)),
    drop: (bytes) => this.#drop(bytes),
  })
  /** Whether anything was answered over this link. */
  protected answered = false

  /**
   * The first transaction id is left to chance: there are gateways that hand the answers to an earlier client to the next
   * one.
   */
  constructor(settings: MbapSettings) {
    this.#settings = settings
    this.#dialogue = new Dialogue({ ...settings, isSerial: false })
    this.#idsTell = !settings.anyTransaction
    this.#transaction = Math.floor(settings.chance() * TRANSACTIONS)
  }

  restart(): void {
    this.#dialogue.interrupt()
    this.scanner.restart()
    this.noise.restart()
    this.answered = false
    this.#lateInARow = 0
    this.#surplus = 0
  }

  request(rtu: Buffer, nowMs: number, width = 1): Buffer {
    return this.#send(rtu, nowMs, width, false)
  }

  giveUp(): string | undefined {
    const asked = this.#dialogue.current
    this.#dialogue.giveUp(false)
    return asked && (this.#instead ?? this.#describeRest(asked))
  }

  abstract receive(chunk: Buffer): Finding[]

  doubts(asked: Asked, nowMs: number): boolean {
    return !this.#idsTell && this.#dialogue.doubts(asked, nowMs)
  }

  probe(asked: Asked, nowMs: number): Buffer {
    return this.#send(this.#dialogue.probe(asked), nowMs, asked.width ?? 1, true)
  }

  wireBytes(rtuBytes: number): number {
    return rtuBytes
  }

  /** What frames there are, and what is none. */
  protected scan(bytes: Buffer): { findings: Finding[]; dropped: Finding | undefined } {
    this.#findings = []
    this.#dropped = undefined
    this.scanner.scan(bytes)
    return { findings: this.#findings, dropped: this.#dropped }
  }

  #send(rtu: Buffer, nowMs: number, width: number, isProbe: boolean): Buffer {
    this.#transaction = (this.#transaction % TRANSACTIONS) + 1
    this.#issued++
    this.#instead = undefined
    this.#nonsense.forget(this.scanner.incoming.length)
    this.#dialogue.send(rtu, nowMs, { width, isProbe, transaction: this.#transaction })
    return frameRequest(this.#transaction, rtu)
  }

  #look(bytes: Buffer, insidePart: boolean): Seen<Found> {
    if (!mayBeginFrame(bytes)) return 'nothing'
    if (bytes.length < KNOWN_BYTES) return insidePart ? 'nothing' : 'part'
    const known = this.#knownBy(transactionOf(bytes))
    const isCurrent = known !== undefined && known === this.#dialogue.current
    // what is inside of another frame is hardly ever one: but for the answer that is waited for, zeros look like a header
    if (insidePart && !isCurrent) return 'nothing'
    if (known) return this.#lookAtKnown(bytes, known, isCurrent)
    const isUntold = this.#settings.anyTransaction || transactionOf(bytes) === NO_TRANSACTION
    return (isUntold && this.#lookAtUntold(bytes)) || this.#whole(bytes, { kind: 'stray' }, 'part')
  }

  #lookAtKnown(bytes: Buffer, sent: Sent, isCurrent: boolean): Seen<Found> {
    const length = fittingLength(sent, bytes)
    if (length === undefined) return this.#whole(bytes, { kind: 'deviation', sent }, isCurrent ? 'hold' : 'part')
    if (length > 0 && length <= bytes.length) return { kind: 'known', sent, length }
    return isCurrent ? 'hold' : 'part'
  }

  /** The earliest request that it can be an answer to. */
  #lookAtUntold(bytes: Buffer): Seen<Found> | undefined {
    const waiting = this.#dialogue.waiting(unitOf(bytes))
    for (const sent of waiting) {
      const length = fittingLength(sent, bytes)
      if (length === undefined) continue
      return length > 0 && length <= bytes.length ? { kind: 'untold', sent, length } : 'hold'
    }
    const whole = bytes.subarray(0, frameLength(bytes))
    if (whole.length > 0 && this.#dialogue.isRepeating(toRtu(whole))) return { kind: 'repeat', length: whole.length }
    const deviated = waiting.find(({ functionCode }) => functionCode === functionOf(bytes))
    return deviated && this.#whole(bytes, { kind: 'deviation', sent: deviated }, 'part')
  }

  /** Zeros look like a header, and so does the beginning of one: it is none if the answer that is waited for begins within. */
  #whole(bytes: Buffer, found: Kind, begun: 'part' | 'hold'): Seen<Found> {
    const length = frameLength(bytes)
    if (length === 0 || length > bytes.length) return begun
    return this.#dialogue.current && holds(bytes.subarray(1, length), this.#transaction)
      ? 'nothing'
      : { ...found, length }
  }

  /** The request that goes by this id; undefined where ids tell nothing. */
  #knownBy(transaction: number): Sent | undefined {
    if (this.#settings.anyTransaction || transaction === NO_TRANSACTION) return undefined
    return this.#dialogue.withTransaction(transaction)
  }

  #take(found: Found, frame: Buffer): Finding[] {
    this.#surplus = 0
    const findings = this.#judge(found, frame)
    this.#lateInARow = findings.some(({ kind }) => kind === 'late') ? this.#lateInARow + 1 : 0
    if (this.#lateInARow <= LATE_MAX) return findings
    return [{ kind: 'violation', text: 'it sends answers that nobody asked for' }]
  }

  #judge(found: Found, frame: Buffer): Finding[] {
    switch (found.kind) {
      case 'known':
        return this.#tell(this.#dialogue.settle(found.sent), frame)
      case 'untold':
        this.#idsTell = false
        return this.#tell(this.#dialogue.take(toRtu(frame)), frame)
      case 'repeat':
        this.#dialogue.takeRepeat(toRtu(frame))
        return [{ kind: 'late' }]
      case 'deviation':
        return this.#deviate(found.sent, frame)
      case 'stray':
        return this.#stray(frame)
    }
  }

  #tell(taken: Taken, frame: Buffer): Finding[] {
    if (taken.kind === 'late') {
      this.#instead ??= 'the answer to an earlier request came late; allow a longer timeout?'
      return [{ kind: 'late' }]
    }
    this.answered = true
    this.noise.restart()
    this.#surplus = Math.max(headerEnd(frame) - frame.length, 0)
    const findings = this.#tellLengths(frame)
    if (taken.kind === 'answer') findings.push({ kind: 'answer', rtu: addressedTo(taken.sent.unit, toRtu(frame)) })
    return findings
  }

  /** Once: it is the same with each answer. */
  #tellLengths(frame: Buffer): Finding[] {
    if (this.#toldLengths || headerEnd(frame) === frame.length) return []
    this.#toldLengths = true
    const [announced, length] = [headerEnd(frame) - HEADER_BYTES, frame.length - HEADER_BYTES]
    return [
      {
        kind: 'noise',
        text: `the length field, which says ${announced}; by function and byte count the answer has ${length}`,
      },
    ]
  }

  #deviate(sent: Sent, frame: Buffer): Finding[] {
    const isKnown = this.#knownBy(transactionOf(frame)) === sent
    if (!isKnown) this.#idsTell = false
    const taken = isKnown ? this.#dialogue.settle(sent) : this.#dialogue.takeDeviation(toRtu(frame))
    if (taken.kind === 'late') return [{ kind: 'late' }]
    this.answered = true
    this.noise.restart()
    const text = describeDeviation(taken.sent, answerIn(frame)) ?? 'its answer is incomplete'
    return taken.kind === 'answer' ? [{ kind: 'deviation', text }] : []
  }

  #stray(frame: Buffer): Finding[] {
    const transaction = transactionOf(frame)
    const age = (this.#transaction - transaction + TRANSACTIONS) % TRANSACTIONS
    const isUntold = this.#settings.anyTransaction || transaction === NO_TRANSACTION
    if (!isUntold && age < Math.min(this.#issued, REPEATS_MAX)) return [{ kind: 'late' }]
    const asked = this.#dialogue.current
    if (!asked) return [this.noise.add(frame.length, 'an answer without having been asked')]
    const deviation = isUntold ? describeDeviation(asked, answerIn(frame)) : undefined
    const text = deviation ?? otherTransaction(transaction, asked.transaction)
    this.#instead ??= text
    return [this.noise.add(frame.length, text)]
  }

  #drop(bytes: Buffer): void {
    const counted = bytes.subarray(Math.min(this.#surplus, bytes.length))
    this.#surplus = 0
    if (counted.length === 0) return
    this.#nonsense.add(bytes)
    this.#dropped = this.noise.add(counted.length)
  }

  /** What came when no whole frame did. */
  #describeRest(asked: Sent): string | undefined {
    const { incoming } = this.scanner
    if (incoming.length >= KNOWN_BYTES && transactionOf(incoming) === asked.transaction) {
      const length = fittingLength(asked, incoming) || frameLength(incoming) || headerEnd(incoming)
      return `its answer is cut short: ${incoming.length} of ${length} bytes came`
    }
    this.#nonsense.add(incoming)
    return this.answered ? undefined : this.#nonsense.describe(asked)
  }
}
