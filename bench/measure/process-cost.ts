// What the kernel says about a process: CPU time of its threads and its private memory. Linux only.

import { readdirSync, readFileSync } from 'node:fs'

/** CPU time that the main thread has used so far, ms. */
export function mainThreadMs(pid: number): number {
  return threadMs(pid, pid)
}

/** CPU time that all threads have used so far, ms; those of threads that have ended are not in it. */
export function processMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + threadMs(pid, Number(thread)), 0)
}

/** First number of schedstat: time on the CPU, ns (Documentation/scheduler/sched-stats.rst). */
function threadMs(pid: number, thread: number): number {
  const [onCpuNs] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
  return Number(onCpuNs) / 1e6
}

/** Resident set, MiB. */
export function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1024
}

/** Memory that would be free if the process ended (unique set size), MiB. */
export function privateMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const sizes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)]
  return sizes.reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024
}
