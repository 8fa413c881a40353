// Many operations in few calls, so that one which a server cannot stand costs no other.

import { Fault } from '../../lib/contract/fault'

/** Servers that say so want fewer at a time, whatever they are. */
const TOO_MANY = new Set([
  'BadTooManyOperations',
  'BadRequestTooLarge',
  'BadResponseTooLarge',
  'BadEncodingLimitsExceeded',
])

export class Batches {
  #size: number
  #learned = Infinity

  constructor(size: number) {
    this.#size = Math.max(1, size)
  }

  /** The server has told its limit, again perhaps: what it refused before it would refuse again. */
  limit(size: number): void {
    this.#size = Math.max(1, Math.min(size, this.#learned))
  }

  /** Learned from the server, once it has refused more. */
  get size(): number {
    return this.#size
  }

  /**
   * Calls with as many as may be, one call after the other. A call that the server refuses as a whole is halved until it is one
   * item's fault, which `refused` hears of. Rejects with any other Fault.
   */
  async each<T>(
    items: readonly T[],
    call: (batch: readonly T[]) => Promise<void>,
    refused: (item: T, fault: Fault) => void,
  ): Promise<void> {
    for (let at = 0; at < items.length; ) {
      const batch = items.slice(at, at + this.#size)
      at += batch.length
      await this.#halving(batch, call, refused)
    }
  }

  async #halving<T>(
    batch: readonly T[],
    call: (batch: readonly T[]) => Promise<void>,
    refused: (item: T, fault: Fault) => void,
  ): Promise<void> {
    try {
      await call(batch)
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== 'device') throw thrown
      const [only] = batch
      if (batch.length === 1 && only !== undefined) return refused(only, thrown)
      const half = Math.ceil(batch.length / 2)
      if (TOO_MANY.has(thrown.code)) this.#learn(half)
      await this.#halving(batch.slice(0, half), call, refused)
      await this.#halving(batch.slice(half), call, refused)
    }
  }

  #learn(size: number): void {
    this.#learned = Math.min(this.#learned, size)
    this.#size = Math.min(this.#size, size)
  }
}
