// What reading costs Node-RED's main thread and the machine, and whether the event loop is held up: with 1, 10 and 50
// readers, beside the same messages from a timer in the same Node-RED and by `child.send` from as many child processes.

import { setTimeout as delay } from 'node:timers/promises'
import type { DeviceProcess } from '../simulators/modbus/device-process'
import { BenchNodeRed, type Load, loadFlow, type Source } from './flow/bench-node-red'
import { mainThreadMs, processMs } from './measure/process-cost'

/** One value per run. */
export type ReadingCost = {
  source: Source | 'none'
  readers: number
  valuesPerSecond: number[]
  /** CPU time of Node-RED's main thread, ms a second. */
  mainThread: number[]
  /** CPU time of Node-RED with all of its threads and of all collectors, ms a second. */
  everything: number[]
  /** CPU time of the simulated device, ms a second. */
  device: number[]
  /** 99th percentile of how late timers are in Node-RED, ms. */
  delayP99: number[]
  /** Messages with a tag that is not good, over all runs. */
  bad: number
}

export type ReadingPlan = {
  readers: readonly number[]
  values: number
  intervalMs: number
  runs: number
  runMs: number
  /** Before the first run: processes start, code is compiled. */
  settleMs: number
}

const START_LIMIT_MS = 90_000

export async function measureReading(
  plan: ReadingPlan,
  device: DeviceProcess,
  tell: (text: string) => void,
): Promise<ReadingCost[]> {
  const { values, intervalMs } = plan
  const idle: Load = { readers: 0, values, intervalMs }
  const bench = await BenchNodeRed.start(loadFlow('none', idle, device.port))
  const costs: ReadingCost[] = []
  try {
    tell('Node-RED without readers')
    await delay(plan.settleMs)
    costs.push(await measureRuns(bench, device, plan, 'none', 0))
    for (const readers of plan.readers) {
      for (const source of ['timer', 'child.send', 'collectors'] as const) {
        tell(`${readers} x ${values} values every ${intervalMs} ms: ${source}`)
        await bench.nodeRed.deploy(loadFlow(source, { readers, values, intervalMs }, device.port))
        if (source === 'collectors') await allConnected(bench, readers)
        await delay(plan.settleMs)
        costs.push(await measureRuns(bench, device, plan, source, readers))
      }
    }
    return costs
  } finally {
    await bench.dispose()
  }
}

async function measureRuns(
  bench: BenchNodeRed,
  device: DeviceProcess,
  { runs, runMs }: ReadingPlan,
  source: ReadingCost['source'],
  readers: number,
): Promise<ReadingCost> {
  const cost: ReadingCost = {
    source,
    readers,
    valuesPerSecond: [],
    mainThread: [],
    everything: [],
    device: [],
    delayP99: [],
    bad: 0,
  }
  const nodeRed = bench.nodeRed.pid
  const collectors = (await bench.nodeRed.rows()).flatMap(({ pid }) => pid ?? [])
  const all = [nodeRed, ...collectors]
  for (let run = 0; run < runs; run++) {
    await bench.meter()
    const before = costsNow(nodeRed, all, device.pid)
    await delay(runMs)
    const after = costsNow(nodeRed, all, device.pid)
    const { values, bad, delayMs } = await bench.meter()
    const seconds = (after.at - before.at) / 1000
    cost.valuesPerSecond.push(values / seconds)
    cost.mainThread.push((after.mainThread - before.mainThread) / seconds)
    cost.everything.push((after.everything - before.everything) / seconds)
    cost.device.push((after.device - before.device) / seconds)
    cost.delayP99.push(delayMs.p99)
    cost.bad += bad
  }
  return cost
}

type Costs = { at: number; mainThread: number; everything: number; device: number }

function costsNow(nodeRed: number, all: readonly number[], device: number): Costs {
  return {
    at: performance.now(),
    mainThread: mainThreadMs(nodeRed),
    everything: all.reduce((sum, pid) => sum + processMs(pid), 0),
    device: processMs(device),
  }
}

async function allConnected(bench: BenchNodeRed, readers: number): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS
  for (;;) {
    const rows = await bench.nodeRed.rows()
    if (rows.filter(({ link }) => link === 'connected').length === readers) return
    if (performance.now() > deadline)
      throw new Error(`not all of ${readers} readers are connected: ${bench.nodeRed.output}`)
    await delay(250)
  }
}
