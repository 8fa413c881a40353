// A Node-RED whose /dev/shm is as small as Docker's, in a mount namespace of its own.

import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const DOCKER_SHARED_MEMORY_MB = 64

const UNSHARE = process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount']
const MOUNT = `mount -t tmpfs -o size=${DOCKER_SHARED_MEMORY_MB}m none /dev/shm`

/** For NodeRedOptions.launcher; `before` is run in the shell after the mount. */
export function inSmallSharedMemory(before = 'true'): string[] {
  return inOwnMounts(`${MOUNT} && ${before}`)
}

/** For NodeRedOptions.launcher: mounts made by this shell command are seen by nobody else, and go with the process. */
export function inOwnMounts(mount: string): string[] {
  return [...UNSHARE, 'sh', '-c', `${mount} && exec "$@"`, 'sh']
}

/** Whether this machine lets us; containers often do not. */
export function canHaveSmallSharedMemory(): boolean {
  const [command = '', ...args] = inSmallSharedMemory()
  return spawnSync(command, [...args, 'true'], { timeout: 10_000 }).status === 0
}

/** The shared memory that a process sees. */
export function sharedMemoryOf(pid: number): string {
  return `/proc/${pid}/root/dev/shm`
}

/** Takes all that is free in a folder's file system; the function returned gives it back. */
export function fill(folder: string): () => void {
  const path = join(folder, 'filler')
  const file = openSync(path, 'w')
  try {
    for (const size of [2 ** 20, 4096]) writeUntilFull(file, Buffer.alloc(size))
  } finally {
    closeSync(file)
  }
  return () => rmSync(path)
}

function writeUntilFull(file: number, bytes: Uint8Array): void {
  for (;;) {
    try {
      writeSync(file, bytes)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
      throw error
    }
  }
}
