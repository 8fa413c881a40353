// Private memory of collectors that have been reading for some time, beside that of a Node.js which does nothing.

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchNodeRed } from './flow/bench-node-red'
import { privateMb } from './measure/process-cost'

export type CollectorMemory = {
  /** MiB, one value per collector. */
  collector: number[]
  /** MiB, one value per process. */
  bareNode: number[]
  /** How long the collectors had been running, s. */
  ageS: number
}

const IDLE_SCRIPT = 'setInterval(() => {}, 100)'
const IDLE_SETTLE_MS = 3000

/** Measures these readers as soon as they have run for so long. */
export async function measureMemory(
  bench: BenchNodeRed,
  readers: readonly string[],
  ageS: number,
): Promise<CollectorMemory> {
  const limitMs = (ageS + 30) * 1000
  for (const reader of readers) await bench.nodeRed.rowWhen(reader, ({ uptime_s }) => uptime_s >= ageS, limitMs)
  const idle = readers.map(() => spawn(process.execPath, ['-e', IDLE_SCRIPT], { stdio: 'ignore' }))
  try {
    await delay(IDLE_SETTLE_MS)
    const rows = await Promise.all(readers.map((reader) => bench.nodeRed.row(reader)))
    return {
      collector: rows.map(({ pid }) => privateMb(pidOf({ pid }))),
      bareNode: idle.map((child) => privateMb(pidOf(child))),
      ageS: Math.min(...rows.map(({ uptime_s }) => uptime_s)),
    }
  } finally {
    for (const child of idle) child.kill('SIGKILL')
  }
}

function pidOf({ pid }: { pid: number | null } | Pick<ChildProcess, 'pid'>): number {
  if (typeof pid !== 'number') throw new Error('a process that was to be measured does not run')
  return pid
}
