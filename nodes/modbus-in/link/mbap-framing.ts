// Modbus TCP and UDP: the transaction id in the header tells which request is answered. Some devices and gateways answer with
// id 0, or count by themselves; their answers are told apart as those of RTU are.

import { Noise, SOCKET_NOISE_MAX } from '../../../lib/net/noise'
import { describeDeviation, otherTransaction } from './deviations'
import { Dialogue, type Taken } from './dialogue'
import type { Finding, Framing } from './framing'
import {
  answerIn,
  fittingLength,
  frameLength,
  frameRequest,
  HEADER_BYTES,
  hasImpossibleLength,
  headerEnd,
  KNOWN_BYTES,
  toRtu,
  transactionOf,
} from './mbap'
import { type Found, Recognition } from './mbap-recognition'
import type { Sent } from './outstanding'
import { type Asked, addressedTo } from './rtu'
import { Scanner } from './scanner'
import { Nonsense } from './strangers'

/** 0 is not given out: it tells nothing. */
const TRANSACTIONS = 0xffff
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

export abstract class MbapFraming implements Framing {
  readonly #dialogue: Dialogue
  readonly #recognition: Recognition
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
    look: (bytes, insidePart) => this.#recognition.look(bytes, insidePart),
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
    this.#dialogue = new Dialogue({ ...settings, isSerial: false })
    this.#recognition = new Recognition(this.#dialogue, settings.anyTransaction)
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
    return this.#send(this.#dialogue.probe(asked, nowMs), nowMs, asked.width ?? 1, true)
  }

  prove(nowMs: number): Buffer | undefined {
    const transaction = (this.#transaction % TRANSACTIONS) + 1
    const rtu = this.#dialogue.prove(nowMs, transaction)
    if (!rtu) return undefined
    this.#transaction = transaction
    this.#issued++
    return frameRequest(transaction, rtu)
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
    if (taken.kind === 'doubtful') return [taken]
    if (taken.kind === 'late') {
      this.#instead ??= 'the answer to an earlier request came late; allow a longer timeout?'
      return [{ kind: 'late' }]
    }
    this.answered = true
    this.noise.restart()
    this.#surplus = hasImpossibleLength(frame) ? 0 : Math.max(headerEnd(frame) - frame.length, 0)
    const findings = this.#tellLengths(frame)
    if (taken.kind === 'answer') {
      findings.push({ kind: 'answer', rtu: addressedTo(taken.sent.unit, taken.frame ?? toRtu(frame)) })
    }
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
        text: `a wrong length field: it says ${announced}, by function and byte count the answer has ${length}`,
      },
    ]
  }

  #deviate(sent: Sent, frame: Buffer): Finding[] {
    const isKnown = this.#recognition.knownBy(transactionOf(frame)) === sent
    if (!isKnown) this.#idsTell = false
    const taken = isKnown ? this.#dialogue.settle(sent) : this.#dialogue.takeDeviation(toRtu(frame))
    if (taken.kind === 'late' || taken.kind === 'doubtful') return [taken]
    this.answered = true
    this.noise.restart()
    const text = describeDeviation(taken.sent, answerIn(frame)) ?? 'its answer is incomplete'
    return taken.kind === 'answer' ? [{ kind: 'deviation', text }] : []
  }

  #stray(frame: Buffer): Finding[] {
    const transaction = transactionOf(frame)
    const age = (this.#transaction - transaction + TRANSACTIONS) % TRANSACTIONS
    const isUntold = this.#recognition.tellsNothing(transaction)
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
