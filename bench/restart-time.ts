// kill -9 of a collector: how long until its process runs again, and until its next good reading is in the flow. The
// first restart after a healthy minute is immediate, so each of several readers is killed once.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { HEALTHY_AFTER_MS } from '../nodes/collector-supervisor/policy'
import type { BenchNodeRed } from './flow/bench-node-red'
import { clockMs, type Return } from './flow/meter'

/** ms, one value per killed reader. */
export type RestartTimes = {
  /** From the signal to `running`: started, configured, its queue open. */
  running: number[]
  /** From the signal to the first good message at the end of the flow. */
  sample: number[]
  /** The yardstick: from the start of `node -e` to the first line it prints. */
  bareNode: number[]
}

const RETURN_LIMIT_MS = 20_000
/** Between two kills: the machine is quiet again. */
const PAUSE_MS = 1000

/** Kills these readers one after the other, once all of them have been healthy for a minute. */
export async function measureRestart(
  bench: BenchNodeRed,
  readers: readonly string[],
  tell: (text: string) => void,
): Promise<RestartTimes> {
  const times: RestartTimes = { running: [], sample: [], bareNode: [] }
  for (const reader of readers) await bench.nodeRed.rowWhen(reader, ({ link }) => link === 'connected')
  tell(`${readers.length} readers run; a healthy minute passes`)
  await delay(HEALTHY_AFTER_MS + PAUSE_MS)
  for (const reader of readers) {
    tell(`kill -9 of the reader ${reader}`)
    const { running, sample } = await killAndWait(bench, reader)
    times.running.push(running)
    times.sample.push(sample)
    await delay(PAUSE_MS)
    times.bareNode.push(await bareNodeMs())
  }
  return times
}

async function killAndWait(bench: BenchNodeRed, reader: string): Promise<{ running: number; sample: number }> {
  const { pid } = await bench.nodeRed.row(reader)
  if (pid === null) throw new Error(`the reader ${reader} does not run`)
  const killedAt = clockMs()
  const killedTime = Date.now()
  process.kill(pid, 'SIGKILL')
  const deadline = killedAt + RETURN_LIMIT_MS
  let last: Return | undefined
  while (clockMs() < deadline) {
    // Seldom, since every question takes Node-RED's time; it notes the times itself.
    await delay(500)
    last = await bench.returnOf(reader, killedAt, killedTime)
    const { runningAt, sampleAt } = last
    if (runningAt !== undefined && sampleAt !== undefined)
      return { running: runningAt - killedAt, sample: sampleAt - killedAt }
  }
  throw new Error(`the reader ${reader} is not back after ${RETURN_LIMIT_MS} ms: ${JSON.stringify(last)}`)
}

async function bareNodeMs(): Promise<number> {
  const startedAt = clockMs()
  const child = spawn(process.execPath, ['-e', 'console.log(1)'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const tookMs = clockMs() - startedAt
  await ended
  return tookMs
}
