// Which process is meant: a pid and when it began, since pids are used again.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { procStat } from './proc-stat'
import { groupIsEmpty } from './process-group'

const POLL_MS = 50

/** `startTime` proves that the pid still means the same process. */
export type ProcessIdentity = { pid: number; startTime: string }

/** Whether the process and everything that it may have started have ended within this time. */
export async function processEnded({ pid, startTime }: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (processStartTime(pid) === startTime || !groupIsEmpty(pid)) {
    if (performance.now() > deadline) return false
    await wait(POLL_MS)
  }
  return true
}

/** Tells one holder of a pid from the next; undefined when there is none, or a zombie. */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid)
  if (process.platform === 'win32') return undefined
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 2_000,
    }).trim()
    return started === '' ? undefined : started
  } catch {
    return undefined
  }
}

/** With the boot it was in, since the times of two boots may be alike. */
function linuxStartTime(pid: number): string | undefined {
  const stat = procStat(pid)
  if (!stat || stat.zombie) return undefined
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${stat.startTime}`
  } catch {
    return undefined
  }
}
