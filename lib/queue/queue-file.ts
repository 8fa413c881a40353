// The file of a queue: found, opened, made, set aside, removed. Connecting uses nothing but SQLite, which the permission
// model does not restrict; creating uses node:fs where it is allowed to.

import { accessSync, closeSync, constants, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { asCount } from '../contract/parse'
import { checkDeeply, checkTables, layTables, PAGE_BYTES, readMarks, tune } from './layout'
import { pause } from './pause'
import { QueueError, toQueueError } from './queue-error'

/** What the file itself says about its size. */
export type Limits = { capacityBytes: number; messageBytes: number }
export type Opened = {
  database: DatabaseSync
  limits: Limits
  busyTimeoutMs: number
  /** Which file it is, where that is known. */
  identity?: string | undefined
  /** Where that went which was in the way. */
  aside?: string | undefined
}

export const CAPACITY_MIN_BYTES = 128 * 1024
/** Opening may have to wait for somebody who repairs or closes the file: briefly, whatever the caller wants later. */
const OPEN_TIMEOUT_MS = 1000
const RETRY_MS = 10

/** Opens an existing queue. Throws AccessFailed or CorruptedData; does not create or change anything in that case. */
export function openQueue(path: string, busyTimeoutMs: number): Opened {
  if (look(path) !== 'queue') throw new QueueError('AccessFailed', `${path}: there is no queue that can be opened`)
  const database = open(path)
  return orClose(database, path, () => {
    if (readMarksAtOnce(database) !== 'queue') throw new QueueError('AccessFailed', `${path}: the queue has just gone`)
    return ready(database, busyTimeoutMs)
  })
}

/** Opens the queue at the path with these limits, or makes it; sets aside what is there and is none. */
export function createQueueFile(path: string, limits: Limits, busyTimeoutMs: number, now: Date): Opened {
  checkLimits(limits)
  const found = identityOf(path)
  try {
    return openOrMakePatiently(path, limits, busyTimeoutMs)
  } catch (thrown) {
    // nothing else is a reason to move a file: to be locked, or out of memory, says nothing about it
    if (toQueueError(thrown, path).kind !== 'CorruptedData' && !isUnopenable(path)) throw thrown
  }
  // another creator may have been faster
  const aside = identityOf(path) === found ? setAside(path, now) : undefined
  return { ...openOrMakePatiently(path, limits, busyTimeoutMs), aside }
}

/** Tries again while somebody else is at it: SQLite itself does not wait when it changes the mode of a file. */
function openOrMakePatiently(path: string, limits: Limits, busyTimeoutMs: number): Opened {
  const end = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      return { ...openOrMake(path, limits, busyTimeoutMs), identity: identityOf(path) }
    } catch (thrown) {
      if (!(thrown instanceof QueueError && thrown.busy) || performance.now() > end) throw thrown
      pause(RETRY_MS)
    }
  }
}

function checkLimits({ capacityBytes, messageBytes }: Limits): void {
  if (!Number.isSafeInteger(capacityBytes) || capacityBytes < CAPACITY_MIN_BYTES) {
    throw new QueueError(
      'CreationFailed',
      `the capacity must be at least ${CAPACITY_MIN_BYTES} bytes: ${capacityBytes}`,
    )
  }
  if (!Number.isSafeInteger(messageBytes) || messageBytes < 1) {
    throw new QueueError('CreationFailed', `the size of a message must be at least 1 byte: ${messageBytes}`)
  }
}

function openOrMake(path: string, limits: Limits, busyTimeoutMs: number): Opened {
  const found = look(path)
  if (found === 'nothing') {
    removeRemains(path)
    makePrivate(path)
  }
  const database = open(path)
  return orClose(database, path, () => {
    if (found === 'queue') {
      checkTables(database)
      checkDeeply(database)
    } else {
      lay(database)
    }
    setLimits(database, limits)
    return ready(database, busyTimeoutMs)
  })
}

/** Writes only what changes: somebody who stands still with the lock must not keep a queue from being opened. */
function setLimits(database: DatabaseSync, { capacityBytes, messageBytes }: Limits): void {
  const known = database.prepare('SELECT 1 FROM queue WHERE id = 1 AND capacity_bytes IS ? AND message_bytes IS ?')
  if (known.get(capacityBytes, messageBytes)) return
  const write = database.prepare(`
    INSERT INTO queue (id, capacity_bytes, message_bytes, dropped) VALUES (1, ?, ?, 0) ON CONFLICT (id) DO UPDATE
    SET capacity_bytes = excluded.capacity_bytes, message_bytes = excluded.message_bytes`)
  write.run(capacityBytes, messageBytes)
}

/** Looks without the right to write, so that a stranger's file stays as it is. */
function look(path: string): 'nothing' | 'empty' | 'queue' {
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path, { readOnly: true })
  } catch {
    return 'nothing'
  }
  return orClose(database, path, () => {
    database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}`)
    const marks = readMarksAtOnce(database)
    database.close()
    return marks
  })
}

/** In one transaction, or a queue that is just being made would look like something else. */
function readMarksAtOnce(database: DatabaseSync): ReturnType<typeof readMarks> {
  database.exec('BEGIN')
  const marks = readMarks(database)
  database.exec('COMMIT')
  return marks
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path)
  } catch (thrown) {
    throw toQueueError(thrown, path)
  }
}

function orClose<T>(database: DatabaseSync, path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    database.close()
    throw toQueueError(thrown, path)
  }
}

/** All or nothing: whoever looks meanwhile sees an empty file. */
function lay(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}; PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`)
  database.exec('BEGIN IMMEDIATE')
  // another process may have been faster
  if (readMarks(database) === 'empty') layTables(database)
  database.exec('COMMIT')
}

function ready(database: DatabaseSync, busyTimeoutMs: number): Opened {
  database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}; PRAGMA journal_mode = WAL`)
  checkTables(database)
  const row = database.prepare('SELECT capacity_bytes, message_bytes FROM queue WHERE id = 1').get()
  const capacityBytes = asCount(row?.capacity_bytes)
  const messageBytes = asCount(row?.message_bytes)
  if (!capacityBytes || !messageBytes) throw new QueueError('CorruptedData', 'the queue does not know its size')
  tune(database)
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  return { database, limits: { capacityBytes, messageBytes }, busyTimeoutMs }
}

/** Whether something is at the path that SQLite cannot open as a file: a folder, a socket, a file without permission. */
function isUnopenable(path: string): boolean {
  try {
    if (!lstatSync(path).isFile()) return true
  } catch {
    return false
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return false
  } catch {
    return true
  }
}

/** Moves what is at the path out of the way, its log with it; returns where it is now. Throws what node:fs throws. */
function setAside(path: string, time: Date): string {
  const aside = `${path}.corrupt-${time.toISOString().replaceAll(/[:.]/g, '-')}`
  // the log first: left behind, it would be replayed into the new file
  moveIfThere(`${path}-wal`, `${aside}-wal`)
  rmSync(`${path}-shm`, { force: true })
  renameSync(path, aside)
  return aside
}

function moveIfThere(from: string, to: string): void {
  if (exists(from)) renameSync(from, to)
}

function exists(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}

/**
 * Where only the main file was deleted, processes that still have it open share `-shm` by its name: a new queue must not
 * meet them there. These belong to no other creator, since the main file is always made first.
 */
function removeRemains(path: string): void {
  const remains = [`${path}-wal`, `${path}-shm`].filter(exists)
  if (remains.length === 0 || exists(path)) return
  for (const remain of remains) rmSync(remain, { force: true })
}

/** Readable by its owner alone; SQLite gives its log the same mode. Without permission for it, SQLite makes the file. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // it is there already or cannot be made: SQLite will tell
  }
}

/** Which file is at the path; undefined where there is none or looking is not permitted. */
export function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

export function removeQueueFile(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}
