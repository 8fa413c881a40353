// What has become of all that was ever sent, in weight. It stands in the one row of `queue` and is written in the transaction
// that changes it, so that at every moment: sent = delivered + pending + claimed + retry + dead + dropped.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { integer, LAST_ID } from './columns'
import { lasts } from './lease'
import type { Row } from './message'

/** What comes to each. */
export type Change = {
  /** Sent, beyond one for each id that was given: a message of weight 1 costs no write of the totals. */
  sentBeyondIds?: number
  /** Ids that were given and are in the table of messages no longer. */
  removed?: number
  delivered?: number
  dropped?: number
  dead?: number
  /** Of the bodies of dead letters. */
  deadBytes?: number
}
export type Sums = {
  sent: number
  /** Acknowledged, or discarded by the one who reads all. */
  delivered: number
  /** Given up: for want of room, or as dead letters. */
  dropped: number
  /** In the table `dead_letter`, with the reason. */
  dead: number
  /** Messages under a lease. */
  claimed: number
  /** Put back by `retry` and not delivered yet, be their delay over or not. */
  retry: number
  /** All others: waiting to be received. */
  pending: number
  /** Rows that are pending, claimed or put back. */
  messages: number
  /** ISO time of the oldest of them. */
  oldest: string | undefined
}

const COLUMNS = ['sent_beyond_ids', 'removed', 'delivered', 'dropped', 'dead', 'dead_bytes'] as const
/** A column may hold anything, if others write into the file: then counting begins anew. */
const sound = (column: string) => integer(column, 0)

export class Totals {
  readonly #add: StatementSync
  readonly #read: StatementSync
  readonly #deadBytes: StatementSync

  constructor(database: DatabaseSync) {
    const sums = COLUMNS.map((column) => `${column} = ${sound(column)} + ?`)
    this.#add = database.prepare(`UPDATE queue SET ${sums.join(', ')} WHERE id = 1`)
    const isClaimed = `claim.holder IS NOT NULL AND coalesce(${lasts('?1')}, false)`
    this.#read = database.prepare(`
      SELECT ${COLUMNS.map((column) => `${sound(column)} AS ${column}`).join(', ')},
        (SELECT ${LAST_ID}) AS last_id,
        (SELECT total(weight) FROM claim WHERE ${isClaimed}) AS claimed,
        (SELECT total(weight) FROM claim WHERE put_back = 1 AND NOT (${isClaimed})) AS retry,
        (SELECT CASE WHEN octet_length(time) <= 100 THEN time END FROM message ORDER BY id LIMIT 1) AS oldest
      FROM queue WHERE id = 1`)
    this.#deadBytes = database.prepare(`SELECT ${sound('dead_bytes')} AS bytes FROM queue WHERE id = 1`)
  }

  /** Inside a write transaction. */
  add({ sentBeyondIds = 0, removed = 0, delivered = 0, dropped = 0, dead = 0, deadBytes = 0 }: Change): void {
    this.#add.run(sentBeyondIds, removed, delivered, dropped, dead, deadBytes)
  }

  deadBytes(): number {
    return Number(this.#deadBytes.get()?.bytes)
  }

  /** What is claimed and put back is looked at row by row: about 0.1 ms a thousand. */
  read(nowMs: number): Sums {
    const row = this.#read.get(nowMs)
    const lastId = count(row, 'last_id')
    const sent = lastId + count(row, 'sent_beyond_ids')
    const [delivered, dropped, dead] = [count(row, 'delivered'), count(row, 'dropped'), count(row, 'dead')]
    const [claimed, retry] = [count(row, 'claimed'), count(row, 'retry')]
    return {
      sent,
      delivered,
      dropped,
      dead,
      claimed,
      retry,
      pending: sent - delivered - dropped - dead - claimed - retry,
      messages: lastId - count(row, 'removed'),
      oldest: typeof row?.oldest === 'string' ? row.oldest : undefined,
    }
  }
}

function count(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0)
}

/** What a queue that was given up had counted, in weight. */
export type FormerTotals = { sent: number; delivered: number; dropped: number }

/** Begins to count there, in an empty queue; inside a write transaction. What was neither delivered nor dropped is lost: dropped. */
export function continueFrom(database: DatabaseSync, { sent, delivered, dropped }: FormerTotals): void {
  const all = Math.max(sent, delivered + dropped)
  new Totals(database).add({ sentBeyondIds: all, delivered, dropped: all - delivered })
}
