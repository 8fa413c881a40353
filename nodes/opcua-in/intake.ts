// The messages of a subscription in the order in which they were sent, those that were missed included, as far as the server still
// has them (Republish: OPC 10000-4, 5.14.6).

import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Sequence } from './sequence'
import type { Acknowledgement, OpcuaSession, Publication } from './session'

export type IntakeParts = {
  log(level: LogLevel, text: string): void
  /** One after the other. */
  tell(publication: Publication): void
  acknowledge(acknowledgement: Acknowledgement): void
}

/** So many gaps in a row that nothing could fill are enough: this server counts in a way of its own. */
const HOLES_MAX = 3
const SUBSCRIPTION_GONE = 'BadSubscriptionIdInvalid'

export class Intake {
  readonly #parts: IntakeParts
  readonly #sequence = new Sequence()
  #holes = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** A new subscription. */
  begin(): void {
    this.#sequence.begin()
    this.#holes = 0
  }

  /** Settles when it has been told, and what was missed before it, too. Rejects when the subscription or the connection is gone. */
  take(session: OpcuaSession, publication: Publication): Promise<void> {
    const taken = this.#tail.then(() => this.#take(session, publication))
    this.#tail = taken.catch(() => {})
    return taken
  }

  /** What was sent and has not come: how many messages. Rejects as `take` does. */
  async catchUp(session: OpcuaSession, subscriptionId: number, most = Infinity): Promise<number> {
    for (let count = 0; count < most; count++) {
      try {
        this.#tell(await session.republish(subscriptionId, this.#sequence.next))
      } catch (thrown) {
        if (!(thrown instanceof Fault) || session.lost || thrown.code === SUBSCRIPTION_GONE) throw thrown
        // There is none left, or the server does not have this service.
        return count
      }
    }
    return most
  }

  async #take(session: OpcuaSession, publication: Publication): Promise<void> {
    const { subscriptionId, sequenceNumber } = publication
    const missed = this.#sequence.missedBefore(sequenceNumber)
    if (missed > 0 && this.#holes < HOLES_MAX) {
      const fetched = await this.catchUp(session, subscriptionId, missed)
      this.#holes = fetched < missed ? this.#holes + 1 : 0
      const lost = missed - fetched
      if (lost > 0)
        this.#parts.log('warn', `messages of the server that it has no longer were lost on the way: ${lost}`)
    }
    this.#tell(publication)
  }

  #tell(publication: Publication): void {
    const { subscriptionId, sequenceNumber, samples, ended } = publication
    // A keep-alive bears the number of the next message.
    if (samples.length > 0 || ended !== undefined) {
      this.#sequence.came(sequenceNumber)
      this.#parts.acknowledge({ subscriptionId, sequenceNumber })
    }
    this.#parts.tell(publication)
  }
}
