// A connection to the engine of a simulated device. It numbers its requests by itself, so that a client may use any
// transaction, and the same one twice.

import { connect, type Socket } from 'node:net'
import { FrameStream } from '../faults/frames'
import type { Backend } from '../faults/passage'
import { FRAME_MAX, frameLength, transactionOf, withTransaction } from './mbap-frame'

/** An engine that has said nothing for so long will not. */
const ANSWER_LIMIT_MS = 3000
const TRANSACTIONS = 0x1_0000

type Waiting = (reply: Buffer | undefined) => void

export class EngineLink implements Backend {
  readonly #target: { host: string; port: number }
  readonly #waiting = new Map<number, Waiting>()
  #socket: Socket | undefined
  #transaction = 0

  constructor(target: { host: string; port: number }) {
    this.#target = target
  }

  /** Asks for nothing until it is connected, which it does by itself. */
  ask(request: Buffer): Promise<Buffer | undefined> {
    const transaction = this.#transaction
    this.#transaction = (transaction + 1) % TRANSACTIONS
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.close(), ANSWER_LIMIT_MS)
      this.#waiting.set(transaction, (reply) => {
        clearTimeout(limit)
        this.#waiting.delete(transaction)
        resolve(reply && withTransaction(reply, transactionOf(request)))
      })
      this.#connected().write(withTransaction(request, transaction))
    })
  }

  /** Whoever waits gets nothing; the next one who asks connects again. */
  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
    for (const answer of [...this.#waiting.values()]) answer(undefined)
  }

  #connected(): Socket {
    if (this.#socket) return this.#socket
    const socket = connect({ ...this.#target, noDelay: true })
    const frames = new FrameStream(frameLength, FRAME_MAX)
    socket.on('data', (chunk: Buffer) => {
      for (const reply of frames.push(chunk)) this.#waiting.get(transactionOf(reply))?.(reply)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.close()
    })
    this.#socket = socket
    return socket
  }
}
