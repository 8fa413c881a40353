// The size of a queue: counted in pages of the file, and kept by giving up the oldest messages.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DeadLetters } from './dead-letters'
import { PAGE_BYTES } from './layout'
import type { Encoded } from './message'
import type { Lot, Messages } from './messages'
import { QueueError } from './queue-error'
import type { Settings } from './settings'
import type { Totals } from './totals'

/** What a row and its entry in the index take besides their texts and body, bytes; rather too much. */
const ROW_BYTES = 80
/** A row above this does not fit into one page of the table and goes on in pages of its own. */
const ROW_IN_PAGE_BYTES = 4000
/** Pages that tables and indexes may need beyond the rows: splitting one, and the trunk of the free ones. */
const SPARE_PAGES = 3
/** Pages of an empty queue: the schema and the roots. */
const EMPTY_PAGES = 10
/** Senders that may each use their share of the free room before they look again. */
const CREDIT_SHARE = 64
/** Most messages given up in one step. */
const STEP_MAX = 16

export class Room {
  readonly #messages: Messages
  readonly #deadLetters: DeadLetters
  readonly #totals: Totals
  readonly #settings: Settings
  readonly #pageCount: StatementSync
  readonly #freePages: StatementSync
  #creditPages = 0

  constructor(
    database: DatabaseSync,
    settings: Settings,
    messages: Messages,
    deadLetters: DeadLetters,
    totals: Totals,
  ) {
    this.#settings = settings
    this.#messages = messages
    this.#deadLetters = deadLetters
    this.#totals = totals
    this.#pageCount = database.prepare('PRAGMA page_count')
    this.#freePages = database.prepare('PRAGMA freelist_count')
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
   * Inside a write transaction: gives up messages and dead letters until this many pages are free. Throws QueueFull where that is
   * more than the queue has, or where it must not give up anything.
   */
  make(pages: number, nowMs: number): void {
    const limit = Math.floor(this.#settings.capacityBytes / PAGE_BYTES) - Math.ceil(pages) - SPARE_PAGES
    if (limit < EMPTY_PAGES) throw new QueueError('QueueFull', 'larger than the whole queue')
    let used = this.#usedPages()
    for (let step = 1; used > limit; step = Math.min(step * 2, STEP_MAX)) {
      if (this.#settings.whenFull === 'refuse') throw new QueueError('QueueFull', 'the queue is full')
      if (!this.#giveUp(step, nowMs)) throw new QueueError('QueueFull', 'no room, though the queue is empty')
      used = this.#usedPages()
    }
    this.#creditPages = (limit - used) / CREDIT_SHARE
  }

  /** The oldest messages; messages under delivery come after the dead letters. */
  #giveUp(count: number, nowMs: number): boolean {
    return (
      this.#drop(this.#messages.oldestFree(count, nowMs)) ||
      this.#deadLetters.dropOldest(count) ||
      this.#drop(this.#messages.oldest(count))
    )
  }

  #drop({ ids, weight }: Lot): boolean {
    if (ids.length === 0) return false
    this.#messages.remove(ids)
    this.#totals.add({ removed: ids.length, dropped: weight })
    return true
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
