// What a queue file says about itself: its size, what it promises, and how a connection to it is set up.

import type { DatabaseSync } from 'node:sqlite'
import { asCount, asOneOf } from '../contract/parse'
import { LAST_ID, LETTER_BYTES, WEIGHT } from './columns'
import { QueueError } from './queue-error'

const DURABILITIES = ['none', 'commit', 'power'] as const
const WHEN_FULL = ['drop-oldest', 'refuse'] as const

/**
 * What is still there when a send has returned: `none` everything as long as the machine runs; `commit` the same, and after a
 * loss of power everything up to the last fsync, which comes with every checkpoint, about every MB; `power` everything always,
 * at the price of an fsync each time. No process can lose anything by dying, whichever it is.
 */
export type Durability = (typeof DURABILITIES)[number]
/** At capacity: give up the oldest messages, counted; or throw QueueFull, so that the sender has to wait. */
export type WhenFull = (typeof WHEN_FULL)[number]
export type Settings = { capacityBytes: number; messageBytes: number; durability: Durability; whenFull: WhenFull }

export const CAPACITY_MIN_BYTES = 128 * 1024

/** https://sqlite.org/pragma.html#pragma_synchronous */
const SYNCHRONOUS = { none: 'OFF', commit: 'NORMAL', power: 'FULL' } as const satisfies Record<Durability, string>
/** Page cache of a connection, KiB. Other processes' writes make it void anyway. */
const CACHE_KIB = 512

/** Throws CreationFailed. */
export function checkSettings({ capacityBytes, messageBytes, durability, whenFull }: Settings): void {
  if (!Number.isSafeInteger(capacityBytes) || capacityBytes < CAPACITY_MIN_BYTES) {
    throw new QueueError(
      'CreationFailed',
      `the capacity must be at least ${CAPACITY_MIN_BYTES} bytes: ${capacityBytes}`,
    )
  }
  if (!Number.isSafeInteger(messageBytes) || messageBytes < 1) {
    throw new QueueError('CreationFailed', `the size of a message must be at least 1 byte: ${messageBytes}`)
  }
  if (!asOneOf(durability, DURABILITIES)) throw new QueueError('CreationFailed', `no such durability: ${durability}`)
  if (!asOneOf(whenFull, WHEN_FULL)) throw new QueueError('CreationFailed', `no such policy: ${whenFull}`)
}

/** Throws CorruptedData. */
export function readSettings(database: DatabaseSync): Settings {
  const row = database
    .prepare('SELECT capacity_bytes, message_bytes, durability, when_full FROM queue WHERE id = 1')
    .get()
  const capacityBytes = asCount(row?.capacity_bytes)
  const messageBytes = asCount(row?.message_bytes)
  const durability = asOneOf(row?.durability, DURABILITIES)
  const whenFull = asOneOf(row?.when_full, WHEN_FULL)
  if (capacityBytes && messageBytes && durability && whenFull) {
    return { capacityBytes, messageBytes, durability, whenFull }
  }
  throw new QueueError('CorruptedData', 'the queue does not know its size or what it promises')
}

/**
 * Writes only what changes: a process that stands still with the lock must not keep a queue from being opened. Where all is lost,
 * counting begins anew with what is there.
 */
export function writeSettings(database: DatabaseSync, settings: Settings): void {
  const { capacityBytes, messageBytes, durability, whenFull } = settings
  const values = [capacityBytes, messageBytes, durability, whenFull]
  const isKnown = database.prepare(`
    SELECT 1 FROM queue
    WHERE id = 1 AND capacity_bytes IS ? AND message_bytes IS ? AND durability IS ? AND when_full IS ?`)
  if (isKnown.get(...values)) return
  const change = database.prepare(
    'UPDATE queue SET capacity_bytes = ?, message_bytes = ?, durability = ?, when_full = ? WHERE id = 1',
  )
  if (change.run(...values).changes === 0) database.prepare(FIRST).run(...values)
}

/** Totals that fit what is there (totals.ts); another creator may have been faster. */
const FIRST = `
  INSERT OR IGNORE INTO queue (id, capacity_bytes, message_bytes, durability, when_full,
    sent_beyond_ids, removed, delivered, dropped, dead, dead_bytes)
  SELECT 1, ?, ?, ?, ?, waiting.weight + dead.weight - last.id, last.id - waiting.messages, 0, 0, dead.weight, dead.bytes
  FROM
    (SELECT coalesce(sum(${WEIGHT}), 0) AS weight, count(*) AS messages FROM message) AS waiting,
    (SELECT coalesce(sum(${WEIGHT}), 0) AS weight, coalesce(sum(${LETTER_BYTES}), 0) AS bytes FROM dead_letter) AS dead,
    (SELECT ${LAST_ID} AS id) AS last`

/** Settings that hold for one connection. */
export function tune(database: DatabaseSync, { durability }: Settings): void {
  database.exec(`
    PRAGMA synchronous = ${SYNCHRONOUS[durability]};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF
  `)
}
