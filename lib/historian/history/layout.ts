// What stands in the file of a history: its marks, its tables and how every connection to it is set up.

import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../contract/fault'

/** "CSH1": marks a file as a history (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x43_53_48_31
/** Raised whenever the tables below change (`PRAGMA user_version`). */
export const LAYOUT_VERSION = 1
export const PAGE_BYTES = 4096

// One row a value; time in µs since the epoch (stored-time.ts), values as stored-value.ts says. A query wants the values
// of one series together, but they come from all series at once: written to their places one by one, each would cost a page
// of its own. So they are appended to `recent`, in the order of time, and go to `sample` many at a time. A value may stand in
// both, when it was written twice.
const TABLES = [
  `CREATE TABLE history (id INTEGER PRIMARY KEY CHECK (id = 1), series_removed INTEGER NOT NULL, clock_ms INTEGER, ahead_ms INTEGER)`,
  `CREATE TABLE series (id INTEGER PRIMARY KEY, collector TEXT NOT NULL, tag TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (collector, tag, unit, kind))`,
  `CREATE TABLE recent (time INTEGER NOT NULL, series INTEGER NOT NULL, value, PRIMARY KEY (time, series)) WITHOUT ROWID`,
  `CREATE TABLE sample (series INTEGER NOT NULL, time INTEGER NOT NULL, value, PRIMARY KEY (series, time)) WITHOUT ROWID`,
]

/** Lays the tables into an empty file; inside a transaction of the caller. */
export function layTables(database: DatabaseSync): void {
  for (const table of TABLES) database.exec(table)
  database.exec(`
    INSERT INTO history (id, series_removed) VALUES (1, 0);
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${LAYOUT_VERSION}`)
}

/** The marks of a file, inside a transaction of the caller; an empty one has none yet. */
export function readMarks(database: DatabaseSync): 'empty' | 'history' {
  const applicationId = pragma(database, 'application_id')
  const version = pragma(database, 'user_version')
  if (applicationId === APPLICATION_ID && version === LAYOUT_VERSION) return 'history'
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables
  if (applicationId === 0 && version === 0 && tables === 0) return 'empty'
  if (applicationId !== APPLICATION_ID) throw damaged('the file is no history')
  throw damaged(`the history has layout ${version}; this program knows ${LAYOUT_VERSION}`)
}

/** A larger file would take too long to be read whole: damage in it shows when it is come across. */
const CHECK_BYTES_MAX = 64 * 1024 * 1024

/** Throws unless the tables are exactly ours, nothing bent, no trigger or view planted, and a small file is intact. */
export function checkHistory(database: DatabaseSync): void {
  const rows = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all()
  if (rows.length !== TABLES.length || !rows.every((row, index) => row.sql === TABLES[index])) {
    throw damaged('the tables are not those of a history')
  }
  if (database.prepare('SELECT 1 FROM history WHERE id = 1').get() === undefined)
    throw damaged('its first row is missing')
  if (pragma(database, 'page_count') * PAGE_BYTES > CHECK_BYTES_MAX) return
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
  if (verdict !== 'ok') throw damaged(`the file is damaged: ${String(verdict).replaceAll(/\s+/g, ' ')}`)
}

/** The value of a numeric pragma. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

function damaged(message: string): Fault {
  return new Fault('link', 'history-damaged', message)
}

/** Page cache of a connection, KiB. */
const CACHE_KIB = 4096
/** The log is copied into the file from this size on, and cut down to it. */
export const LOG_BYTES = 4 * 1024 * 1024

/**
 * Settings that hold for one connection. The log is synced before it is copied: a loss of power costs the last values at most,
 * never the file.
 */
export function tune(database: DatabaseSync, busyTimeoutMs: number): void {
  database.exec(`
    PRAGMA busy_timeout = ${busyTimeoutMs};
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${LOG_BYTES / PAGE_BYTES};
    PRAGMA journal_size_limit = ${LOG_BYTES};
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF`)
}

/** Runs it in a write transaction: all of it happens or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // the lock from the start: upgrading a read transaction later could not wait for it
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full
    }
    throw thrown
  }
}
