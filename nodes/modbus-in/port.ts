// The port that modbus-serial reads and writes: a connected socket behind the checks of mbap.ts. modbus-serial itself
// would take any frame with a known transaction id, count ids to 255 only, and collect without end what makes no frame.

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { checkAnswer, type Expected, frameRequest, nextFrame, toRtu, transactionOf } from './mbap'

export type PortListener = {
  /** The device broke the rules of the protocol: nothing it sends from here on can be trusted. The socket is destroyed. */
  violation(text: string): void
  /** An answer came to a request that had been given up. */
  late(): void
}

export const TRANSACTIONS = 0x1_0000
/** More frames than this that answer nothing, without one that does, are no late answers any more. */
const LATE_MAX = 100
const EMPTY = Buffer.alloc(0)

export class MbapPort extends EventEmitter {
  // modbus-serial's transaction: one request at a time, so it can always be the same one
  _transactionIdRead = 1
  _transactionIdWrite = 1
  readonly #socket: Socket
  readonly #listener: PortListener
  #incoming: Buffer = EMPTY
  #expected: Expected | undefined
  #lastTransaction: number
  #issued = 0
  #lateInARow = 0

  /**
   * `transaction` is that of the first request, 0 to 65535: best another one for each connection, since there are gateways
   * that hand the answers of an earlier connection to the next one.
   */
  constructor(socket: Socket, transaction: number, listener: PortListener) {
    super()
    this.#lastTransaction = (transaction + TRANSACTIONS - 1) % TRANSACTIONS
    this.#socket = socket
    this.#listener = listener
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  open(callback: (error?: Error) => void): void {
    callback()
  }

  close(callback?: () => void): void {
    this.#socket.destroy()
    callback?.()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** One read request (function 1 to 4) as modbus-serial writes it: unit, function, address, count, CRC. */
  write(rtu: Buffer): void {
    const functionCode = rtu.readUInt8(1)
    const count = rtu.readUInt16BE(4)
    const dataBytes = functionCode <= 2 ? Math.ceil(count / 8) : count * 2
    this.#lastTransaction = (this.#lastTransaction + 1) % TRANSACTIONS
    this.#issued++
    this.#expected = { transaction: this.#lastTransaction, unit: rtu.readUInt8(0), functionCode, dataBytes }
    this.#socket.write(frameRequest(this.#lastTransaction, rtu))
  }

  /** The request under way has timed out; its answer, if it comes, is late. */
  giveUp(): void {
    this.#expected = undefined
  }

  #receive(chunk: Buffer): void {
    this.#incoming = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk])
    while (this.isOpen) {
      const next = nextFrame(this.#incoming)
      if (next.kind === 'incomplete') return
      const violation = next.kind === 'violation' ? next.text : this.#take(next.frame)
      if (violation !== undefined) {
        this.#socket.destroy()
        this.#listener.violation(violation)
      }
      this.#incoming = next.kind === 'frame' ? next.rest : EMPTY
    }
  }

  /** Passes on an answer to the request under way, drops a late one, says what is wrong with any other. */
  #take(frame: Buffer): string | undefined {
    if (this.#isLate(frame)) {
      if (++this.#lateInARow > LATE_MAX) return 'it sends answers that nobody asked for'
      this.#listener.late()
      return undefined
    }
    const expected = this.#expected
    if (!expected) return 'it answers without having been asked'
    const wrong = checkAnswer(frame, expected)
    if (wrong !== undefined) return wrong
    this.#expected = undefined
    this.#lateInARow = 0
    this.emit('data', toRtu(frame))
    return undefined
  }

  /** Of a request of this connection that is over, be it given up or answered before. */
  #isLate(frame: Buffer): boolean {
    const age = (this.#lastTransaction - transactionOf(frame) + TRANSACTIONS) % TRANSACTIONS
    return age === 0 ? this.#issued > 0 && !this.#expected : age < this.#issued
  }
}
