// The wall "user": the processes of a supervisor run as users who exist only by their number and own nothing but the files they need.
// For the kernel they are strangers to Node-RED: no signals, no priorities, no memory, none of its files.

import { constants } from 'node:fs'
import { chmod, type FileHandle, lchown, lstat, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export type User = { uid: number; gid: number }
/** Of one supervisor; they share a group, by which they share the queue. */
export type Users = { reader: User; historian: User }

const ROOT: User = { uid: 0, gid: 0 }
/** systemd takes from these for services without a user of their own, and other systems leave them free. */
const FIRST_UID = 61_184
const LAST_UID = 65_519
/** Everybody may pass through, nobody but the owner may look around. */
const PASSAGE_MODE = 0o711
const OWN_FOLDER_MODE = 0o700
const OWN_FILE_MODE = 0o600
const SHARED_FOLDER_MODE = 0o770
const SHARED_FILE_MODE = 0o660
/** Of the files in the live queue's folder, all but the note of its owner. */
const LIVE_QUEUE = 'live.queue'

/** The same for the same folder, since files in it belong to them. Two folders rarely have the same ones. */
export function usersOf(folder: string): Users {
  let hash = 0
  for (const byte of Buffer.from(folder)) hash = (hash * 31 + byte) % 2 ** 32
  const pairs = Math.floor((LAST_UID - FIRST_UID + 1) / 2)
  const reader = FIRST_UID + 2 * (hash % pairs)
  return { reader: { uid: reader, gid: reader }, historian: { uid: reader + 1, gid: reader } }
}

/** Files that processes of a supervisor work with. */
export type SharedFiles = {
  /** Of the supervisor: the historian keeps its database there, the others pass through. */
  folder: string
  /** Name of the database in it. */
  database: string
  /** Of the queue to the database. */
  queueFolder: string
  /** Folder of the live queue. */
  live: string
  /** Folders of the supervisor that only readers use. */
  readers: readonly string[]
}

/**
 * Gives each file to whoever works with it; needs root, and is done before each start, since files come and go. Those who own a folder
 * may put links into it: none is followed, and what has a second name is left alone.
 */
export async function handOver(
  { folder, database, queueFolder, live, readers }: SharedFiles,
  users: Users,
): Promise<void> {
  const { reader, historian } = users
  const passage = { owner: historian, folderMode: PASSAGE_MODE, fileMode: OWN_FILE_MODE }
  const shared = { owner: historian, folderMode: SHARED_FOLDER_MODE, fileMode: SHARED_FILE_MODE }
  const own = { owner: reader, folderMode: OWN_FOLDER_MODE, fileMode: OWN_FILE_MODE }
  // That of all supervisors, which Node-RED has made as well.
  await chmod(dirname(folder), PASSAGE_MODE)
  await give(folder, passage, (name) => name.startsWith(database))
  await give(queueFolder, shared)
  await giveLive(live, reader)
  for (const path of readers) await give(path, own)
}

/** The contrary: all that was handed over under another wall belongs to root again. */
export async function takeBack({ folder, database, queueFolder, live, readers }: SharedFiles): Promise<void> {
  const own = { owner: ROOT, folderMode: OWN_FOLDER_MODE, fileMode: OWN_FILE_MODE }
  await giveLive(live, ROOT)
  if ((await lstat(folder)).uid === ROOT.uid) return
  for (const path of [queueFolder, ...readers]) await give(path, own)
  // It tells whether all is done, so it comes last.
  await give(folder, own, (name) => name.startsWith(database))
}

/**
 * Node-RED has the live queue open: to close a file once more would take the locks from it (fcntl(2)), so these are given by their paths,
 * which lchown(2) does not follow.
 */
async function giveLive(folder: string, { uid, gid }: User): Promise<void> {
  const stat = await lstat(folder).catch(() => undefined)
  if (!stat?.isDirectory() || stat.uid === uid) return
  for (const name of await readdir(folder)) if (name.startsWith(LIVE_QUEUE)) await lchown(join(folder, name), uid, gid)
  await lchown(folder, uid, gid)
}

type Giving = { owner: User; folderMode: number; fileMode: number }

/** What is in a folder, and then the folder itself. */
async function give(path: string, giving: Giving, isMeant: (name: string) => boolean = () => true): Promise<void> {
  const folder = await openThing(path)
  if (folder === undefined) return
  try {
    // By way of the open folder: its path may mean something else by now.
    const here = `/proc/self/fd/${folder.fd}`
    for (const entry of await readdir(here, { withFileTypes: true })) {
      if (!isMeant(entry.name)) continue
      if (entry.isDirectory()) await give(join(here, entry.name), giving)
      else if (entry.isFile()) await giveFile(join(here, entry.name), giving)
    }
    await folder.chown(giving.owner.uid, giving.owner.gid)
    await folder.chmod(giving.folderMode)
  } finally {
    await folder.close()
  }
}

async function giveFile(path: string, { owner, fileMode }: Giving): Promise<void> {
  const file = await openThing(path)
  if (file === undefined) return
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.nlink !== 1) return
    await file.chown(owner.uid, owner.gid)
    await file.chmod(fileMode)
  } finally {
    await file.close()
  }
}

/** undefined for a link, and for what is not there. */
async function openThing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ELOOP') return undefined
    throw error
  }
}
