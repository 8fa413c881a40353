// The columns of a row as SQL. Anybody can write into the file: what is absurd becomes NULL, or what is next to right, in
// SQLite already. A huge body is not even loaded, and an integer that JavaScript cannot hold would throw in the midst of reading.

import { ID_MAX } from './layout'

/** Recipient, title, origin and time may each have this many UTF-16 units. */
export const TEXT_MAX = 1000
const TEXT_MAX_BYTES = 3 * TEXT_MAX
/** What one message may count for. */
export const WEIGHT_MAX = 2 ** 32

/** What a row counts for; 1 where it does not say. */
export const WEIGHT = `CASE WHEN weight BETWEEN 0 AND ${WEIGHT_MAX} THEN weight ELSE 1 END`
/** Only such ids can be read. No lower bound here: SQLite would start its search there and not at the cursor. */
export const READABLE_ID = `id <= ${ID_MAX}`
/** The highest id given so far. */
export const LAST_ID = `max(
  coalesce((SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'message'), 0),
  coalesce((SELECT max(id) FROM message), 0))`

/** What a dead letter takes, bytes. */
export const LETTER_BYTES = 'coalesce(octet_length(body), 0) + 200'

/** What readMessage wants. */
export function messageColumns(messageBytes: number): string {
  return [
    'id',
    text('recipient', 'to'),
    text('title', 'title'),
    text('origin', 'origin'),
    text('time', 'time'),
    `${integer('priority', 0)} AS priority`,
    `${WEIGHT} AS weight`,
    'CASE WHEN kind BETWEEN 0 AND 255 THEN kind END AS kind',
    'CASE WHEN crc BETWEEN 0 AND 0xffffffff THEN crc END AS crc',
    `CASE WHEN octet_length(body) <= ${messageBytes} THEN body END AS body`,
  ].join(', ')
}

function text(column: string, name: string): string {
  return `CASE WHEN octet_length(${column}) <= ${TEXT_MAX_BYTES} THEN ${column} END AS "${name}"`
}

/** A number that JavaScript can hold, or `otherwise`. */
export function integer(column: string, otherwise: number): string {
  return `CASE WHEN ${column} BETWEEN -${ID_MAX} AND ${ID_MAX} THEN ${column} ELSE ${otherwise} END`
}
