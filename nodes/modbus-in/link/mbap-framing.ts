// Modbus TCP and UDP: the transaction id in the header tells which request is answered.

import type { Finding, Framing } from './framing'
import { checkAnswer, frameRequest, nextFrame, toRtu, transactionOf } from './mbap'
import { type Asked, dataBytesOf, parseAsked } from './rtu'

const TRANSACTIONS = 0x1_0000
/** More frames than this that answer nothing, without one that does, are no late answers any more. */
const LATE_MAX = 100
const EMPTY = Buffer.alloc(0)

abstract class MbapFraming implements Framing {
  #expected: Asked | undefined
  #lastTransaction: number
  #issued = 0

  /**
   * The first transaction id is left to chance: there are gateways that hand the answers to an earlier client to the next
   * one.
   */
  constructor(chance: () => number) {
    this.#lastTransaction = Math.floor(chance() * TRANSACTIONS)
  }

  restart(): void {
    this.#expected = undefined
  }

  request(rtu: Buffer): Buffer {
    this.#lastTransaction = (this.#lastTransaction + 1) % TRANSACTIONS
    this.#issued++
    this.#expected = parseAsked(rtu)
    return frameRequest(this.#lastTransaction, rtu)
  }

  giveUp(): void {
    this.#expected = undefined
  }

  abstract receive(chunk: Buffer): Finding[]

  /** Every answer has the id of its request. */
  doubts(): boolean {
    return false
  }

  probe(): Buffer {
    return EMPTY
  }

  /** Passes on an answer to the request under way, drops a late one, says what is wrong with any other. */
  protected judge(frame: Buffer): Exclude<Finding, { kind: 'noise' }> {
    if (this.#isLate(frame)) return { kind: 'late' }
    const expected = this.#expected
    if (!expected) return { kind: 'violation', text: 'it answers without having been asked' }
    const { unit, functionCode } = expected
    const dataBytes = dataBytesOf(expected)
    const wrong = checkAnswer(frame, { transaction: this.#lastTransaction, unit, functionCode, dataBytes })
    if (wrong !== undefined) return { kind: 'violation', text: wrong }
    this.#expected = undefined
    return { kind: 'answer', rtu: toRtu(frame) }
  }

  /** Of a request that is over, be it given up or answered before. */
  #isLate(frame: Buffer): boolean {
    const age = (this.#lastTransaction - transactionOf(frame) + TRANSACTIONS) % TRANSACTIONS
    return age === 0 ? this.#issued > 0 && !this.#expected : age < this.#issued
  }
}

/** Over TCP: a stream that has to be cut into frames. Where it cannot be, all that follows is in doubt. */
export class MbapStream extends MbapFraming {
  #incoming: Buffer = EMPTY
  #lateInARow = 0

  override restart(): void {
    super.restart()
    this.#incoming = EMPTY
    this.#lateInARow = 0
  }

  receive(chunk: Buffer): Finding[] {
    this.#incoming = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk])
    const findings: Finding[] = []
    for (;;) {
      const next = nextFrame(this.#incoming)
      if (next.kind === 'incomplete') return findings
      const finding = next.kind === 'violation' ? next : this.#count(this.judge(next.frame))
      findings.push(finding)
      this.#incoming = next.kind === 'frame' && finding.kind !== 'violation' ? next.rest : EMPTY
      if (finding.kind === 'violation') return findings
    }
  }

  #count(finding: Finding): Finding {
    this.#lateInARow = finding.kind === 'late' ? this.#lateInARow + 1 : 0
    if (this.#lateInARow <= LATE_MAX) return finding
    return { kind: 'violation', text: 'it sends answers that nobody asked for' }
  }
}

/** Over UDP: a datagram is a frame or it is nothing, and says nothing of the next one. */
export class MbapDatagrams extends MbapFraming {
  receive(datagram: Buffer): Finding[] {
    const next = nextFrame(datagram)
    if (next.kind === 'incomplete')
      return [{ kind: 'noise', text: `a datagram of ${datagram.length} bytes is too short` }]
    if (next.kind === 'violation') return [{ kind: 'noise', text: next.text }]
    if (next.rest.length > 0) {
      return [{ kind: 'noise', text: `a datagram has ${next.rest.length} bytes more than it announces` }]
    }
    const finding = this.judge(next.frame)
    return [finding.kind === 'violation' ? { kind: 'noise', text: finding.text } : finding]
  }
}
