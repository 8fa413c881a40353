// The size of a queue: counted in pages of the file, and kept by giving up the oldest messages.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeadLetters } from './dead-letters'
import { PAGE_BYTES } from './layout'
import type { Encoded } from './message'
import { QueueError } from './queue-error'

/** What a row and its entry in the index take besides their texts and body, bytes; rather too much. */
const ROW_BYTES = 80
/** A row above this does not fit into one page of the table and goes on in pages of its own. */
const ROW_IN_PAGE_BYTES = 4000
/** Pages that tables and indexes may need beyond the rows: splitting one, and the trunk of the free ones. */
const SPARE_PAGES = 3
/** Pages of an empty queue: the schema and the roots. */
const EMPTY_PAGES = 8
/** So many senders may each use their share of the free room before they look again. */
const CREDIT_SHARE = 64
/** Most messages given up in one step. */
const STEP_MAX = 16

export class Room {
  readonly #deadLetters: DeadLetters
  readonly #capacityPages: number
  readonly #pageCount: StatementSync
  readonly #freePages: StatementSync
  readonly #dropOldest: StatementSync
  #creditPages = 0

  constructor(database: DatabaseSync, capacityBytes: number, deadLetters: DeadLetters) {
    this.#deadLetters = deadLetters
    this.#capacityPages = Math.floor(capacityBytes / PAGE_BYTES)
    this.#pageCount = database.prepare('PRAGMA page_count')
    this.#freePages = database.prepare('PRAGMA freelist_count')
    this.#dropOldest = database.prepare('DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id LIMIT ?)')
  }

  /** Bytes of the capacity that are in use. */
  usedBytes(): number {
    return this.#usedPages() * PAGE_BYTES
  }

  #usedPages(): number {
    return Number(this.#pageCount.get()?.page_count) - Number(this.#freePages.get()?.freelist_count)
  }

  /**
   * Whether these surely fit, so that `make` need not be called. Looking at the file costs as much as sending: a share of
   * the room that was free at the last look may be used without.
   */
  isAmple(pages: number): boolean {
    this.#creditPages -= pages
    return this.#creditPages >= 0
  }

  /**
   * Inside a write transaction: gives up the oldest messages, at last even dead letters, until so many pages are free. Returns
   * how many it gave up. Throws QueueFull where that is more than the queue has.
   */
  make(pages: number): number {
    const limit = this.#capacityPages - Math.ceil(pages) - SPARE_PAGES
    if (limit < EMPTY_PAGES) throw new QueueError('QueueFull', 'larger than the whole queue')
    let dropped = 0
    let used = this.#usedPages()
    for (let step = 1; used > limit; step = Math.min(step * 2, STEP_MAX)) {
      const given = Number(this.#dropOldest.run(step).changes) || this.#deadLetters.dropOldest(step)
      if (given === 0) throw new QueueError('QueueFull', 'no room, though the queue is empty')
      dropped += given
      used = this.#usedPages()
    }
    this.#creditPages = (limit - used) / CREDIT_SHARE
    return dropped
  }
}

/** Pages that these will take, rather too many. */
export function pagesFor(messages: readonly Encoded[]): number {
  let pages = 0
  for (const { to, title, origin, time, body } of messages) {
    const bytes = ROW_BYTES + 2 * to.length + title.length + origin.length + time.length + body.bytes.length
    pages += bytes > ROW_IN_PAGE_BYTES ? Math.ceil(bytes / ROW_IN_PAGE_BYTES) + 1 : bytes / ROW_IN_PAGE_BYTES
  }
  return pages
}
