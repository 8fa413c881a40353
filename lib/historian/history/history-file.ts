// The file of a history: opened, made, set aside. Several processes may do so at once.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault, messageOf } from '../../contract/fault'
import { pause } from '../../queue/pause'
import { toHistoryFault } from './history-fault'
import { checkHistory, inTransaction, layTables, PAGE_BYTES, readMarks, tune } from './layout'

/** What was in the way, where it is now and why. */
export type SetAside = { path: string; reason: string }

/** Opening may have to wait for somebody who makes or repairs the file. */
const OPEN_TIMEOUT_MS = 1000
const RETRY_MS = 10
/** A call waits so long for another process's lock, blocking: others move many values at once now and then. */
const BUSY_TIMEOUT_MS = 2000
/** Files set aside are for the operator to look at; a broken disk shall not be filled with them. */
const ASIDE_MAX = 2

export class HistoryFile {
  readonly path: string
  readonly database: DatabaseSync
  readonly setAside: SetAside | undefined
  readonly #identity: string | undefined
  #open = true

  private constructor(path: string, database: DatabaseSync, setAside: SetAside | undefined) {
    this.path = path
    this.database = database
    this.setAside = setAside
    this.#identity = identityOf(path)
  }

  /**
   * Opens the history at the path or makes it; what is there and is no intact history of this layout is set aside, as
   * `<path>.corrupt-<time>`. Throws a Fault with a HistoryTrouble as its code, never `history-damaged`.
   */
  static open(path: string, now = new Date()): HistoryFile {
    const found = identityOf(path)
    let reason: string
    try {
      return new HistoryFile(path, openPatiently(path), undefined)
    } catch (thrown) {
      const fault = toHistoryFault(thrown, path)
      const strange = whyUnopenable(path)
      // nothing else is a reason to move a file: to be locked, or out of memory, says nothing about it
      if (fault.code !== 'history-damaged' && strange === undefined) throw withFolder(fault, path)
      reason = strange ?? fault.message
    }
    // another process may have been faster
    const aside = identityOf(path) === found ? moveAside(path, now) : undefined
    const database = openPatiently(path)
    return new HistoryFile(path, database, aside === undefined ? undefined : { path: aside, reason })
  }

  /** Whether its file is still at the path, or was deleted, set aside or replaced while open. */
  isInPlace(): boolean {
    return this.#identity !== undefined && identityOf(this.path) === this.#identity
  }

  /** Whoever opens an empty file throws its log away, and with it all that is written from here on. */
  isEmptied(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.size === 0
  }

  /** Closes it and moves it out of the way, unless somebody else has; returns where it is. Throws a Fault. */
  abandon(now: Date): string | undefined {
    const isInPlace = this.isInPlace()
    this.close()
    return isInPlace ? moveAside(this.path, now) : undefined
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.database.close()
  }
}

/**
 * Does some reading work on the history at the path, in one snapshot, while others write; no more than a second or so, since
 * the log grows meanwhile. Throws a Fault with a HistoryTrouble as its code.
 */
export function readHistory<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = open(path, true)
  try {
    tune(database, OPEN_TIMEOUT_MS)
    database.exec('BEGIN')
    if (readMarks(database) !== 'history')
      throw new Fault('link', 'history-unavailable', `${path}: nothing is in it yet`)
    return work(database)
  } catch (thrown) {
    throw toHistoryFault(thrown, path)
  } finally {
    database.close()
  }
}

/** Tries again while somebody else is at it: SQLite itself does not wait when it changes the mode of a file. */
function openPatiently(path: string): DatabaseSync {
  const end = performance.now() + OPEN_TIMEOUT_MS
  for (;;) {
    try {
      return openOrMake(path)
    } catch (thrown) {
      const fault = toHistoryFault(thrown, path)
      if (fault.code !== 'history-busy' || performance.now() > end) throw fault
      pause(RETRY_MS)
    }
  }
}

function openOrMake(path: string): DatabaseSync {
  const found = look(path)
  if (found === 'nothing') {
    removeRemains(path)
    makePrivate(path)
  }
  const database = open(path, false)
  try {
    tune(database, OPEN_TIMEOUT_MS)
    // it only has an effect on an empty file, in this order, but would be written into any
    if (found !== 'history') database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`)
    database.exec('PRAGMA journal_mode = WAL')
    if (found !== 'history') lay(database)
    checkHistory(database)
    tune(database, BUSY_TIMEOUT_MS)
    return database
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** Looks without the right to write, so that a stranger's file stays as it is. */
function look(path: string): 'nothing' | 'empty' | 'history' {
  if (!existsSync(path)) return 'nothing'
  const database = open(path, true)
  try {
    database.exec(`PRAGMA busy_timeout = ${OPEN_TIMEOUT_MS}; BEGIN`)
    return readMarks(database)
  } finally {
    database.close()
  }
}

function open(path: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly })
  } catch (thrown) {
    throw toHistoryFault(thrown, path)
  }
}

/** All or nothing: whoever looks meanwhile sees an empty file. */
function lay(database: DatabaseSync): void {
  inTransaction(database, () => {
    // another process may have been faster
    if (readMarks(database) === 'empty') layTables(database)
  })
}

/** Why SQLite cannot open what is at the path, if that is to blame: a folder, a socket, a file without permission. */
function whyUnopenable(path: string): string | undefined {
  try {
    if (!lstatSync(path).isFile()) return 'it is no file'
  } catch {
    return undefined
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** A history that is unavailable because of its folder is somebody's to mend, and says so. */
function withFolder(fault: Fault, path: string): Fault {
  if (fault.code !== 'history-unavailable') return fault
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
    return fault
  } catch (thrown) {
    return unwritable(path, thrown)
  }
}

function unwritable(path: string, thrown: unknown): Fault {
  const message = `the folder of the history cannot be written (${path}): ${messageOf(thrown)}`
  return new Fault('config', 'history-folder', message, { cause: thrown })
}

/** Moves what is at the path out of the way, its log with it; returns where it is now. */
function moveAside(path: string, time: Date): string {
  const aside = `${path}.corrupt-${time.toISOString().replaceAll(/[:.]/g, '-')}`
  try {
    // the log first: left behind, it would be replayed into the new file
    if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`)
    rmSync(`${path}-shm`, { force: true })
    renameSync(path, aside)
    removeOldestAside(path)
    return aside
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}

/** Their names sort by time. */
function removeOldestAside(path: string): void {
  const start = `${basename(path)}.corrupt-`
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(start) && name.endsWith('Z'))
  for (const name of names.sort().slice(0, -ASIDE_MAX)) {
    for (const end of ['', '-wal']) rmSync(join(dirname(path), name + end), { force: true, recursive: true })
  }
}

/**
 * Where only the main file was deleted, processes that still have it open share `-shm` by its name: a new history must not
 * meet them there. These belong to no other maker, since the main file is always made first.
 */
function removeRemains(path: string): void {
  if (existsSync(path)) return
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true })
}

/** Readable by its owner alone; SQLite gives its log the same mode. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw unwritable(path, thrown)
  }
}

/** Which file is at the path; undefined where there is none. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
