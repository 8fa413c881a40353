// What is asked of a server for a subscription beside its messages: items, first values that would come late, values that were lost, and
// those of a message that could not be read. It runs beside the cycles, since thousands of items take their time.

import type { LogLevel } from '../../lib/contract/control'
import { Batches } from './batches'
import type { Items } from './items'
import { MessageSize } from './message-size'
import { Rereading } from './rereading'
import type { OpcuaSession, OperationLimits, SubscriptionAnswer } from './session'
import { batchSize, type SourceClock, type Wanted } from './source'

export type AskingParts = {
  wanted: readonly Wanted[]
  items: Items
  clock: SourceClock
  log(level: LogLevel, text: string): void
  /** The messages that come next need not be like the one that could not be read. */
  searched(): void
  trouble(session: OpcuaSession, subscription: SubscriptionAnswer, thrown: unknown): void
  done(): void
}

/** With a faster publishing interval the first values need not be read. */
const SLOW_MS = 300

export class Asking {
  readonly #parts: AskingParts
  readonly #batches = new Batches(1)
  readonly #rereading: Rereading
  readonly #messageSize: MessageSize
  #running: Promise<void> | undefined
  #isTorn = false

  constructor(parts: AskingParts) {
    const { wanted, items, clock, log } = parts
    this.#parts = parts
    const nameOf = (column: number): string => wanted[column]?.name ?? ''
    this.#rereading = new Rereading({ items, nameOf, nowMs: () => clock.nowMs(), log })
    this.#messageSize = new MessageSize(wanted.length)
  }

  limit({ itemsPerCall, nodesPerRead }: OperationLimits): void {
    this.#batches.limit(batchSize(itemsPerCall))
    this.#rereading.limit(batchSize(nodesPerRead))
  }

  /** A new subscription. */
  begin(): void {
    this.#rereading.begin()
    this.#messageSize.begin()
    this.#isTorn = false
  }

  /** Items were being made when the connection was lost: which of them are there nobody knows. */
  get isTorn(): boolean {
    return this.#isTorn
  }
  /** Settles when nothing is being asked. */
  get running(): Promise<void> | undefined {
    return this.#running
  }
  /** Values of items that are there. */
  get isDue(): boolean {
    return this.#rereading.isDue
  }
  /** Values in one message at most. */
  get notificationsMax(): number {
    return this.#messageSize.notificationsMax
  }

  /** What is known need not be the newest any more. */
  want(): void {
    this.#rereading.want()
  }
  /** A message came that cannot be read. Whether it is the first one. */
  cannotRead(): boolean {
    return this.#messageSize.cannotRead()
  }
  couldRead(): void {
    this.#messageSize.couldRead()
  }

  /** What is due, unless something is being asked already. */
  ask(session: OpcuaSession, subscription: SubscriptionAnswer): void {
    const { items, trouble, done } = this.#parts
    const due = items.due()
    if (this.#running || (due.length === 0 && !this.isDue)) return
    this.#running = this.#askFor(session, subscription, due)
      .catch((thrown: unknown) => trouble(session, subscription, thrown))
      .finally(() => {
        this.#running = undefined
        done()
      })
  }

  async #askFor(session: OpcuaSession, subscription: SubscriptionAnswer, columns: readonly number[]): Promise<void> {
    const { items } = this.#parts
    if (columns.length > 0) {
      this.#isTorn = true
      await items.ask(session, subscription.id, this.#batches, columns)
      this.#isTorn = false
    }
    const first = columns.length > 0 && subscription.publishingMs > SLOW_MS ? items.unheard : []
    if (first.length === 0 && !this.isDue) return
    const isSearch = this.#messageSize.beginSearch()
    const found = await this.#rereading.read(session, subscription.id, this.#batches, first)
    if (isSearch) await this.#endSearch(session, subscription, found)
  }

  /** A message could not be read: either one of its values cannot be, or there were too many in it. */
  async #endSearch(session: OpcuaSession, subscription: SubscriptionAnswer, found: number): Promise<void> {
    const result = this.#messageSize.endSearch(found)
    if (result === 'nothing') return
    this.#parts.searched()
    if (result === 'found') return
    const { notificationsMax } = this
    this.#parts.log('info', `the server is asked to send at most ${notificationsMax} values in one message`)
    await session.modifySubscription(subscription.id, { ...subscription, notificationsMax })
  }
}
