// A folder on a disk of its own, which a test can fill, make read-only or take away while Node-RED runs.

import { execFileSync } from 'node:child_process'
import { inOwnMounts } from './small-shared-memory'

const LIMIT_MS = 10_000

/** For NodeRedOptions.launcher: an empty disk of so many MB at the folder. */
export function onSmallDisk(folder: string, megabytes: number, options = 'rw'): string[] {
  const mounts = [`mount -t tmpfs -o size=${megabytes}m none '${folder}'`, `mount -o remount,${options} '${folder}'`]
  return inOwnMounts([`mkdir -p '${folder}'`, ...mounts].join(' && '))
}

/** Runs `mount` or `umount` as the process sees the file systems. */
export function mountAsSeenBy(pid: number, command: 'mount' | 'umount', ...args: string[]): void {
  const rights = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']
  execFileSync('nsenter', ['--target', String(pid), '--mount', ...rights, command, ...args], { timeout: LIMIT_MS })
}

/** The folder as the process sees it. */
export function asSeenBy(pid: number, folder: string): string {
  return `/proc/${pid}/root${folder}`
}
