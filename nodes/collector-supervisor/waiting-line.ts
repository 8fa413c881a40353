// Work that is done one at a time: a few may wait for their turn, the rest is told to come again.

import { Fault } from '../../lib/contract/fault'

export class WaitingLine {
  readonly #waitingMax: number
  readonly #waiting = new Set<() => void>()
  #isTaken = false

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax
  }

  /** Rejects with a Fault `busy` when too many wait, and with the reason of the signal when that ends the waiting. */
  async inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#isTaken) await this.#wait(signal)
    this.#isTaken = true
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      this.#isTaken = false
      const [next] = this.#waiting
      next?.()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#waitingMax) {
      throw new Fault('link', 'busy', `${this.#waitingMax} requests are waiting already: ask again in a moment`)
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(enter)
        signal.removeEventListener('abort', giveUp)
      }
      const enter = (): void => {
        leave()
        // Taken at once, so that nobody comes in between.
        this.#isTaken = true
        resolve()
      }
      const giveUp = (): void => {
        leave()
        reject(signal.reason)
      }
      this.#waiting.add(enter)
      if (signal.aborted) giveUp()
      else signal.addEventListener('abort', giveUp)
    })
  }
}
