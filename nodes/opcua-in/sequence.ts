// The numbers of a subscription's messages, from 1 on; after the highest comes 1 again, and 0 never (OPC 10000-4, 5.14.1.1).

const HIGHEST = 0xffffffff
/** A larger gap is no loss but another way of counting. */
const GAP_MAX = 1000

export class Sequence {
  #last = 0

  /** The number that the next message should have. */
  get next(): number {
    return this.#last === HIGHEST ? 1 : this.#last + 1
  }

  /** A new subscription. */
  begin(): void {
    this.#last = 0
  }

  /** How many messages have been sent before this number that have not come; a keep-alive bears the number of the next message. */
  missedBefore(number: number): number {
    const gap = number >= this.next ? number - this.next : number - this.next + HIGHEST
    return gap > GAP_MAX ? 0 : gap
  }

  came(number: number): void {
    this.#last = number
  }
}
