// Keeps the write-ahead log of a queue (-wal) small. SQLite's own way, a checkpoint at every commit above a size, lets it
// grow under load: it starts over only when all of it is copied and no connection writes or reads at that moment.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PAGE_BYTES } from './layout'
import { pause } from './pause'

/** The log is copied into the file from this size on, or from a quarter of the capacity. */
const COPY_BYTES_MAX = 1024 * 1024
/** It may always grow to this size, however small the queue. */
const LIMIT_BYTES_MIN = 4 * 1024 * 1024
/** Pages that a connection writes between two looks at the log: it looks at every 16th send of a small message. */
const LOOK_PAGES = 64
/** What a send writes besides the messages: the pages around them. */
const SEND_PAGES = 4
/** The longest time, ms, that emptying the log may wait for writers and readers, and they for it. */
const EMPTY_TIMEOUT_MS = 10
/** The same at the limit, where all senders wait: long enough for one of them to succeed. */
const LIMIT_TIMEOUT_MS = 100
const RETRY_MS = 1

export class WriteAheadLog {
  readonly #database: DatabaseSync
  readonly #busyTimeoutMs: number
  readonly #copyPages: number
  readonly #limitPages: number
  readonly #look: StatementSync
  readonly #copy: StatementSync
  readonly #empty: StatementSync
  /** Senders that start together shall not look together. */
  #unseenPages = process.pid % LOOK_PAGES
  #emptyAbovePages: number
  #isHeld = false

  constructor(database: DatabaseSync, capacityBytes: number, busyTimeoutMs: number) {
    this.#database = database
    this.#busyTimeoutMs = busyTimeoutMs
    this.#copyPages = Math.min(COPY_BYTES_MAX, capacityBytes / 4) / PAGE_BYTES
    this.#emptyAbovePages = 2 * this.#copyPages
    this.#limitPages = Math.max(LIMIT_BYTES_MIN, capacityBytes) / PAGE_BYTES
    // NOOP only tells the sizes (SQLite 3.51); an older one takes it for PASSIVE, which does no harm
    this.#look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#copy = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
    this.#empty = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
    database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${COPY_BYTES_MAX}`)
  }

  /**
   * To be called before this many pages are written. Copies the log without making a connection wait; where it grows all the same,
   * makes the others wait until it is empty. That fails only if a connection keeps a read transaction open (a stopped process, an
   * SQLite tool). Returns false once the log has the size of the queue, until that one is gone.
   */
  keepSmall(pages: number): boolean {
    this.#unseenPages += SEND_PAGES + pages
    if (this.#unseenPages < LOOK_PAGES && !this.#isHeld) return true
    this.#unseenPages = 0
    const size = Number(this.#look.get()?.log)
    if (size <= this.#emptyAbovePages && !this.#isHeld) {
      if (size > this.#copyPages) this.#copy.get()
      return true
    }
    const isAtLimit = size > this.#limitPages
    // when the lock is held, the wait is over
    if (this.#tryToEmpty(this.#isHeld ? 0 : isAtLimit ? LIMIT_TIMEOUT_MS : EMPTY_TIMEOUT_MS)) {
      this.#isHeld = false
      this.#emptyAbovePages = 2 * this.#copyPages
      return true
    }
    // trying costs the others time: not again before it has grown further
    this.#emptyAbovePages = Math.min(size + this.#copyPages, this.#limitPages)
    this.#isHeld = isAtLimit
    return !isAtLimit
  }

  #tryToEmpty(wantedMs: number): boolean {
    const timeoutMs = Math.min(wantedMs, this.#busyTimeoutMs)
    const end = performance.now() + timeoutMs
    this.#setTimeout(timeoutMs)
    try {
      for (;;) {
        const outcome = this.#empty.get()
        if (outcome?.busy === 0) return true
        // -1: it did not even begin, since another one is at it
        if (outcome?.log !== -1 || performance.now() >= end) return false
        pause(RETRY_MS)
      }
    } finally {
      this.#setTimeout(0)
    }
  }

  #setTimeout(timeoutMs: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
  }
}
