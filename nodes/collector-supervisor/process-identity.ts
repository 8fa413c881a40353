// Which process is meant: a pid and when it began, since pids are used again.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import { procStat } from './proc-stat'
import { groupIsEmpty } from './process-group'

const POLL_MS = 50

/** `startTime` proves that the pid still means the same process. */
export type ProcessIdentity = { pid: number; startTime: string }

let own: ProcessIdentity | undefined

/** Of this process; undefined where nobody can say when it began. */
export function ownIdentity(): ProcessIdentity | undefined {
  const startTime = own?.startTime ?? processStartTime(process.pid)
  own = startTime === undefined ? undefined : { pid: process.pid, startTime }
  return own
}

/** Somebody else that lives: not this process, and no other one that has its pid by now. */
export function isAnotherAlive({ pid, startTime }: ProcessIdentity): boolean {
  return pid !== process.pid && processStartTime(pid) === startTime
}

export function parseIdentity(input: unknown): ProcessIdentity | undefined {
  const record = asRecord(input)
  const pid = asCount(record?.pid)
  const startTime = asText(record?.startTime, 100)
  return pid === undefined || pid < 2 || startTime === undefined ? undefined : { pid, startTime }
}

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
