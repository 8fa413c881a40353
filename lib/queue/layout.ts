// What stands in a queue file: its marks and its tables.

import type { DatabaseSync } from 'node:sqlite'
import { QueueError } from './queue-error'

/** "CSQ1": marks a file as a queue (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x43_53_51_31
/** Raised whenever the tables below change (`PRAGMA user_version`). */
export const LAYOUT_VERSION = 2
export const PAGE_BYTES = 4096
/** Ids beyond 2^53-1 would not be JavaScript numbers. */
export const ID_MAX = Number.MAX_SAFE_INTEGER
/** Sending never reaches this id: a file whose ids are beyond it was tampered with and would soon take no more. */
export const ID_ABSURD = 2 ** 52

// Columns are left unconstrained on purpose: what others write is judged when it is read (message.ts) and kept as a dead
// letter. Only an id out of range could not be read at all. AUTOINCREMENT: an id is never given twice, so a cursor holds, and
// ids count the messages ever sent (totals.ts). The body comes last, since SQLite walks over what stands before a column. The
// index ends in the id by itself. Claims have a table of their own, so that a claim does not write the message once more.
const TABLES = [
  `CREATE TABLE queue (id INTEGER PRIMARY KEY CHECK (id = 1), capacity_bytes INTEGER, message_bytes INTEGER, durability TEXT, when_full TEXT, sent_beyond_ids INTEGER, removed INTEGER, delivered INTEGER, dropped INTEGER, dead INTEGER, dead_bytes INTEGER)`,
  `CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND ${ID_MAX}), recipient TEXT, title TEXT, origin TEXT, time TEXT, priority INTEGER, weight INTEGER, kind INTEGER, crc INTEGER, body BLOB)`,
  `CREATE INDEX message_order ON message (recipient, priority DESC)`,
  `CREATE TABLE claim (id INTEGER PRIMARY KEY, holder INTEGER, due_ms INTEGER, span_ms INTEGER, attempts INTEGER, put_back INTEGER, weight INTEGER, reason TEXT)`,
  `CREATE TABLE dead_letter (id INTEGER PRIMARY KEY, recipient TEXT, title TEXT, origin TEXT, time TEXT, priority INTEGER, weight INTEGER, kind INTEGER, crc INTEGER, body BLOB, whole INTEGER, reason TEXT)`,
]

/** Lays the tables into an empty file; inside a transaction of the caller. */
export function layTables(database: DatabaseSync): void {
  for (const table of TABLES) database.exec(table)
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${LAYOUT_VERSION}`)
}

/** The marks of a file, inside a transaction of the caller; an empty one has none yet. Throws CorruptedData. */
export function readMarks(database: DatabaseSync): 'empty' | 'queue' {
  const applicationId = readPragma(database, 'application_id')
  const version = readPragma(database, 'user_version')
  if (applicationId === APPLICATION_ID && version === LAYOUT_VERSION) return 'queue'
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables
  if (applicationId === 0 && version === 0 && tables === 0) return 'empty'
  if (applicationId !== APPLICATION_ID) throw new QueueError('CorruptedData', 'the file is no queue')
  throw new QueueError('CorruptedData', `the queue has layout ${version}; this program knows ${LAYOUT_VERSION}`)
}

/** Throws CorruptedData unless the tables are exactly ours: nothing bent, no trigger or view planted. */
export function checkTables(database: DatabaseSync): void {
  const rows = database.prepare(`SELECT sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY rowid`).all()
  if (rows.length === TABLES.length && rows.every((row, index) => row.sql === TABLES[index])) return
  throw new QueueError('CorruptedData', 'the tables are not those of a queue')
}

/** Throws CorruptedData where there are no ids left to give. */
export function checkIds(database: DatabaseSync): void {
  const used = database.prepare('SELECT max(id) >= ? AS absurd FROM message').get(ID_ABSURD)
  const given = database.prepare('SELECT max(seq) >= ? AS absurd FROM sqlite_sequence').get(ID_ABSURD)
  if (used?.absurd === 1 || given?.absurd === 1) throw new QueueError('CorruptedData', 'the ids are used up')
}

/** Reads all of a file: throws CorruptedData where it is damaged. About 0.5 ms a MB. */
export function checkDeeply(database: DatabaseSync): void {
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
  if (verdict !== 'ok')
    throw new QueueError('CorruptedData', `the file is damaged: ${String(verdict).replaceAll(/\s+/g, ' ')}`)
}

/** Writes and reads where messages go in and out, without a trace. Throws what node:sqlite throws where a page is damaged. */
export function tryOut(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(`INSERT INTO message (recipient, title, kind, crc, body) VALUES ('', '', 0, 0, x'')`)
    database.exec('UPDATE queue SET removed = removed WHERE id = 1')
    for (const order of ['id', 'id DESC', 'recipient, priority DESC', 'recipient DESC, priority']) {
      database.prepare(`SELECT * FROM message ORDER BY ${order} LIMIT 100`).all()
    }
    database.prepare('SELECT * FROM claim LIMIT 100').all()
  } finally {
    database.exec('ROLLBACK')
  }
}

export function readPragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}
