// The Publish requests that wait at the server, so that it can always tell. They belong to a session, whatever becomes of its
// subscriptions.

import { Fault } from '../../lib/contract/fault'
import type { Acknowledgement, OpcuaSession, Publication } from './session'
import type { SourceClock } from './source'
import { isUnreadable } from './statuses'

export type PublishingParts = {
  session: OpcuaSession
  clock: SourceClock
  timeoutMs: number
  keepAliveMs(): number
  /** Settles when it has been taken in. */
  hear(publication: Publication): Promise<void>
  /** A message came that cannot be read, or that the server cannot send. */
  unreadable(fault: Fault): void
  /** A Fault of kind `device`: the server has nothing to publish; else the connection is of no use any more. */
  trouble(thrown: unknown): void
}

/** 2 to 5 are usual: more than one, so that the server can tell while an answer is on its way. */
const IN_FLIGHT = 3
/** A refused Publish comes at once, one that nobody answers late. */
const AT_ONCE_MS = 1000

export class Publishing {
  readonly #parts: PublishingParts
  #acknowledgements: Acknowledgement[] = []
  #round = 0
  #waiting = 0

  constructor(parts: PublishingParts) {
    this.#parts = parts
  }

  /** Also anew: the server may have forgotten those that wait. What it says to them counts all the same. */
  start(): void {
    const round = ++this.#round
    this.#waiting = IN_FLIGHT
    for (let count = 0; count < IN_FLIGHT; count++) void this.#keep(round)
  }

  stop(): void {
    this.#round++
  }

  /** With the next request. */
  acknowledge(acknowledgement: Acknowledgement): void {
    this.#acknowledgements.push(acknowledgement)
  }

  async #keep(round: number): Promise<void> {
    while (round === this.#round) {
      const again = await this.#once(round)
      if (!again) break
    }
    if (round === this.#round) this.#waiting--
  }

  /** Whether to send another one. */
  async #once(round: number): Promise<boolean> {
    const { session, clock, timeoutMs, keepAliveMs, hear, unreadable, trouble } = this.#parts
    const startedMs = clock.nowMs()
    const acknowledgements = this.#acknowledgements.splice(0)
    try {
      await hear(await session.publish(acknowledgements, (IN_FLIGHT + 1) * keepAliveMs() + timeoutMs))
      return true
    } catch (thrown) {
      if (round !== this.#round) return false
      // What was not acknowledged is kept by the server until it has no room for it.
      this.#acknowledgements.unshift(...acknowledgements)
      const refused = thrown instanceof Fault && thrown.kind === 'device'
      if (refused && thrown.code === 'BadTooManyPublishRequests' && this.#waiting > 1) return false
      const atOnce = clock.nowMs() - startedMs < AT_ONCE_MS
      if (session.lost !== undefined || (atOnce && !refused)) {
        trouble(thrown)
        return false
      }
      // A server from which nothing came is the watchdog's affair.
      if (!refused) return true
      if (isUnreadable(thrown.code)) {
        unreadable(thrown)
        if (!atOnce) return true
      } else if (thrown.code !== 'BadTooManyPublishRequests') trouble(thrown)
      await new Promise<void>((resolve) => clock.after(AT_ONCE_MS, resolve))
      return true
    }
  }
}
