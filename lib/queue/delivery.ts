// The side of consumers: claiming messages, and disposing of what this connection holds.

import type { Connection } from './connection'
import { checkedSpan } from './lease'
import type { Message } from './message'
import type { Lot } from './messages'
import type { ReceiveOptions, RetryOptions, Settlement } from './options'
import { pagesFor } from './room'

/** Bytes after which a read ends early: neither time nor memory of the consumer depends on the senders. */
export const SLICE_BYTES = 4 * 1024 * 1024
/** Messages whose disposal writes about a page. */
const DISPOSED_PER_PAGE = 4

export class Delivery {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  receive(to: string, { max, leaseMs, maxBytes = SLICE_BYTES }: ReceiveOptions): Message[] {
    const bytes = Math.min(maxBytes, SLICE_BYTES)
    if (leaseMs !== undefined) return this.#claim(to, max, bytes, checkedSpan(leaseMs, 1, 'leaseMs'))
    const { messages, claims, clock } = this.#connection
    const received = this.#connection.read('receive', () => messages.available(to, clock()), max, bytes)
    for (const { id } of received) claims.remember(id)
    return received
  }

  #claim(to: string, max: number, maxBytes: number, leaseMs: number): Message[] {
    const { messages, claims, clock } = this.#connection
    if (!(max >= 1)) return []
    for (;;) {
      // a consumer that finds nothing does not keep others waiting for the lock
      if (!this.#connection.attempt('receive', () => messages.isAvailable(to, clock()))) return []
      const rows = this.#connection.write('receive', 1, () => claims.take(to, max, maxBytes, leaseMs, clock()))
      const received = this.#connection.readAll(rows)
      if (received.length > 0 || rows.length === 0) return received
    }
  }

  ack(ids: readonly number[]): number {
    const { messages, totals } = this.#connection
    return this.#dispose('ack', ids, (held) => {
      messages.remove(held.ids)
      totals.add({ removed: held.ids.length, delivered: held.weight })
    })
  }

  extend(ids: readonly number[], leaseMs: number): number {
    const { claims, clock } = this.#connection
    const spanMs = checkedSpan(leaseMs, 1, 'leaseMs')
    return this.#connection.write('extend', 1, () => {
      const claimed = claims.claimed(ids)
      claims.extend(claimed.ids, spanMs, clock())
      return claimed.ids.length
    })
  }

  retry(ids: readonly number[], { delayMs, reason }: RetryOptions): number {
    const { claims, clock } = this.#connection
    const spanMs = checkedSpan(delayMs, 0, 'delayMs')
    return this.#dispose('retry', ids, (held) => claims.putBack(held.ids, spanMs, reason, clock()))
  }

  dead(ids: readonly number[], reason: string): number {
    const { deadLetters } = this.#connection
    return this.#dispose('dead', ids, (held) => deadLetters.bury(held.ids.map((id) => [id, reason])))
  }

  settle({ done, dead }: Settlement): number {
    const { messages, deadLetters, totals } = this.#connection
    const letters = dead.map(({ message, reason }) => ({ message: this.#connection.encode(message), reason }))
    const weight = letters.reduce((sum, { message }) => sum + message.weight, 0)
    const pages = pagesFor(letters.map(({ message }) => message))
    const all = new Set(done).size
    return this.#dispose(
      'settle',
      done,
      (held) => {
        if (held.ids.length < all) return
        messages.remove(held.ids)
        totals.add({
          removed: held.ids.length,
          delivered: Math.max(held.weight - weight, 0),
          // they take ids, which count as sent; what they weigh beyond those that are done was never sent before
          sentBeyondIds: Math.max(weight - held.weight, 0) - letters.length,
        })
        deadLetters.bury(letters.map(({ message, reason }) => [messages.insert(message, 0), reason]))
      },
      pages,
    )
  }

  /** Does it with those that are held; returns how many. */
  #dispose(doing: string, ids: readonly number[], work: (held: Lot) => void, pages = 0): number {
    const { claims, clock } = this.#connection
    const held = this.#connection.write(doing, pages + ids.length / DISPOSED_PER_PAGE, () => {
      const lot = claims.held(ids, clock())
      work(lot)
      return lot
    })
    claims.forget(held.ids)
    return held.ids.length
  }
}
