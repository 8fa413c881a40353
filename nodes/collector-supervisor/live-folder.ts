// Where the live queue lies: a private folder in shared memory, elsewhere in the temporary folder. It goes with its
// supervisor; what a killed Node-RED left there is removed by the next start.

import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { asText } from '../../lib/contract/parse'
import type { FileWriter } from './file-writer'
import { readJsonFile } from './private-files'
import { isAnotherAlive, ownIdentity, parseIdentity } from './process-identity'

const SHARED_MEMORY = '/dev/shm'
const PREFIX = 'collectors-'
const ROOM_ADVISED = '256m'
/** In each folder: the process whose it is. */
const OWNER = 'owner.json'

/** Bytes free for us in the file system of a folder; 0 if there is no such folder. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}

/** Makes a private folder (0700) where so many bytes are free; shared memory is preferred. */
export function makeLiveFolder(bytesNeeded: number): string {
  for (const base of [SHARED_MEMORY, tmpdir()]) {
    if (freeBytes(base) < bytesNeeded) continue
    try {
      return ownFolder(base)
    } catch {
      // Not ours to write: the next one.
    }
  }
  return ownFolder(tmpdir())
}

function ownFolder(base: string): string {
  const folder = mkdtempSync(join(base, PREFIX))
  writeFileSync(join(folder, OWNER), JSON.stringify(ownIdentity() ?? null), { mode: 0o600 })
  return folder
}

/** What to do about a live queue that had to go to a disk; undefined where it lies in shared memory, or there is none. */
export function adviceOnFolder(folder: string): string | undefined {
  if (dirname(folder) === SHARED_MEMORY || !existsSync(SHARED_MEMORY)) return undefined
  const where = `the live queue lies in ${dirname(folder)}, since ${SHARED_MEMORY} has no room or may not be written`
  return `${where}: readings wait for the disk now. Give ${SHARED_MEMORY} ${ROOM_ADVISED}, in Docker with --shm-size=${ROOM_ADVISED}`
}

export function removeLiveFolder(folder: string): void {
  // Never remove what was not made here, whatever a file says.
  if (!basename(folder).startsWith(PREFIX)) return
  // A copy of the user folder names the live queue of the Node-RED that it was copied from.
  const owner = parseIdentity(readJsonFile(join(folder, OWNER)))
  if (owner === undefined || !isAnotherAlive(owner)) rmSync(folder, { recursive: true, force: true })
}

/** Writes down which folder is in use; the first time it removes the one that an earlier run had written down. */
export class LiveFolderRecord {
  readonly #path: string
  readonly #files: FileWriter
  #earlier: string | undefined

  constructor(path: string, files: FileWriter) {
    this.#path = path
    this.#files = files
    this.#earlier = asText(readJsonFile(path), 4096)
  }

  async remember(folder: string): Promise<void> {
    const earlier = this.#earlier
    this.#earlier = undefined
    // After a power cut nothing is left in shared memory.
    await this.#files.replace(this.#path, folder, 'passing')
    if (earlier !== undefined && earlier !== folder) removeLiveFolder(earlier)
  }

  forget(): Promise<void> {
    return this.#files.remove(this.#path)
  }
}
