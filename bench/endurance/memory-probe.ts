// Loaded into Node-RED and into its child processes by `--require`: at the signal PROBE_SIGNAL a process collects its garbage and
// writes down what is left; a heap snapshot, too, where a file asks for one. See probed-node-red.ts.

import childProcess from 'node:child_process'
import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString, writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PROBE_SIGNAL } from './probe-signal'
import type { ProbedMemory } from './probed-memory'

const MB = 2 ** 20

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')
setFlagsFromString('--no-expose-gc')

const folder = process.env.MEMORY_PROBE_FOLDER
if (folder !== undefined) {
  process.on(PROBE_SIGNAL, () => probe(folder))
  probeChildren(folder)
}

function probe(folder: string): void {
  if (typeof collectGarbage !== 'function') throw new Error('V8 gives no gc()')
  // Finalizers of the first run free what the second one finds.
  collectGarbage()
  collectGarbage()
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(memory())}\n`)
  const wanted = join(folder, `${process.pid}.snapshot`)
  if (!existsSync(wanted)) return
  rmSync(wanted)
  writeHeapSnapshot(join(folder, `${process.pid}-${Math.round(process.uptime())}s.heapsnapshot`))
}

function memory(): ProbedMemory {
  const heap = getHeapStatistics()
  const code = getHeapSpaceStatistics().filter(({ space_name }) => space_name.includes('code'))
  return {
    uptimeS: process.uptime(),
    heapUsedMb: heap.used_heap_size / MB,
    heapHeldMb: heap.total_physical_size / MB,
    codeMb: code.reduce((sum, { space_used_size }) => sum + space_used_size, 0) / MB,
    externalMb: heap.external_memory / MB,
    contexts: heap.number_of_native_contexts,
    detachedContexts: heap.number_of_detached_contexts,
  }
}

/** Children of this package keep their sandbox; what the probe reads and writes is let through. */
function probeChildren(folder: string): void {
  const { spawn } = childProcess
  const probed = (command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
    if (!args.includes('--permission')) return spawn(command, args, options)
    const env = { ...options.env, MEMORY_PROBE_FOLDER: folder }
    const flags = [`--require=${__filename}`, `--allow-fs-read=${join(__dirname, '*')}`]
    for (const access of ['read', 'write']) flags.push(`--allow-fs-${access}=${join(folder, '*')}`)
    return spawn(command, [...flags, ...args], { ...options, env })
  }
  Object.assign(childProcess, { spawn: probed })
}
