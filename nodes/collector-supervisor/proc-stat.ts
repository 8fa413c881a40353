// What Linux says of a process in one line: /proc/PID/stat, proc(5).

import { readFileSync } from 'node:fs'

export type ProcStat = {
  /** Dead, but not reaped by its parent. */
  zombie: boolean
  /** In a call that nothing interrupts, not even SIGKILL: to a disk, as a rule. */
  uninterruptible: boolean
  /** Its process group. */
  group: number
  /** In clock ticks since the boot. */
  startTime: string
}

/** undefined if there is no such process. */
export function procStat(pid: number): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may itself hold blanks and parentheses. Behind it come fields 3, 4, 5, ...
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const startTime = fields[19]
    return startTime === undefined
      ? undefined
      : {
          zombie: fields[0] === 'Z' || fields[0] === 'X',
          uninterruptible: fields[0] === 'D',
          group: Number(fields[2]),
          startTime,
        }
  } catch {
    return undefined
  }
}
