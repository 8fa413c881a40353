// What keeping a history costs: CPU time of the collectors without and with it, and of the historian that writes it.

import { setTimeout as delay } from 'node:timers/promises'
import type { DeviceProcess } from '../simulators/modbus/device-process'
import { BenchNodeRed, loadFlow } from './flow/bench-node-red'
import { processMs } from './measure/process-cost'

/** µs a value, one number a run. */
export type DurableCost = { readers: number; without: number[]; with: number[]; historian: number[] }

export type DurablePlan = { values: number; intervalMs: number; runs: number; runMs: number; settleMs: number }

const READERS = 10

export async function measureDurable(plan: DurablePlan, device: DeviceProcess): Promise<DurableCost> {
  const cost: DurableCost = { readers: READERS, without: [], with: [], historian: [] }
  const load = { readers: READERS, values: plan.values, intervalMs: plan.intervalMs }
  const flowWith = (historian: string) =>
    loadFlow('collectors', load, device.port).map((node) =>
      node.type === 'collector-supervisor' ? { ...node, historian } : node,
    )
  const bench = await BenchNodeRed.start(flowWith('none'))
  try {
    await delay(2 * plan.settleMs)
    // In turns: the same processes, as warm in one as in the other.
    for (let run = 0; run < plan.runs; run++) {
      await bench.nodeRed.deploy(flowWith('none'))
      await delay(plan.settleMs / 2)
      cost.without.push((await cpuOf(bench, plan)).collectors)
      await bench.nodeRed.deploy(flowWith('embedded'))
      await delay(plan.settleMs)
      const { collectors, historians } = await cpuOf(bench, plan)
      cost.with.push(collectors)
      cost.historian.push(historians)
    }
    return cost
  } finally {
    await bench.dispose()
  }
}

/** µs a value. */
async function cpuOf(bench: BenchNodeRed, { runMs }: DurablePlan): Promise<{ collectors: number; historians: number }> {
  const rows = await bench.nodeRed.rows()
  const pids = (isHistorian: boolean): number[] =>
    rows.flatMap(({ type, pid }) => ((type === 'historian') === isHistorian ? (pid ?? []) : []))
  const sum = (list: number[]): number => list.reduce((total, pid) => total + processMs(pid), 0)
  await bench.meter()
  const before = [sum(pids(false)), sum(pids(true))] as const
  await delay(runMs)
  const after = [sum(pids(false)), sum(pids(true))] as const
  const { values } = await bench.meter()
  return {
    collectors: ((after[0] - before[0]) * 1000) / values,
    historians: ((after[1] - before[1]) * 1000) / values,
  }
}
