// A supervisor's folder has one owner: the Node-RED that holds the lock on a file in it. It is a lock of the operating system, by
// way of SQLite: it ends with its holder, however that ends, and a copy of the folder is not locked.

import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../lib/contract/fault'
import { asRecord } from '../../lib/contract/parse'
import { makePrivate } from '../../lib/queue/database-file'
import { toQueueError } from '../../lib/queue/queue-error'
import { makePrivateFolder, readJsonFile } from './private-files'

export const FOLDER_IN_USE = 'folder-in-use'

export class FolderLock {
  readonly #database: DatabaseSync

  /**
   * Throws a Fault with the code FOLDER_IN_USE if another one holds it; or what the file system says, where there is no folder, no
   * right to write in it, or no lock to be had, as on some network drives.
   */
  constructor(folder: string) {
    makePrivateFolder(folder)
    const path = join(folder, 'owner.lock')
    makePrivate(path)
    this.#database = new DatabaseSync(path)
    try {
      // Nothing is ever written: the file stays empty, without a journal beside it.
      this.#database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    } catch (error) {
      this.#database.close()
      throw toQueueError(error, path).busy ? inUse(folder) : error
    }
    tellOwner(folder)
  }

  /** Twice without harm. */
  release(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

function inUse(folder: string): Fault {
  const owner = `another Node-RED${describeOwner(folder)} uses the folder ${folder}`
  const advice = 'give each Node-RED a user folder of its own (--userDir), or end the other one'
  return new Fault('config', FOLDER_IN_USE, `${owner}: ${advice}`)
}

/** Only words for people: the lock itself decides. */
function tellOwner(folder: string): void {
  try {
    writeFileSync(ownerFile(folder), JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 })
  } catch {
    // Then the message of the other one does not say who it is.
  }
}

function describeOwner(folder: string): string {
  const owner = asRecord(readJsonFile(ownerFile(folder)))
  return typeof owner?.pid === 'number' && typeof owner.host === 'string'
    ? ` (process ${owner.pid} on ${owner.host})`
    : ''
}

function ownerFile(folder: string): string {
  return join(folder, 'owner.json')
}
