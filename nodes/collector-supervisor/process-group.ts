// Signals to a child and everything it may have started. A child leads its own process group.

import { readdirSync } from 'node:fs'
import { procStat } from './proc-stat'

const WINDOWS = process.platform === 'win32'

const PID_MAX = 2 ** 31 - 1

/** False if nobody of the group is there any more. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  // kill(2): -1 is everybody, 0 our own group. No mistake anywhere else may come to that.
  if (!Number.isInteger(pid) || pid <= 1 || pid > PID_MAX) return false
  try {
    // Windows has no process groups; Node ends the one process there.
    return process.kill(WINDOWS ? pid : -pid, signal)
  } catch (error) {
    // EPERM: somebody is there whom we may not signal
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Nobody lives in it. Zombies may stay for ever where nobody reaps them, as in a container without an init. */
export function groupIsEmpty(pid: number): boolean {
  return !signalGroup(pid, 0) || (process.platform === 'linux' && !hasLivingMember(pid))
}

function hasLivingMember(group: number): boolean {
  try {
    return readdirSync('/proc').some((name) => {
      const stat = /^\d+$/.test(name) ? procStat(Number(name)) : undefined
      return stat?.group === group && !stat.zombie
    })
  } catch {
    // Nobody can say: then it has.
    return true
  }
}
