// The queue between processes: an SQLite file in WAL mode that any process may open, write and read. No process serves it,
// and none can break it by dying: a transaction is there whole or not at all, and locks end with their holder.

import type { DatabaseSync } from 'node:sqlite'
import type { Envelope } from '../contract/envelope'
import { MESSAGE_MAX_BYTES } from '../contract/limits'
import { DeadLetters } from './dead-letters'
import { type Encoded, encodeMessage, type Message, type Row, readMessage } from './message'
import { attempt, QueueError, toQueueError } from './queue-error'
import { createQueueFile, identityOf, type Opened, openQueue, removeQueueFile } from './queue-file'
import { pagesFor, Room } from './room'
import { inTransaction, prepareStatements, type Statements } from './statements'
import { WriteAheadLog } from './write-ahead-log'

export type { Message } from './message'
export { QueueError, type QueueErrorKind } from './queue-error'
export { CAPACITY_MIN_BYTES } from './queue-file'

export type ConnectOptions = {
  /** How long a call may wait, blocking, for another process's lock; then AccessFailed with `busy`. 0 = not at all. */
  busyTimeoutMs?: number
}
export type CreateOptions = ConnectOptions & {
  /**
   * At least CAPACITY_MIN_BYTES. Senders keep the pages in use below it; when many idle ones begin at once, each may go
   * 1/64 beyond for a moment. The log comes on top: 1 to 3 MB, at most as much again if a reader stands still.
   */
  capacityBytes: number
  /** Largest body. */
  messageBytes?: number
  /** For the name of a file that is set aside. */
  now?: Date
}
export type QueueStatus = {
  /** Not acknowledged yet. */
  pending: number
  claimed: number
  retry: number
  /** Kept in the table `dead_letter`, with the reason. */
  dead: number
  /** Given up for want of room, over the life of the file. */
  dropped: number
  /** In use, of `capacity`. */
  bytes: number
  capacity: number
  /** ISO time of the oldest message. */
  oldest: string | undefined
}

/** For another process's lock. */
const BUSY_TIMEOUT_MS = 1000
/** A read ends early once it has so many bytes: neither time nor memory of the consumer depends on the senders. */
const SLICE_BYTES = 4 * 1024 * 1024

export class Queue {
  readonly path: string
  readonly capacityBytes: number
  readonly messageBytes: number
  /** Where `create` put what was at the path and was no intact queue. */
  readonly setAside: string | undefined
  readonly #database: DatabaseSync
  readonly #identity: string | undefined
  readonly #deadLetters: DeadLetters
  readonly #room: Room
  readonly #log: WriteAheadLog
  readonly #statements: Statements
  #open = true

  private constructor(path: string, { database, limits, busyTimeoutMs, aside, identity }: Opened) {
    this.path = path
    this.capacityBytes = limits.capacityBytes
    this.messageBytes = limits.messageBytes
    this.setAside = aside
    this.#database = database
    this.#identity = identity
    this.#deadLetters = new DeadLetters(database, limits.messageBytes)
    this.#room = new Room(database, limits.capacityBytes, this.#deadLetters)
    this.#log = new WriteAheadLog(database, limits.capacityBytes, busyTimeoutMs)
    this.#statements = prepareStatements(database, limits.messageBytes)
  }

  /**
   * Opens the queue at the path, with its messages and these limits, or makes a new one; what is there and is no intact
   * queue is set aside. Other processes learn of changed limits when they connect. Throws CreationFailed.
   */
  static create(path: string, options: CreateOptions): Queue {
    const limits = { capacityBytes: options.capacityBytes, messageBytes: options.messageBytes ?? MESSAGE_MAX_BYTES }
    try {
      const opened = createQueueFile(path, limits, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS, options.now ?? new Date())
      return Queue.#over(path, opened)
    } catch (thrown) {
      const { message, busy } = toQueueError(thrown, path)
      throw new QueueError('CreationFailed', message, { busy, cause: thrown })
    }
  }

  /** Opens an existing queue; throws AccessFailed or CorruptedData and leaves the file as it is. Does without node:fs. */
  static connect(path: string, options: ConnectOptions = {}): Queue {
    return Queue.#over(path, openQueue(path, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS))
  }

  static #over(path: string, opened: Opened): Queue {
    try {
      return new Queue(path, opened)
    } catch (thrown) {
      opened.database.close()
      throw toQueueError(thrown, path)
    }
  }

  /**
   * Writes the messages in one transaction: when it returns they are in the file, when it throws none is. A higher
   * `priority` (integer, default 0) is received earlier. Throws SerializationFailed, QueueFull, AccessFailed, CorruptedData.
   */
  send(envelopes: Envelope | Envelope[], { priority = 0 }: { priority?: number } = {}): void {
    if (!Number.isSafeInteger(priority)) throw new QueueError('SerializationFailed', 'priority must be an integer')
    const list = Array.isArray(envelopes) ? envelopes : [envelopes]
    if (list.length === 0) return
    const messages = list.map((envelope) => encodeMessage(envelope, this.messageBytes))
    attempt('send', () => {
      const pages = pagesFor(messages)
      this.#log.keepSmall(pages)
      const isAmple = this.#room.isAmple(pages)
      const [only] = messages
      // a single insert is a transaction of its own
      if (only && isAmple && messages.length === 1) return this.#insert(only, priority)
      inTransaction(this.#statements, () => {
        if (!isAmple) this.#countDropped(this.#room.make(pages))
        for (const message of messages) this.#insert(message, priority)
      })
    })
  }

  #insert({ to, title, origin, time, body }: Encoded, priority: number): void {
    this.#statements.insert.run(to, title, origin, time, priority, body.kind, body.crc, body.bytes)
  }

  /**
   * Messages for one recipient, highest priority first, then oldest. They stay in the queue, and are received again, until
   * acknowledged: so a recipient is served by one consumer.
   */
  receive(to: string, { max }: { max: number }): Message[] {
    return this.#read('receive', () => this.#statements.receive.iterate(to), max)
  }

  /** Removes received messages; returns how many were still there. */
  ack(ids: readonly number[]): number {
    return this.#write('ack', () => {
      let removed = 0
      for (const id of ids) removed += Number(this.#statements.remove.run(id).changes)
      return removed
    })
  }

  /**
   * For the one consumer of all recipients: messages after an id, in the order of their ids. Fewer than `max` does not mean
   * that there are no more. A row that is no message becomes a dead letter; it is never returned and never throws.
   */
  tail(afterId: number, max: number): Message[] {
    return this.#read('tail', () => this.#statements.tail.iterate(afterId), max)
  }

  /** The highest id given so far, 0 if none: `tail` from here sees only what comes. */
  lastId(): number {
    return attempt('last id', () => Number(this.#statements.lastId.get()?.id))
  }

  /**
   * Removes all messages up to an id, 1 to 2 µs each; returns how many. To be called every second or so: what is not
   * discarded counts as dropped when room is needed.
   */
  discardThrough(id: number): number {
    const discarded = this.#write('discard', () => {
      this.#countDropped(this.#deadLetters.bury())
      return Number(this.#statements.discard.run(id).changes)
    })
    this.#deadLetters.forgetNoted()
    return discarded
  }

  /** Counts rows: about 0.1 ms a thousand. */
  status(): QueueStatus {
    return attempt('status', () => {
      const row = this.#statements.status.get()
      return {
        pending: Number(row?.pending),
        claimed: 0,
        retry: 0,
        dead: this.#deadLetters.count(),
        dropped: Number(row?.dropped),
        bytes: this.#room.usedBytes(),
        capacity: this.capacityBytes,
        oldest: typeof row?.oldest === 'string' ? row.oldest : undefined,
      }
    })
  }

  /** Of a created queue: whether its file is still at the path, or was deleted or replaced while open. */
  isInPlace(): boolean {
    return this.#identity !== undefined && identityOf(this.path) === this.#identity
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#database.close()
  }

  /** Closes and removes the file, -wal and -shm, unless another queue has taken the path meanwhile. */
  destroy(): void {
    // looked at while it is open: afterwards the identity may be given to another file
    const isTaken = this.#identity !== undefined && !this.isInPlace() && identityOf(this.path) !== undefined
    this.close()
    if (!isTaken) removeQueueFile(this.path)
  }

  #read(doing: string, rowsOf: () => Iterable<Row> & Iterator<Row>, max: number): Message[] {
    const messages: Message[] = []
    if (!(max >= 1)) return messages
    let rows: Iterator<Row> | undefined
    let bytes = 0
    try {
      rows = rowsOf()
      for (let step = rows.next(); !step.done; step = rows.next()) {
        const message = readMessage(step.value)
        if ('reason' in message) {
          this.#deadLetters.note(message)
          continue
        }
        messages.push(message)
        const { body } = step.value
        bytes += body instanceof Uint8Array ? body.length : 0
        if (messages.length >= max || bytes >= SLICE_BYTES) break
      }
    } catch (thrown) {
      // what was read before is good; the error will come again
      if (messages.length === 0) throw toQueueError(thrown, doing)
    } finally {
      // an open cursor would keep the log from being emptied
      rows?.return?.()
    }
    if (this.#deadLetters.noted > 0) this.#buryIfPossible()
    return messages
  }

  #buryIfPossible(): void {
    try {
      this.#write('bury', () => this.#countDropped(this.#deadLetters.bury()))
      this.#deadLetters.forgetNoted()
    } catch {
      // somebody else writes, or there is no room: they stay noted
    }
  }

  #countDropped(count: number): void {
    if (count > 0) this.#statements.countDropped.run(count)
  }

  #write<T>(doing: string, work: () => T): T {
    return attempt(doing, () => inTransaction(this.#statements, work))
  }
}
