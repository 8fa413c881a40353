// Where the queue to the database lies: in a folder of its own, the only one of a supervisor that all its processes may write in.
// Earlier versions kept it beside the files that only Node-RED may write.

import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder } from './private-files'

export const QUEUE_FOLDER = 'queue'
const QUEUE = 'durable.queue'

export function queuePath(folder: string): string {
  return join(folder, QUEUE_FOLDER, QUEUE)
}

/**
 * Makes the place, and moves what lies where it lay before. The file itself comes last: should this be cut short, the next start moves the
 * rest. Throws what the file system says.
 */
export function makeQueuePlace(folder: string): void {
  makePrivateFolder(join(folder, QUEUE_FOLDER))
  const [former, path] = [join(folder, QUEUE), queuePath(folder)]
  if (!existsSync(former) || existsSync(path)) return
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(former + suffix)) renameSync(former + suffix, path + suffix)
  }
}
