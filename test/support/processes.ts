// What the operating system itself says of the collectors' processes (proc(5)), whatever the process table claims.

import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { until } from './until'

/** Title of a collector that loops for ever, see stubborn-package.ts. */
export const STUBBORN = 'stubborn'

export type SeenProcess = { pid: number; name: string; parent: number; state: string }

/** undefined when there is no such pid; a zombie has the state `Z`. */
export function seenProcess(pid: number): SeenProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const nameEnd = stat.lastIndexOf(')')
    const [state = '', parent = ''] = stat.slice(nameEnd + 2).split(' ')
    return { pid, name: stat.slice(stat.indexOf('(') + 1, nameEnd), parent: Number(parent), state }
  } catch {
    return undefined
  }
}

/** The children of a process, zombies included. */
export function childrenOf(pid: number): SeenProcess[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return pids.map(seenProcess).filter((seen) => seen !== undefined)
  } catch {
    return []
  }
}

/** The collectors among the children that are no zombies. */
export function collectorsOf(pid: number): number[] {
  return childrenOf(pid)
    .filter((child) => child.state !== 'Z' && (child.name === STUBBORN || isCollector(child.pid)))
    .map((child) => child.pid)
}

function isCollector(pid: number): boolean {
  try {
    return argvOf(pid).some((argument) => argument.endsWith('collector.js'))
  } catch {
    return false
  }
}

/** No process and no zombie has this pid. */
export function isGone(pid: number): boolean {
  return !existsSync(`/proc/${pid}`)
}

export async function untilGone(pids: readonly number[], deadlineMs: number): Promise<void> {
  await until(() => pids.every(isGone), deadlineMs)
}

export function argvOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
}

export function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1)
}

/** How many of something the kernel holds open for a process. */
export function openFilesOf(pid: number, list: (folder: string) => string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const fd of list(`/proc/${pid}/fd`)) {
    let kind: string
    try {
      kind = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/[:(].*/, '')
    } catch {
      continue
    }
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

/** Counts the collectors of a Node-RED again and again, until it is stopped. */
export class Census {
  readonly #pid: number
  readonly #timer: NodeJS.Timeout
  /** Every one that was ever seen. */
  readonly pids = new Set<number>()
  /** The most that lived at one moment. */
  most = 0

  constructor(pid: number, everyMs = 3) {
    this.#pid = pid
    this.#timer = setInterval(() => this.#count(), everyMs).unref()
    this.#count()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #count(): void {
    const living = collectorsOf(this.#pid)
    this.most = Math.max(this.most, living.length)
    for (const pid of living) this.pids.add(pid)
  }
}
