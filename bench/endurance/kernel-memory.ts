// What the kernel says of a process: what its memory consists of, its descriptors, its threads. Linux only.

import { readdirSync, readFileSync } from 'node:fs'

/** Resident, MiB. */
export type KernelMemory = {
  /** Heaps, stacks, what malloc has: pages without a file. */
  anonymousMb: number
  /** Programs and libraries, as far as they were ever touched. */
  fileMb: number
  /** Files that several processes map: the queue in shared memory. */
  sharedMb: number
  /** Of the anonymous pages, those of malloc's one arena; large pieces lie elsewhere. */
  arenaMb: number
}

/** undefined where there is no such process any more. */
export function kernelMemory(pid: number): KernelMemory | undefined {
  const [status, maps] = [procFile(pid, 'status'), procFile(pid, 'smaps')]
  if (status === undefined || maps === undefined) return undefined
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024
  const arena = /\[heap\]\n(?:.*\n)*?Rss:\s+(\d+) kB/.exec(maps)?.[1]
  return {
    anonymousMb: of('RssAnon'),
    fileMb: of('RssFile'),
    sharedMb: of('RssShmem'),
    arenaMb: Number(arena ?? 0) / 1024,
  }
}

function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}

export function residentOf({ anonymousMb, fileMb, sharedMb }: KernelMemory): number {
  return anonymousMb + fileMb + sharedMb
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length
}
