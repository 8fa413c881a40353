// The file of a queue: found, opened, made, set aside, removed. Connecting uses nothing but SQLite, which the permission
// model does not restrict; creating uses node:fs where it is allowed to.

import { DatabaseSync } from 'node:sqlite'
import { exists, identityOf, makePrivate, removeRemains, setAside, wasEmptied, whyUnopenable } from './database-file'
import { checkDeeply, checkIds, checkTables, layTables, PAGE_BYTES, readMarks, tryOut } from './layout'
import type { WhenDamaged } from './options'
import { pause } from './pause'
import { QueueError, toQueueError } from './queue-error'
import { checkSettings, readSettings, type Settings, tune, writeSettings } from './settings'
import { continueFrom, type FormerTotals } from './totals'

export type Opened = {
  database: DatabaseSync
  settings: Settings
  busyTimeoutMs: number
  /** Which file it is, where that is known. */
  identity?: string | undefined
  /** Where that went which was in the way. */
  aside?: string | undefined
  /** It was made, and not found. */
  isNew?: boolean
}
/** How a queue is opened or made. */
export type Making = {
  settings: Settings
  busyTimeoutMs: number
  /** For the name of a file that is set aside. */
  now: Date
  /** How much of a file that is there is looked at. */
  check: 'tables' | 'deep'
  whenDamaged: WhenDamaged
  /** Where a new one begins to count. */
  former?: FormerTotals
}

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

/** Throws CorruptedData where the file is damaged or no queue; changes nothing. */
export function examineQueue(path: string, check: 'tables' | 'deep'): void {
  checkNotEmptied(path)
  const { database } = openQueue(path, OPEN_TIMEOUT_MS)
  try {
    checkIds(database)
    if (check === 'deep') checkDeeply(database)
    else tryOut(database)
  } finally {
    database.close()
  }
}

/**
 * What is wrong with the file, by what was thrown when it was opened. Nothing else is a reason to move a file: to be locked, or out
 * of memory, says nothing about it.
 */
export function damageIn(thrown: unknown, path: string): string | undefined {
  const { kind, message } = toQueueError(thrown, path)
  return kind === 'CorruptedData' ? message : whyUnopenable(path)
}

function checkNotEmptied(path: string): void {
  if (wasEmptied(path)) throw new QueueError('CorruptedData', 'the file was emptied')
}

/** Opens the queue at the path with these settings, or makes it; sets aside what is there and is none, or refuses it. */
export function createQueueFile(path: string, making: Making): Opened {
  checkSettings(making.settings)
  const found = identityOf(path)
  try {
    if (making.whenDamaged === 'refuse') checkNotEmptied(path)
    return openOrMakePatiently(path, making)
  } catch (thrown) {
    const damage = damageIn(thrown, path)
    if (damage === undefined) throw thrown
    if (making.whenDamaged === 'refuse') throw new QueueError('CorruptedData', damage, { cause: thrown })
  }
  // another creator may have been faster
  const aside = identityOf(path) === found ? setAside(path, making.now) : undefined
  return { ...openOrMakePatiently(path, making), aside }
}

/** Makes a new queue at the path; sets aside whatever is there, without a look at it. */
export function replaceQueueFile(path: string, making: Making): Opened {
  checkSettings(making.settings)
  const aside = exists(path) ? setAside(path, making.now) : undefined
  return { ...openOrMakePatiently(path, making), aside }
}

/** Tries again while somebody else is at it: SQLite itself does not wait when it changes the mode of a file. */
function openOrMakePatiently(path: string, making: Making): Opened {
  const end = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      return { ...openOrMake(path, making), identity: identityOf(path) }
    } catch (thrown) {
      if (!(thrown instanceof QueueError && thrown.busy) || performance.now() > end) throw thrown
      pause(RETRY_MS)
    }
  }
}

function openOrMake(path: string, making: Making): Opened {
  const found = look(path)
  if (found === 'nothing') {
    removeRemains(path)
    makePrivateIfPermitted(path)
  }
  const database = open(path)
  return orClose(database, path, () => {
    let isNew = false
    if (found === 'queue') {
      checkTables(database)
      if (making.check === 'deep') checkDeeply(database)
      checkIds(database)
    } else {
      isNew = lay(database, making)
    }
    writeSettings(database, making.settings)
    return { ...ready(database, making.busyTimeoutMs), isNew }
  })
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

/** All or nothing: whoever looks meanwhile sees an empty file. Whether it was this process that did it. */
function lay(database: DatabaseSync, { settings, former }: Making): boolean {
  database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}; PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`)
  database.exec('BEGIN IMMEDIATE')
  // another process may have been faster
  const isEmpty = readMarks(database) === 'empty'
  if (isEmpty) {
    layTables(database)
    writeSettings(database, settings)
    if (former) continueFrom(database, former)
  }
  database.exec('COMMIT')
  return isEmpty
}

function ready(database: DatabaseSync, busyTimeoutMs: number): Opened {
  database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}; PRAGMA journal_mode = WAL`)
  checkTables(database)
  const settings = readSettings(database)
  tune(database, settings)
  return { database, settings, busyTimeoutMs }
}

/** Without permission for it, SQLite makes the file; or says why it cannot. */
function makePrivateIfPermitted(path: string): void {
  try {
    makePrivate(path)
  } catch {
    // SQLite will tell
  }
}
