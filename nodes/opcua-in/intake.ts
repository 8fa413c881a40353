// The messages of one subscription in the order in which they were sent, those that were missed included, as far as the server
// still has them (Republish: OPC 10000-4, 5.14.6).

import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Sequence } from './sequence'
import type { Acknowledgement, OpcuaSession, Publication } from './session'

export type IntakeParts = {
  log(level: LogLevel, text: string): void
  /** One after the other. */
  tell(publication: Publication): void
  acknowledge(acknowledgement: Acknowledgement): void
  /** A message will not be told: what it held may be newer than what is known. */
  lost(): void
}

/** So many gaps in a row that nothing could fill are enough: this server counts in a way of its own. */
const HOLES_MAX = 3
/** Numbers of messages that may come once more: later ones have been told since. */
const PASSED_MAX = 1000
/** A number that comes more often than this is used by the server again and again. */
const AGAIN_MAX = 2
const SUBSCRIPTION_GONE = 'BadSubscriptionIdInvalid'

export class Intake {
  readonly #parts: IntakeParts
  readonly #sequence = new Sequence()
  /** Numbers of messages that were told or given up, and how often they have come again. */
  readonly #passed = new Map<number, number>()
  #holes = 0
  /** Messages that came and could not be read: they leave a gap that nothing can fill. */
  #unreadable = 0
  /** The number that the last keep-alive bore, which is that of the next message. */
  #announced: number | undefined
  /** This server counts keep-alives among its messages, against the standard. */
  #countsKeepAlives = false
  /** No message has come yet since the subscription was made, or taken over: where the numbers begin is the server's affair. */
  #isFirst = true
  #tail: Promise<void> = Promise.resolve()

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Settles when it has been told, and what was missed before it, too. Rejects when the subscription or the connection is gone. */
  take(session: OpcuaSession, publication: Publication): Promise<void> {
    const taken = this.#tail.then(() => this.#take(session, publication))
    this.#tail = taken.catch(() => {})
    return taken
  }

  /** A message came that cannot be read: it has its place among the others, but not even its number is known. */
  cannotRead(): void {
    this.#tail = this.#tail.then(() => {
      this.#unreadable++
    })
    this.#parts.lost()
  }

  /** What was sent before the connection was lost, and has not come: how many messages. Rejects as `take` does. */
  async catchUp(session: OpcuaSession, subscriptionId: number): Promise<number> {
    for (let count = 0; ; count++) {
      if (await this.#fetch(session, subscriptionId, this.#sequence.next)) return count
    }
  }
  /** Another session has taken it over, whose server tells all values anew. */
  takenOver(): void {
    this.#isFirst = true
  }

  async #take(session: OpcuaSession, publication: Publication): Promise<void> {
    const { sequenceNumber } = publication
    const isKeepAlive = isEmpty(publication)
    if (!isKeepAlive && this.#comesAgain(sequenceNumber)) return
    const missing = this.#sequence.missingBefore(sequenceNumber)
    if (missing.length > 0) await this.#fill(session, publication, missing)
    else this.#endHoles()
    this.#unreadable = 0
    if (isKeepAlive) this.#announce(sequenceNumber)
    this.#tell(publication)
  }

  /** The numbers follow each other: what was given up before this was lost after all. */
  #endHoles(): void {
    if (this.#holes >= HOLES_MAX) this.#parts.lost()
    this.#holes = 0
  }

  #announce(number: number): void {
    this.#announced = number
    if (this.#countsKeepAlives && number === this.#sequence.next) this.#sequence.came(number)
  }

  async #fill(session: OpcuaSession, publication: Publication, missing: readonly number[]): Promise<void> {
    const fetched = await this.#fetchAll(session, publication, missing)
    this.#sequence.expect(publication.sequenceNumber)
    if (fetched.size > 0) this.#holes = 0
    const lost = missing.filter((number) => !fetched.has(number))
    if (lost.length === 0 || this.#holes >= HOLES_MAX) return
    const unexplained = lost.filter((number) => !this.#explains(number)).length
    this.#parts.lost()
    if (unexplained === 0) return
    if (fetched.size === 0) this.#holes++
    this.#parts.log('warn', `messages of the server that it has no longer were lost on the way: ${unexplained}`)
  }

  /** Those that could be had. */
  async #fetchAll(
    session: OpcuaSession,
    { subscriptionId, available = [] }: Publication,
    missing: readonly number[],
  ): Promise<ReadonlySet<number>> {
    const fetched = new Set<number>()
    // What could not be read the first time cannot be read the second time either.
    const wanted = missing.length > this.#unreadable && this.#holes < HOLES_MAX ? missing : []
    const known = new Set(available)
    for (const number of wanted) {
      // A server that lists what it keeps need not be asked for the rest.
      if (known.size > 0 && !known.has(number)) continue
      const refusal = await this.#fetch(session, subscriptionId, number)
      if (!refusal) fetched.add(number)
      else if (known.size === 0 || refusal.kind !== 'device') break
    }
    for (const number of missing) this.#pass(number)
    return fetched
  }

  /** Whether a number that nothing was sent with, or nothing that can be told, need not be spoken of. */
  #explains(number: number): boolean {
    if (this.#unreadable > 0) {
      this.#unreadable--
      return true
    }
    if (number === this.#announced) {
      this.#countsKeepAlives = true
      return true
    }
    return this.#isFirst
  }

  /** undefined when it was told; there is none left, or the server does not have this service, otherwise. */
  async #fetch(session: OpcuaSession, subscriptionId: number, number: number): Promise<Fault | undefined> {
    try {
      this.#tell(await session.republish(subscriptionId, number))
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof Fault) || session.lost || thrown.code === SUBSCRIPTION_GONE) throw thrown
      return thrown
    }
  }

  /** Later ones have been told. Whether it holds anything that is not known shows when all values are read. */
  #comesAgain(number: number): boolean {
    const times = this.#passed.get(number)
    if (times === undefined || times >= AGAIN_MAX) return false
    this.#passed.set(number, times + 1)
    this.#parts.lost()
    return true
  }

  #pass(number: number): void {
    if (!this.#passed.has(number)) this.#passed.set(number, 0)
    const [oldest] = this.#passed.keys()
    if (this.#passed.size > PASSED_MAX && oldest !== undefined) this.#passed.delete(oldest)
  }

  #tell(publication: Publication): void {
    const { subscriptionId, sequenceNumber } = publication
    if (!isEmpty(publication)) {
      this.#isFirst = false
      this.#pass(sequenceNumber)
      this.#sequence.came(sequenceNumber)
      this.#parts.acknowledge({ subscriptionId, sequenceNumber })
    }
    this.#parts.tell(publication)
  }
}

/** A keep-alive. */
function isEmpty({ samples, ended }: Publication): boolean {
  return samples.length === 0 && ended === undefined
}
