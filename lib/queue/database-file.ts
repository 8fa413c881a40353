// The file of an SQLite database with what belongs to it (-wal, -shm), as a thing of the file system: made private, told apart,
// set aside, removed. Several processes may be at it at once.

import { accessSync, chmodSync, closeSync, constants, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../contract/fault'

/** Which file is at the path; undefined where there is none or looking is not permitted. */
export function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/** Whoever opens an empty file throws its log away, and with it all that the others write. */
export function isEmptied(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0
}

/** Whoever makes a file has written its first page by then, ms. */
const MAKING_MS = 2_000

/**
 * Whether an empty file is one that somebody has emptied, and not one that is just being made: it has a log, which may hold
 * something that SQLite throws away when it opens the file, or it has been empty for a while.
 */
export function wasEmptied(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.size !== 0 || !found.isFile()) return false
  return exists(`${path}-wal`) || Math.abs(Date.now() - found.mtimeMs) > MAKING_MS
}

/** Why SQLite cannot open what is at the path, if that is to blame: a folder, a socket, a file without permission. */
export function whyUnopenable(path: string): string | undefined {
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

/** A folder that its group may write in is shared by several users, and so are its files. */
const GROUP_WRITES = 0o020
const SHARED_MODE = 0o660
const PRIVATE_MODE = 0o600

/**
 * Makes an empty file that only those can read who may write in its folder; SQLite gives its log the same mode. A file that exists
 * stays as it is. Throws what node:fs throws.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_MODE))
    if (statSync(dirname(path)).mode & GROUP_WRITES) chmodSync(path, SHARED_MODE)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
  }
}

/** Where a file is when it was set aside at that time. */
export function asidePath(path: string, time: Date): string {
  return `${path}.corrupt-${time.toISOString().replaceAll(/[:.]/g, '-')}`
}

/**
 * Moves what is at the path out of the way, its log with it, as `<path>.corrupt-<time>`; returns where it is now, for
 * an operator to look at: it may hold what is nowhere else, so nobody removes it. Throws what node:fs throws.
 */
export function setAside(path: string, time: Date): string {
  const aside = asidePath(path, time)
  // the log first: left behind, it would be replayed into the new file
  if (exists(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`)
  rmSync(`${path}-shm`, { force: true })
  renameSync(path, aside)
  return aside
}

/**
 * Where only the main file was deleted, processes that still have it open share `-shm` by its name: a new database must not
 * meet them there. These belong to no other maker, since the main file is always made first.
 */
export function removeRemains(path: string): void {
  const remains = [`${path}-wal`, `${path}-shm`].filter(exists)
  if (remains.length === 0 || exists(path)) return
  for (const remain of remains) rmSync(remain, { force: true })
}

export function removeDatabaseFile(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}

export function exists(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
