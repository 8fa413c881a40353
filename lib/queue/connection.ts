// One open file: its parts, and the ways in which all calls read and write it.

import type { DatabaseSync } from 'node:sqlite'
import { Claims } from './claims'
import { DeadLetters } from './dead-letters'
import { type Encoded, encodeMessage, type Message, type Outgoing, type Row, readMessage, sizeOfRow } from './message'
import { Messages, type Rows } from './messages'
import { monotonicMs } from './monotonic'
import type { ConnectOptions } from './options'
import { patiently } from './pause'
import { attempt } from './queue-error'
import type { Opened } from './queue-file'
import { Room } from './room'
import type { Settings } from './settings'
import { Totals } from './totals'
import { Transaction } from './transaction'
import { WriteAheadLog } from './write-ahead-log'

export class Connection {
  readonly settings: Settings
  readonly clock: () => number
  readonly transaction: Transaction
  readonly messages: Messages
  readonly claims: Claims
  readonly totals: Totals
  readonly deadLetters: DeadLetters
  readonly room: Room
  readonly #database: DatabaseSync
  readonly #log: WriteAheadLog
  readonly #busyTimeoutMs: number
  readonly #compressAboveBytes: number | undefined
  #open = true

  constructor({ database, settings, busyTimeoutMs }: Opened, options: ConnectOptions) {
    this.settings = settings
    this.clock = options.clock ?? monotonicMs
    this.transaction = new Transaction(database, busyTimeoutMs)
    this.messages = new Messages(database, settings.messageBytes)
    this.claims = new Claims(database, this.messages)
    this.totals = new Totals(database)
    this.deadLetters = new DeadLetters(database, settings, this.messages, this.totals)
    this.room = new Room(database, settings, this.messages, this.deadLetters, this.totals)
    this.#database = database
    this.#log = new WriteAheadLog(database, settings.capacityBytes, busyTimeoutMs)
    this.#busyTimeoutMs = busyTimeoutMs
    this.#compressAboveBytes = options.compressAboveBytes
    // from here on the waiting is ours
    database.exec('PRAGMA busy_timeout = 0')
  }

  encode(message: Outgoing): Encoded {
    return encodeMessage(message, this.settings.messageBytes, this.#compressAboveBytes)
  }

  /** Reads something; whatever it throws comes out as a QueueError. */
  attempt<T>(doing: string, work: () => T): T {
    return attempt(doing, () => patiently(this.#busyTimeoutMs, work))
  }

  /** To be called before this many pages are written. False while nothing should be added, see WriteAheadLog. */
  keepLogSmall(pages: number): boolean {
    return patiently(this.#busyTimeoutMs, () => this.#log.keepSmall(pages))
  }

  /** One statement that is a transaction of its own. */
  writeAlone(work: () => void): void {
    patiently(this.#busyTimeoutMs, work)
  }

  /** A write of about this many pages that is never refused for want of room in the log: it makes room, sooner or later. */
  write<T>(doing: string, pages: number, work: () => T): T {
    return attempt(doing, () => {
      this.keepLogSmall(pages)
      return this.transaction.run(work)
    })
  }

  /** Messages of these rows, at least one if there is any; a row that is none becomes a dead letter as soon as that is possible. */
  read(doing: string, rowsOf: () => Rows, max: number, maxBytes: number): Message[] {
    if (!(max >= 1)) return []
    const messages = attempt(doing, () => {
      const { rows, first } = patiently(this.#busyTimeoutMs, () => {
        const rows = rowsOf()
        return { rows, first: rows.next() }
      })
      return this.#collect(rows, first, max, maxBytes)
    })
    this.#buryIfPossible()
    return messages
  }

  #collect(rows: Rows, first: IteratorResult<Row>, max: number, maxBytes: number): Message[] {
    const messages: Message[] = []
    let bytes = 0
    try {
      for (let step = first; !step.done; step = rows.next()) {
        const message = this.#readable(step.value)
        if (!message) continue
        bytes += sizeOfRow(step.value)
        if (messages.length > 0 && bytes > maxBytes) break
        messages.push(message)
        if (messages.length >= max || bytes >= maxBytes) break
      }
    } catch (thrown) {
      // what was read before is good; the error will come again
      if (messages.length === 0) throw thrown
    } finally {
      // an open cursor would keep the log from being emptied
      rows.return?.()
    }
    return messages
  }

  /** The messages among rows that were read already. */
  readAll(rows: readonly Row[]): Message[] {
    const messages = rows.flatMap((row) => this.#readable(row) ?? [])
    this.#buryIfPossible()
    return messages
  }

  #readable(row: Row): Message | undefined {
    const message = readMessage(row, this.settings.messageBytes)
    if (!('reason' in message)) return message
    this.deadLetters.note(message)
    return undefined
  }

  #buryIfPossible(): void {
    if (this.deadLetters.noted === 0) return
    try {
      this.transaction.run(() => this.deadLetters.buryNoted())
      this.deadLetters.forgetNoted()
    } catch {
      // another connection writes, or there is no room: they stay noted
    }
  }

  /** Twice without harm. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#database.close()
  }
}
