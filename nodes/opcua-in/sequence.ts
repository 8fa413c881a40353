// The numbers of a subscription's messages, from 1 on; after the highest comes 1 again, and 0 never (OPC 10000-4, 5.14.1.1).

const HIGHEST = 0xffffffff
/** A larger gap is no loss but another way of counting. */
const GAP_MAX = 1000

export class Sequence {
  #last = 0

  /** The number that the next message should have. */
  get next(): number {
    return after(this.#last)
  }

  /** Those that have been sent before this number and have not come; a keep-alive bears the number of the next message. */
  missingBefore(number: number): number[] {
    const { next } = this
    const gap = number >= next ? number - next : number - next + HIGHEST
    if (gap > GAP_MAX) return []
    const missing: number[] = []
    for (let one = next; one !== number; one = after(one)) missing.push(one)
    return missing
  }

  came(number: number): void {
    this.#last = number
  }
  /** What was sent before this number is not waited for any more. */
  expect(number: number): void {
    this.#last = number - 1
  }
}

function after(number: number): number {
  return number === HIGHEST ? 1 : number + 1
}
