// The queue between processes: an SQLite file in WAL mode that any process may open, write and read. No process serves it,
// and none can break it by dying: a transaction is there whole or not at all, locks end with their holder, claims with time.

import { MESSAGE_MAX_BYTES } from '../contract/limits'
import { Connection } from './connection'
import { identityOf, isEmptied, removeDatabaseFile } from './database-file'
import type { DeadLetter } from './dead-letters'
import { Delivery, SLICE_BYTES } from './delivery'
import type { Message, Outgoing } from './message'
import type { RemovedLot } from './messages'
import type {
  ConnectOptions,
  CreateOptions,
  QueueStatus,
  ReceiveOptions,
  RetryOptions,
  SendOptions,
  Settlement,
  WaitOptions,
} from './options'
import { attempt, QueueError, toQueueError } from './queue-error'
import {
  createQueueFile,
  damageIn,
  examineQueue,
  type Making,
  type Opened,
  openQueue,
  replaceQueueFile,
} from './queue-file'
import { pagesFor } from './room'
import type { FormerTotals } from './totals'
import { within } from './within'

export type { DeadLetter } from './dead-letters'
export type { Message, Outgoing } from './message'
export type * from './options'
export { QueueError, type QueueErrorKind } from './queue-error'
export { CAPACITY_MIN_BYTES, type Durability, type WhenFull } from './settings'
export type { FormerTotals } from './totals'

/** For another process's lock. */
const BUSY_TIMEOUT_MS = 1000
export class Queue {
  readonly path: string
  readonly capacityBytes: number
  readonly messageBytes: number
  /** Where `create` put what was at the path and was no intact queue, and `replace` whatever was there. */
  readonly setAside: string | undefined
  /** This process has made it. */
  readonly isNew: boolean
  readonly #identity: string | undefined
  readonly #connection: Connection
  readonly #delivery: Delivery

  private constructor(path: string, opened: Opened, options: ConnectOptions) {
    this.path = path
    this.capacityBytes = opened.settings.capacityBytes
    this.messageBytes = opened.settings.messageBytes
    this.setAside = opened.aside
    this.isNew = opened.isNew ?? false
    this.#identity = opened.identity
    this.#connection = new Connection(opened, options)
    this.#delivery = new Delivery(this.#connection)
  }

  /**
   * Opens the queue at the path, with its messages and these settings, or makes a new one; what is there and is no intact
   * queue is set aside, or with `whenDamaged: 'refuse'` left where it is and CorruptedData thrown. A new one begins to count from
   * `former`, see `replace`. Other processes learn of changed settings when they connect. Throws CreationFailed.
   */
  static create(path: string, options: CreateOptions, former?: FormerTotals): Queue {
    return Queue.#make(path, options, (making) => createQueueFile(path, former ? { ...making, former } : making))
  }

  /**
   * Makes a new queue that goes on counting from these totals, in weight; what is at the path is set aside without a look at
   * it, and what these totals do not know as delivered counts as dropped. Throws CreationFailed.
   */
  static replace(path: string, options: CreateOptions, former: FormerTotals): Queue {
    return Queue.#make(path, options, (making) => replaceQueueFile(path, { ...making, former }))
  }

  static #make(path: string, options: CreateOptions, make: (making: Making) => Opened): Queue {
    const { capacityBytes, messageBytes = MESSAGE_MAX_BYTES, durability = 'none', whenFull = 'drop-oldest' } = options
    const { busyTimeoutMs = BUSY_TIMEOUT_MS, now = new Date(), check = 'deep', whenDamaged = 'set-aside' } = options
    const settings = { capacityBytes, messageBytes, durability, whenFull }
    try {
      return Queue.#over(path, make({ settings, busyTimeoutMs, now, check, whenDamaged }), options)
    } catch (thrown) {
      const { kind, message, busy } = toQueueError(thrown, path)
      if (kind === 'CorruptedData' && whenDamaged === 'refuse') throw thrown
      throw new QueueError('CreationFailed', message, { busy, cause: thrown })
    }
  }

  /** Opens an existing queue; throws AccessFailed or CorruptedData and leaves the file as it is. Does without node:fs. */
  static connect(path: string, options: ConnectOptions = {}): Queue {
    return Queue.#over(path, openQueue(path, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS), options)
  }

  /**
   * What is wrong with the file at the path, seen by a connection of its own, or undefined. Throws AccessFailed where it cannot be
   * looked at. Of a file that is too large to be read whole, the ways are tried by which messages go in and out.
   */
  static damageOf(path: string, check: 'tables' | 'deep'): string | undefined {
    try {
      examineQueue(path, check)
      return undefined
    } catch (thrown) {
      const damage = damageIn(thrown, path)
      if (damage === undefined) throw toQueueError(thrown, path)
      return damage
    }
  }

  static #over(path: string, opened: Opened, options: ConnectOptions): Queue {
    try {
      return new Queue(path, opened, options)
    } catch (thrown) {
      opened.database.close()
      throw toQueueError(thrown, path)
    }
  }

  /**
   * Writes the messages in one transaction: when it returns they are in the file, when it throws none is. Throws
   * SerializationFailed, QueueFull, AccessFailed, CorruptedData.
   */
  send(outgoing: Outgoing | readonly Outgoing[], { priority = 0 }: SendOptions = {}): void {
    if (!Number.isSafeInteger(priority)) throw new QueueError('SerializationFailed', 'priority must be an integer')
    const list = isList(outgoing) ? outgoing : [outgoing]
    if (list.length === 0) return
    const connection = this.#connection
    const { room, messages, totals, transaction, clock } = connection
    const encoded = list.map((message) => connection.encode(message))
    attempt('send', () => {
      const pages = pagesFor(encoded)
      if (!connection.keepLogSmall(pages)) {
        throw new QueueError('QueueFull', 'a reader that stands still keeps the log from being emptied')
      }
      const isAmple = room.isAmple(pages)
      const sentBeyondIds = encoded.reduce((sum, { weight }) => sum + weight - 1, 0)
      const [only] = encoded
      // a single insert is a transaction of its own
      if (only && isAmple && encoded.length === 1 && sentBeyondIds === 0) {
        return connection.writeAlone(() => messages.insert(only, priority))
      }
      transaction.run(() => {
        if (!isAmple) room.make(pages, clock())
        for (const message of encoded) messages.insert(message, priority)
        if (sentBeyondIds !== 0) totals.add({ sentBeyondIds })
      })
    })
  }

  /**
   * Messages of a queue that this one has replaced: in it they were counted as sent, and with it as dropped; from now on they are
   * pending. All or none. Throws as `send` does.
   */
  takeOver(messages: readonly Message[]): void {
    if (messages.length === 0) return
    const connection = this.#connection
    const { room, totals, transaction, clock } = connection
    const encoded = messages.map((message) => ({ message: connection.encode(message), priority: message.priority }))
    const weight = messages.reduce((sum, message) => sum + message.weight, 0)
    attempt('take over', () => {
      const pages = pagesFor(encoded.map(({ message }) => message))
      if (!connection.keepLogSmall(pages)) {
        throw new QueueError('QueueFull', 'a reader that stands still keeps the log from being emptied')
      }
      transaction.run(() => {
        if (!room.isAmple(pages)) room.make(pages, clock())
        for (const { message, priority } of encoded) connection.messages.insert(message, priority)
        totals.add({ sentBeyondIds: -messages.length, dropped: -weight })
      })
    })
  }

  /** Weight that was given up before it could be sent: it counts as sent and dropped, so that the balance tells of it. */
  countLost(weight: number): void {
    if (!Number.isSafeInteger(weight) || weight < 0) throw new QueueError('SerializationFailed', 'no weight')
    const { totals } = this.#connection
    this.#connection.write('count lost', 0, () => totals.add({ sentBeyondIds: weight, dropped: weight }))
  }

  /**
   * Messages for one recipient that are under no lease, highest priority first, then oldest. With `leaseMs` they are this
   * connection's until the lease ends; without, they stay in the queue and are received again until acknowledged, so that a
   * recipient is served by one consumer. A row that is no message becomes a dead letter; it is never returned and never
   * throws. Throws AccessFailed, CorruptedData; with a lease also QueueFull, where the disk has no room to note it.
   */
  receive(to: string, options: ReceiveOptions): Message[] {
    return this.#delivery.receive(to, options)
  }

  /**
   * Receives with a lease as soon as there is something, without blocking the thread; rejects with QueueEmpty after
   * `timeoutMs`, with the reason of the signal when aborted, and with what `receive` throws.
   */
  receiveWithin(to: string, { timeoutMs, signal, ...options }: WaitOptions): Promise<Message[]> {
    return within(() => this.#delivery.receive(to, options), timeoutMs, signal)
  }

  /** Delivered: removes those that this connection still holds, or received without a lease; returns how many. */
  ack(ids: readonly number[]): number {
    return this.#delivery.ack(ids)
  }

  /** Messages that this connection has claimed, and no other since, stay claimed for this time from now on; returns how many. */
  extend(ids: readonly number[], leaseMs: number): number {
    return this.#delivery.extend(ids, leaseMs)
  }

  /** Not now: puts back those that this connection holds, for anybody to receive after the delay; returns how many. */
  retry(ids: readonly number[], options: RetryOptions): number {
    return this.#delivery.retry(ids, options)
  }

  /** Never: makes dead letters of those that this connection holds; returns how many. */
  dead(ids: readonly number[], reason: string): number {
    return this.#delivery.dead(ids, reason)
  }

  /**
   * In one transaction: these are done, and in their place, counted with their weight, these are dead letters. Returns how many
   * of `done` this connection still held; if not all of them, nothing is changed. Throws SerializationFailed as well.
   */
  settle(settlement: Settlement): number {
    return this.#delivery.settle(settlement)
  }

  /**
   * For the one consumer of all recipients: messages after an id, in the order of their ids. Fewer than `max` does not mean
   * that there are no more. A row that is no message becomes a dead letter; it is never returned and never throws.
   */
  tail(afterId: number, max: number): Message[] {
    return this.#connection.read('tail', () => this.#connection.messages.tail(afterId), max, SLICE_BYTES)
  }

  /** The highest id given so far, 0 if none: `tail` from here sees only what comes. */
  lastId(): number {
    return this.#connection.attempt('last id', () => this.#connection.messages.lastId())
  }

  /**
   * Removes all messages up to an id, delivered, 1 to 2 µs each; returns how many. To be called every second or so: what is
   * not discarded counts as dropped when room is needed.
   */
  discardThrough(id: number): number {
    const { transaction, messages, deadLetters, totals } = this.#connection
    const discarded = attempt('discard', () =>
      transaction.run(() => {
        deadLetters.buryNoted()
        const { count, weight } = messages.removeThrough(id)
        totals.add({ removed: count, delivered: weight })
        return count
      }),
    )
    deadLetters.forgetNoted()
    return discarded
  }

  /** Removes all messages for one recipient after an id, dropped; returns how many, by origin and title. */
  dropAfter(to: string, afterId: number): RemovedLot[] {
    const { messages, totals } = this.#connection
    return this.#connection.write('drop', 0, () => {
      const lots = messages.removeOf(to, afterId)
      for (const { count, weight } of lots) totals.add({ removed: count, dropped: weight })
      return lots
    })
  }

  /** Dead letters after an id, oldest first: at most `max`, and 4 MB or one. */
  deadLetters({ max, after = 0 }: { max: number; after?: number }): DeadLetter[] {
    return this.#connection.attempt('dead letters', () => this.#connection.deadLetters.list(max, after, SLICE_BYTES))
  }

  /** Ids of dead letters after an id, in their order. */
  deadIds({ max, after = 0 }: { max: number; after?: number }): number[] {
    return this.#connection.attempt('dead letters', () => this.#connection.deadLetters.idsAfter(after, max))
  }

  /** The highest id of a dead letter, 0 if there is none. */
  lastDeadId(): number {
    return this.#connection.attempt('dead letters', () => this.#connection.deadLetters.lastId())
  }

  /** Puts dead letters back into the queue, in their old place, as if never claimed; without ids all. Returns how many: unreadable ones stay. */
  requeueDead(ids?: readonly number[]): number {
    return this.#connection.write('requeue', 0, () => this.#connection.deadLetters.requeue(ids))
  }

  /** Removes dead letters, dropped; without ids all. Returns how many. */
  discardDead(ids?: readonly number[]): number {
    return this.#connection.write('discard dead', 0, () => this.#connection.deadLetters.discard(ids))
  }

  /** Some 20 µs, and 0.1 ms for each thousand messages that are claimed or were put back. */
  status(): QueueStatus {
    const { totals, room, clock } = this.#connection
    return this.#connection.attempt('status', () => ({
      ...totals.read(clock()),
      bytes: room.usedBytes(),
      capacity: this.capacityBytes,
    }))
  }

  /** Of a created queue: whether its file is still at the path, or was deleted, emptied or replaced while open. */
  isInPlace(): boolean {
    return this.#identity !== undefined && identityOf(this.path) === this.#identity && !isEmptied(this.path)
  }

  close(): void {
    this.#connection.close()
  }

  /** Closes and removes the file, -wal and -shm, unless another queue has taken the path meanwhile. */
  destroy(): void {
    // looked at while it is open: afterwards the identity may be given to another file
    const there = identityOf(this.path)
    const isTaken = this.#identity !== undefined && there !== undefined && there !== this.#identity
    this.close()
    if (!isTaken) removeDatabaseFile(this.path)
  }
}

function isList(outgoing: Outgoing | readonly Outgoing[]): outgoing is readonly Outgoing[] {
  return Array.isArray(outgoing)
}
