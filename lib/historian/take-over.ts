// What can be read of a queue that was set aside goes into the one in its place, some at a time: the process has a database to
// serve meanwhile, and heartbeats to send.

import type { Clock } from '../child/clock'
import { type Message, type Queue, QueueError } from '../queue/queue'
import { Salvage } from '../queue/salvage'

/** Between two tries where the queue is locked or full, ms. */
const RETRY_MS = 1000
/** What a process that ends still takes for it, ms. */
const LAST_MS = 1000

export type TakeOverParts = {
  /** The file that was set aside. */
  from: string
  into: Queue
  /** The new queue counts what was in the old one as sent and dropped. */
  isCounted: boolean
  /** No message in the old one has a much higher id. */
  lastId: number
  clock: Clock
  /** For the operator, once. */
  report(text: string): void
}

export class TakeOver {
  readonly #parts: TakeOverParts
  readonly #source: Salvage
  #samples = 0
  /** Read already, and not yet in the new queue. */
  #untaken: Message[] | undefined
  #cancel: () => void
  #isOver = false

  constructor(parts: TakeOverParts) {
    const { from, into, lastId, clock } = parts
    this.#parts = parts
    this.#source = new Salvage(from, { messageBytes: into.messageBytes, lastId })
    this.#cancel = clock.after(0, () => this.#some())
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Goes on for a moment, then leaves the rest where it is. Twice without harm. */
  stop(): void {
    const endMs = performance.now() + LAST_MS
    while (!this.#isOver && this.#step() && performance.now() < endMs);
    this.#end('so far: the process that does it is about to end')
  }

  #some(): void {
    const isDone = this.#step()
    if (!this.#isOver) this.#cancel = this.#parts.clock.after(isDone ? 0 : RETRY_MS, () => this.#some())
  }

  /** Whether it could do some of it. */
  #step(): boolean {
    const { into, isCounted } = this.#parts
    const messages = this.#untaken ?? this.#source.next()
    if (!messages) {
      this.#end('')
      return true
    }
    this.#untaken = messages
    try {
      if (isCounted) into.takeOver(messages)
      else into.send(messages)
    } catch (error) {
      if (error instanceof QueueError) return false
      throw error
    }
    this.#untaken = undefined
    this.#samples += messages.reduce((sum, { weight }) => sum + weight, 0)
    return true
  }

  #end(how: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancel()
    this.#source.close()
    const { from, report } = this.#parts
    const taken = [`${this.#samples} samples were taken over`, how].filter((text) => text !== '').join(' ')
    report(`${taken}; ${from} is kept: look at it, then remove it`)
  }
}
