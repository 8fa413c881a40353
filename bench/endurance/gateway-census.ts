// What a gateway has at a moment: descriptors, threads and memory of its processes, files in its folders.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import type { NodeRed } from '../../test/support/node-red'
import { childrenOf } from '../../test/support/processes'
import { descriptorsOf, kernelMemory, residentOf, threadsOf } from './kernel-memory'

const SHARED_MEMORY = '/dev/shm'

/** Of a process that lives; a child that ends meanwhile has none. */
export type ProcessCensus = { pid: number; descriptors: number; threads: number; residentMb: number }

export type GatewayCensus = {
  nodeRed: ProcessCensus
  children: ProcessCensus[]
  /** In the user folder, installed packages apart. */
  files: number
  filesMb: number
  /** Of this gateway in shared memory. */
  sharedFiles: number
  sharedMb: number
}

export function gatewayCensus({ pid, userDir }: NodeRed): GatewayCensus {
  const nodeRed = processCensus(pid)
  if (!nodeRed) throw new Error('Node-RED has ended')
  const children = childrenOf(pid).filter(({ state }) => state !== 'Z')
  const own = filesIn(userDir, ['node_modules', 'empty-cache'])
  const shared = ownFolders(pid).flatMap((folder) => filesIn(folder, []))
  return {
    nodeRed,
    children: children.map((child) => processCensus(child.pid)).filter((census) => census !== undefined),
    files: own.length,
    filesMb: sumMb(own),
    sharedFiles: shared.length,
    sharedMb: sumMb(shared),
  }
}

function processCensus(pid: number): ProcessCensus | undefined {
  try {
    const memory = kernelMemory(pid)
    return memory && { pid, descriptors: descriptorsOf(pid), threads: threadsOf(pid), residentMb: residentOf(memory) }
  } catch {
    return undefined
  }
}

/** Paths. */
function filesIn(folder: string, leftOut: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return leftOut.includes(entry.name) ? [] : filesIn(path, [])
  })
}

/** A file that has gone meanwhile has no size. */
function sumMb(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0) / 2 ** 20
}

/** Folders in shared memory of which this process is the owner. */
function ownFolders(pid: number): string[] {
  return readdirSync(SHARED_MEMORY)
    .map((name) => join(SHARED_MEMORY, name))
    .filter((folder) => {
      try {
        return asRecord(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')))?.pid === pid
      } catch {
        return false
      }
    })
}
