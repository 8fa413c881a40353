// The file of a history: opened, made, set aside. Several processes may do so at once.

import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault, messageOf } from '../../contract/fault'
import {
  exists,
  identityOf,
  isEmptied,
  makePrivate,
  removeRemains,
  setAside,
  wasEmptied,
  whyUnopenable,
} from '../../queue/database-file'
import { pause } from '../../queue/pause'
import { toHistoryFault } from './history-fault'
import { checkHistory, inTransaction, layTables, PAGE_BYTES, readMarks, tune } from './layout'
import { resultOf, type Steps } from './steps'

/** What was in the way, where it is now and why. */
export type SetAside = { path: string; reason: string }

/** Opening may have to wait for somebody who makes or repairs the file. */
const OPEN_TIMEOUT_MS = 1000
const RETRY_MS = 10
/** A call waits so long for another process's lock, blocking: others move many values at once now and then. */
const BUSY_TIMEOUT_MS = 2000

export class HistoryFile {
  readonly path: string
  readonly database: DatabaseSync
  readonly #identity: string | undefined
  #open = true

  private constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.database = database
    this.#identity = identityOf(path)
  }

  /**
   * Opens the history at the path or makes it; what is there and is no intact history of this layout is set aside, as
   * `<path>.corrupt-<time>`, which `tell` hears of even where no new one can be made. Throws a Fault with a HistoryTrouble as its code, never `history-damaged`.
   */
  static open(path: string, now = new Date(), tell: (aside: SetAside) => void = () => {}): HistoryFile {
    const found = identityOf(path)
    let reason: string
    try {
      checkNotEmptied(path)
      return new HistoryFile(path, openPatiently(path))
    } catch (thrown) {
      const fault = toHistoryFault(thrown, path)
      const strange = whyUnopenable(path)
      // nothing else is a reason to move a file: to be locked, or out of memory, says nothing about it
      if (fault.code !== 'history-damaged' && strange === undefined) throw withFolder(fault, path)
      reason = strange ?? fault.message
    }
    // another process may have been faster
    const aside = identityOf(path) === found ? inFolder(path, () => setAside(path, now)) : undefined
    if (aside !== undefined) tell({ path: aside, reason })
    return new HistoryFile(path, openPatiently(path))
  }

  /** Whether its file is still at the path, or was deleted, set aside or replaced while open. */
  isInPlace(): boolean {
    return this.#identity !== undefined && identityOf(this.path) === this.#identity
  }

  /** Whether somebody has cut the file down to nothing. */
  isEmptied(): boolean {
    return isEmptied(this.path)
  }

  /** Closes it and moves it out of the way, unless somebody else has; returns where it is. Throws a Fault. */
  abandon(now: Date): string | undefined {
    const isInPlace = this.isInPlace()
    this.close()
    return isInPlace ? inFolder(this.path, () => setAside(this.path, now)) : undefined
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.database.close()
  }
}

function checkNotEmptied(path: string): void {
  if (wasEmptied(path)) throw new Fault('link', 'history-damaged', `${path}: somebody has emptied the file`)
}

/** The same as `readHistorySteps`, at once. */
export function readHistory<T>(path: string, work: (database: DatabaseSync) => T): T {
  return resultOf(
    // biome-ignore lint/correctness/useYield: work in one step
    readHistorySteps(path, function* (database) {
      return work(database)
    }),
  )
}

/**
 * Does some reading work on the history at the path, in one snapshot, while others write; no more than some seconds, since
 * the log grows meanwhile. Throws a Fault with a HistoryTrouble as its code.
 */
export function* readHistorySteps<T>(path: string, work: (database: DatabaseSync) => Steps<T>): Steps<T> {
  const database = open(path, true)
  try {
    tune(database, OPEN_TIMEOUT_MS)
    database.exec('BEGIN')
    if (readMarks(database) !== 'history')
      throw new Fault('link', 'history-unavailable', `${path}: nothing is in it yet`)
    return yield* work(database)
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
    inFolder(path, () => makePrivate(path))
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
  if (!exists(path)) return 'nothing'
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

/** Does something to the file that only the folder can be to blame for if it fails. */
function inFolder<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}
