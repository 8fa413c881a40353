// The statements of a connection: prepared once, since most of them run with every message.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { columnsFor, READABLE_ID } from './message'

export type Statements = Record<
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'insert'
  | 'tail'
  | 'receive'
  | 'remove'
  | 'discard'
  | 'lastId'
  | 'countDropped'
  | 'status',
  StatementSync
>

export function prepareStatements(database: DatabaseSync, messageBytes: number): Statements {
  const columns = columnsFor(messageBytes)
  return {
    // the lock from the start: upgrading a read transaction later could not wait for it
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    insert: database.prepare(
      'INSERT INTO message (recipient, title, origin, time, priority, kind, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    tail: database.prepare(`SELECT ${columns} FROM message WHERE id > ? AND ${READABLE_ID} ORDER BY id`),
    receive: database.prepare(
      `SELECT ${columns} FROM message WHERE recipient = ? AND ${READABLE_ID} ORDER BY priority DESC, id`,
    ),
    remove: database.prepare('DELETE FROM message WHERE id = ?'),
    discard: database.prepare('DELETE FROM message WHERE id <= ?'),
    lastId: database.prepare(`
      SELECT max(
        coalesce((SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'message'), 0),
        coalesce((SELECT max(id) FROM message), 0)) AS id`),
    countDropped: database.prepare('UPDATE queue SET dropped = dropped + ?'),
    status: database.prepare(`
      SELECT (SELECT count(*) FROM message) AS pending, (SELECT dropped FROM queue WHERE id = 1) AS dropped,
        (SELECT CASE WHEN octet_length(time) <= 100 THEN time END FROM message ORDER BY id LIMIT 1) AS oldest`),
  }
}

/** Runs it in a write transaction: all of it happens or nothing. */
export function inTransaction<T>({ begin, commit, rollback }: Statements, work: () => T): T {
  begin.run()
  try {
    const result = work()
    commit.run()
    return result
  } catch (thrown) {
    try {
      rollback.run()
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full
    }
    throw thrown
  }
}
