// What one reader can do: so many registers (words of a PLC) at such an interval, on time.

import { setTimeout as delay } from 'node:timers/promises'
import type { FlowNode } from '../test/support/node-red'
import { arrivalsFlow, BenchNodeRed, type ReaderPlan } from './flow/bench-node-red'
import { privateMb, processMs, residentMb } from './measure/process-cost'

/** One value a run. */
export type ReaderLoad = {
  registers: number
  intervalMs: number
  requests: number
  /** Percent of a core, of the reader's process. */
  cpuPercent: number[]
  /** MiB. */
  residentMb: number[]
  /** Private memory, MiB. */
  privateMb: number[]
  /** From the start of a cycle to its last answer, ms. */
  cycleP50: number[]
  cycleP99: number[]
  /** How late readings are against a grid of the interval: 99th percentile, ms. */
  latenessP99: number[]
  /** Cycles left out. */
  overruns: number
}

export type ReaderLoadPlan = { runs: number; runMs: number; settleMs: number }

/** A run of cycles of one second needs more time for as many of them. */
const CYCLES_MIN = 20
const START_LIMIT_MS = 60_000

/** @param nodeOf the reader's node */
export async function measureReader(
  plan: ReaderLoadPlan & { registers: number; intervalMs: number },
  nodeOf: (reader: ReaderPlan) => FlowNode,
): Promise<ReaderLoad> {
  const { registers, intervalMs, runs } = plan
  const name = `${registers} registers`
  const runMs = Math.max(plan.runMs, CYCLES_MIN * intervalMs)
  const bench = await BenchNodeRed.start(arrivalsFlow([nodeOf({ name, intervalMs, values: registers })]))
  const load: ReaderLoad = {
    registers,
    intervalMs,
    requests: 0,
    cpuPercent: [],
    residentMb: [],
    privateMb: [],
    cycleP50: [],
    cycleP99: [],
    latenessP99: [],
    overruns: 0,
  }
  try {
    const { pid } = await bench.nodeRed.rowWhen(name, ({ tags }) => tags.good === registers, START_LIMIT_MS)
    if (pid === null) throw new Error('the reader does not run')
    await delay(plan.settleMs)
    const overrunsBefore = (await bench.nodeRed.row(name)).overruns
    for (let run = 0; run < runs; run++) {
      const from = Date.now()
      const cpuBefore = processMs(pid)
      const startedAt = performance.now()
      await delay(runMs)
      load.cpuPercent.push(((processMs(pid) - cpuBefore) / (performance.now() - startedAt)) * 100)
      load.residentMb.push(residentMb(pid))
      load.privateMb.push(privateMb(pid))
      const { cycle_ms } = await bench.nodeRed.row(name)
      load.cycleP50.push(cycle_ms.p50)
      load.cycleP99.push(cycle_ms.p99)
      load.latenessP99.push(await bench.latenessP99(name, from, intervalMs))
    }
    const row = await bench.nodeRed.row(name)
    load.overruns = row.overruns - overrunsBefore
    load.requests = row.requests_per_cycle
    return load
  } finally {
    await bench.dispose()
  }
}
