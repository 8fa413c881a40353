// The monitored items of a subscription: asked for in batches, each with a fate of its own. What the server refuses is asked for
// again, ever more slowly: controllers show some of their nodes minutes after their start.

import { isDeepStrictEqual } from 'node:util'
import type { Fault } from '../../lib/contract/fault'
import type { Batches } from './batches'
import { Earlier } from './earlier'
import { FIRST_WAIT_MS, type Item, isOlder, NOT_YET, newItem } from './item'
import { type NodeRef, resolveAddress } from './node-ids'
import { refusal, unknownNamespace } from './polling'
import { Revisions } from './revisions'
import type { ItemAnswer, ItemWish, OpcuaSession, Sample } from './session'
import { type Answer, type Heard, namespacesFor, type SourceSettings } from './source'
import { qualityOf, reasonOf } from './statuses'

export type ItemSettings = Pick<SourceSettings, 'wanted' | 'log'> & {
  nowMs(): number
  samplingMs: number
  queueSize: number
}

const LONGEST_WAIT_MS = 300_000
/** Where it is not the item that the server refuses, but the call: it may have no room at the moment. */
const LONGEST_WAIT_FOR_SERVER_MS = 30_000
/** Of one that is not asked for before somebody says so. */
const NEVER_MS = Infinity
/** Of a filter (OPC 10000-4, 5.13.2.4). */
const FILTER_REFUSED =
  /^Bad(FilterNotAllowed|MonitoredItemFilterUnsupported|MonitoredItemFilterInvalid|DeadbandFilterInvalid)$/
/** What a watched node says when it is gone: the item would wait for it in vain. */
const GONE = /^BadNodeId(Unknown|Invalid)$/
/** Not the fault of any one item. */
const SUBSCRIPTION_GONE = 'BadSubscriptionIdInvalid'

export class Items {
  readonly #settings: ItemSettings
  readonly #items: Item[]
  readonly #earlier: Earlier
  readonly #revisions: Revisions

  constructor(settings: ItemSettings) {
    this.#settings = settings
    this.#items = settings.wanted.map(newItem)
    this.#earlier = new Earlier(settings.log)
    this.#revisions = new Revisions(settings.log)
  }

  /** The latest of each. */
  take(): Answer[] {
    return this.#items.map((item) => {
      item.isTaken = true
      return item.answer
    })
  }

  /** Those that a later one followed before they were taken, where the server keeps more than one. */
  takeEarlier(): readonly Heard[] {
    return this.#earlier.take()
  }
  /** Whether the server has said something of each. */
  get complete(): boolean {
    return this.#items.every(({ answer }) => answer !== NOT_YET)
  }

  /** A new subscription knows none of them. */
  forget(): void {
    for (const [column, item] of this.#items.entries()) {
      this.#keep(column, item)
      item.answer = NOT_YET
      item.isRead = false
      item.older = undefined
      item.itemId = undefined
      item.askAgainMs = undefined
      item.waitMs = FIRST_WAIT_MS
    }
  }

  /** Something has changed at the server: what it refused so far it may have now. */
  askSoon(): void {
    for (const item of this.#items) {
      if (item.askAgainMs !== undefined && item.askAgainMs !== NEVER_MS) item.askAgainMs = this.#settings.nowMs()
      item.waitMs = FIRST_WAIT_MS
    }
  }

  hear(column: number, sample: Sample): void {
    const item = this.#items[column]
    if (!item) return
    item.told++
    item.older = isOlder(sample, item) ? sample : undefined
    if (item.older) return
    this.#keep(column, item)
    item.answer = { sample }
    item.isRead = false
    item.isTaken = false
    if (GONE.test(sample.status)) this.#askLater(item)
    else item.waitMs = FIRST_WAIT_MS
  }

  #keep(column: number, { answer, isTaken }: Item): void {
    if (isTaken || this.#settings.queueSize < 2 || !('sample' in answer)) return
    this.#earlier.keep({ column, sample: answer.sample })
  }

  /** All that are not watched, and have not been refused lately. */
  due(): number[] {
    const nowMs = this.#settings.nowMs()
    return this.#items.flatMap(({ itemId, askAgainMs }, column) =>
      askAgainMs === undefined ? (itemId === undefined ? [column] : []) : nowMs >= askAgainMs ? [column] : [],
    )
  }

  /** Asks for these. Rejects with a Fault when the subscription or the connection is gone. */
  async ask(
    session: OpcuaSession,
    subscriptionId: number,
    batches: Batches,
    columns: readonly number[],
  ): Promise<void> {
    const namespaces = await this.#namespaces(session)
    const wishes: ItemWish[] = []
    for (const column of columns) {
      const wish = this.#wishFor(column, namespaces)
      if (wish) wishes.push(wish)
    }
    const again: ItemWish[] = []
    const call = async (batch: readonly ItemWish[]): Promise<void> => {
      const old = batch.flatMap(({ handle }) => this.#items[handle]?.itemId ?? [])
      if (old.length > 0) await session.deleteItems(subscriptionId, old).catch(() => {})
      const answers = await session.createItems(subscriptionId, batch)
      batch.forEach((wish, index) => {
        const answer = answers[index]
        if (answer && this.#settle(wish, answer) === 'without-filter') again.push({ ...wish, deadband: undefined })
      })
    }
    const refused = ({ handle }: ItemWish, fault: Fault): void => {
      if (fault.code === SUBSCRIPTION_GONE) throw fault
      this.#refuse(handle, refusal(fault), LONGEST_WAIT_FOR_SERVER_MS)
    }
    await batches.each(wishes, call, refused)
    await batches.each(again, call, refused)
  }

  /** Those that the server watches, and has not told yet. */
  get unheard(): number[] {
    return this.#columnsOf(({ answer, itemId }) => answer === NOT_YET && itemId !== undefined)
  }
  /** All that the server watches. */
  get watched(): number[] {
    return this.#columnsOf(({ itemId }) => itemId !== undefined)
  }
  /** Those whose last notification was older than what had been read. */
  get contested(): number[] {
    return this.#columnsOf(({ older }) => older !== undefined)
  }
  #columnsOf(isMeant: (item: Item) => boolean): number[] {
    return this.#items.flatMap((item, column) => (isMeant(item) ? [column] : []))
  }

  /** How many notifications of it have come. */
  told(column: number): number {
    return this.#items[column]?.told ?? 0
  }

  /** @param told how many notifications had come when the server was asked: one that came since then is what the server tells next */
  hearRead(column: number, sample: Sample, told: number): void {
    const item = this.#items[column]
    if (!item || item.told !== told) return
    this.#keep(column, item)
    item.answer = { sample }
    item.isRead = true
    item.isTaken = true
    // What the server compares with is what it has: it will tell of the next change.
    if (item.older && isDeepStrictEqual(item.older.value, sample.value)) item.older = undefined
  }

  /** No message that includes them can be read: they are watched no longer, and told their problem. */
  async withdraw(
    session: OpcuaSession,
    subscriptionId: number,
    problems: ReadonlyMap<number, string>,
    batches: Batches,
  ): Promise<void> {
    const itemIds: number[] = []
    for (const [column, problem] of problems) {
      const item = this.#items[column]
      if (!item) continue
      if (item.itemId !== undefined) itemIds.push(item.itemId)
      item.answer = { problem }
      item.itemId = undefined
      item.older = undefined
      item.askAgainMs = NEVER_MS
    }
    // The server may know nothing of one any more.
    await batches.each(
      itemIds,
      (batch) => session.deleteItems(subscriptionId, batch),
      () => {},
    )
  }
  /** It can be read again: it becomes an item again. */
  restore(column: number): void {
    const item = this.#items[column]
    if (item) item.askAgainMs = undefined
  }

  async nodesOf(session: OpcuaSession, columns: readonly number[]): Promise<{ node: NodeRef; column: number }[]> {
    const namespaces = await this.#namespaces(session)
    return columns.flatMap((column) => {
      const node = this.#nodeOf(column, namespaces)
      return node ? [{ node, column }] : []
    })
  }

  #namespaces(session: OpcuaSession): Promise<readonly string[]> {
    return namespacesFor(
      session,
      this.#settings.wanted.map(({ address }) => address),
    )
  }

  #nodeOf(column: number, namespaces: readonly string[]): NodeRef | undefined {
    const one = this.#settings.wanted[column]
    return one && resolveAddress(one.address, namespaces)
  }

  #wishFor(column: number, namespaces: readonly string[]): ItemWish | undefined {
    const { wanted, samplingMs, queueSize } = this.#settings
    const [one, item] = [wanted[column], this.#items[column]]
    if (!one || !item) return undefined
    const node = this.#nodeOf(column, namespaces)
    if (!node) {
      this.#refuse(column, unknownNamespace(one.address.namespace))
      return undefined
    }
    const deadband = item.unfiltered ? undefined : one.deadband
    return { node, handle: column, samplingMs, queueSize, deadband }
  }

  #settle({ handle, deadband }: ItemWish, answer: ItemAnswer): 'settled' | 'without-filter' {
    const item = this.#items[handle]
    if (!item) return 'settled'
    item.itemId = undefined
    if (qualityOf(answer.code) !== 'bad') {
      item.itemId = answer.itemId
      item.askAgainMs = undefined
      if (!('sample' in item.answer)) item.answer = NOT_YET
      this.#revisions.revised(this.#settings, answer)
      return 'settled'
    }
    if (deadband && FILTER_REFUSED.test(answer.status)) {
      item.unfiltered = true
      this.#revisions.unfiltered(this.#settings.wanted[handle]?.name ?? '', answer.status)
      return 'without-filter'
    }
    this.#refuse(handle, reasonOf(answer.status))
    return 'settled'
  }

  #refuse(column: number, problem: string, longestMs = LONGEST_WAIT_MS): void {
    const item = this.#items[column]
    if (!item) return
    item.answer = { problem }
    this.#askLater(item, longestMs)
  }

  #askLater(item: Item, longestMs = LONGEST_WAIT_MS): void {
    item.askAgainMs = this.#settings.nowMs() + Math.min(item.waitMs, longestMs)
    item.waitMs = Math.min(item.waitMs * 2, longestMs)
  }
}
