// Does a process grow as long as it runs? Readers of all protocols at short intervals, so that the cycles of hours take minutes. At
// each mark of so many cycles a process collects its garbage and says what is left of the heap; the kernel says what it has in all.

import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessRow } from '../../lib/contract/process-row'
import { PlcProcess } from '../../simulators/melsec/plc-process'
import { DeviceProcess } from '../../simulators/modbus/device-process'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, supervisorNode } from '../../test/support/flows'
import type { FlowNode, NodeRed } from '../../test/support/node-red'
import { melsecReader, modbusReader, opcuaReader } from '../flow/bench-node-red'
import { lineOf } from './growth-report'
import { descriptorsOf, type KernelMemory, kernelMemory, residentOf, threadsOf } from './kernel-memory'
import type { ProbedMemory } from './probed-memory'
import { ProbedNodeRed } from './probed-node-red'
import { repeat } from './repeat'
import type { Sample } from './slope'

export type GrowthPlan = {
  minutes: number
  intervalMs: number
  tags: number
  /** So often all devices end all connections; 0 = never. Marks count the ends then, not the cycles. */
  resetEveryMs: number
  /** Heap snapshots at the second mark and at the end; they are kept. They cost memory that stays, so the kernel's numbers do not count then. */
  snapshots: boolean
}

const CYCLE_MARKS = [1000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000]
const RESET_MARKS = [50, 100, 200, 400, 800, 1600, 3200, 6400]
/** Place of the first one that is worth a heap snapshot: what is compiled and cached is there by then. */
const SNAPSHOT_MARK = 1
const TICK_MS = 1000
const SAMPLE_MS = 10_000
const NODE_RED = 'Node-RED'
const SINK = 'sink'

export type Mark = { count: number; probed: ProbedMemory; kernel: KernelMemory }
export type Grown = {
  name: string
  marks: Mark[]
  /** Resident memory, MiB, between the marks. */
  resident: Sample[]
  descriptors: number
  threads: number
}

export async function measureGrowth(plan: GrowthPlan, tell: (text: string) => void): Promise<Grown[]> {
  const modbus = await DeviceProcess.start()
  const melsec = await PlcProcess.start({ series: 'q' })
  const opcua = await OpcuaDeviceProcess.start({ many: plan.tags })
  const end = new AbortController()
  let resets = 0
  const resetAll = async (): Promise<void> => {
    const reset = { command: 'reset-clients' } as const
    await Promise.all([modbus.send(reset), melsec.send(reset), opcua.send(reset)])
    resets++
  }
  const resetting = plan.resetEveryMs > 0 ? repeat(() => plan.resetEveryMs, end.signal, resetAll) : undefined
  let probed: ProbedNodeRed | undefined
  try {
    probed = await ProbedNodeRed.start(growthFlow(plan, modbus.port, melsec.port, opcua.endpoint))
    return await observe(probed, plan, () => resets, tell)
  } finally {
    end.abort()
    await resetting
    await probed?.dispose({ keepSnapshots: plan.snapshots })
    await opcua.close()
    await melsec.close()
    await modbus.close()
  }
}

function growthFlow({ intervalMs, tags }: GrowthPlan, modbus: number, melsec: number, opcua: string): FlowNode[] {
  const reader = (name: string) => ({ name, intervalMs, values: tags })
  const sink = { id: SINK, type: 'function', z: 'tab', x: 1, y: 1, func: 'return null', outputs: 0, wires: [] }
  return flowOf(
    supervisorNode({ historian: 'embedded' }),
    sink,
    modbusReader(reader('Modbus'), modbus),
    melsecReader(reader('MELSEC'), melsec),
    opcuaReader(reader('OPC UA, subscription'), opcua),
    opcuaReader(reader('OPC UA, polled'), opcua, { mode: 'poll' }),
  )
}

/** Until the time is over; at the last moment every process has a mark. */
async function observe(
  probed: ProbedNodeRed,
  plan: GrowthPlan,
  resets: () => number,
  tell: (text: string) => void,
): Promise<Grown[]> {
  const marks = plan.resetEveryMs > 0 ? RESET_MARKS : CYCLE_MARKS
  /** By pid: a process that was started again is another one. */
  const grown = new Map<number, Grown>()
  const startedAt = performance.now()
  const endsAt = startedAt + plan.minutes * 60_000
  let sampledAt = Number.NEGATIVE_INFINITY
  for (let ends = false; !ends; ) {
    await delay(TICK_MS)
    const atMs = performance.now()
    ends = atMs > endsAt
    const isSample = atMs - sampledAt > SAMPLE_MS
    if (isSample) sampledAt = atMs
    const running = await runningIn(probed.nodeRed)
    for (const { name, pid, cycles } of running) {
      const one = grown.get(pid) ?? { name, marks: [], resident: [], descriptors: 0, threads: 0 }
      grown.set(pid, one)
      const kernel = kernelMemory(pid)
      if (!kernel) continue
      if (isSample) one.resident.push({ atMs: atMs - startedAt, value: residentOf(kernel) })
      const count = plan.resetEveryMs > 0 ? resets() : cycles
      if (count < (marks[one.marks.length] ?? Number.POSITIVE_INFINITY) && !ends) continue
      const snapshot = plan.snapshots && (ends || one.marks.length === SNAPSHOT_MARK)
      const memory = await probed.probe(pid, { snapshot })
      if (!memory) continue
      one.marks.push({ count, kernel, probed: memory })
      one.descriptors = descriptorsOf(pid)
      one.threads = threadsOf(pid)
      tell(lineOf(one))
    }
  }
  if (plan.snapshots) tell(`heap snapshots: ${probed.folder}`)
  return [...grown.values()]
}

/** Node-RED and its children; what reads no tags has the cycles of the reader that has most. */
async function runningIn(nodeRed: NodeRed): Promise<{ name: string; pid: number; cycles: number }[]> {
  const rows = await nodeRed.rows()
  const cyclesOf = ({ samples_total, tags }: ProcessRow): number => Math.floor(samples_total / tags.total)
  const most = Math.max(0, ...rows.filter(({ tags }) => tags.total > 0).map(cyclesOf))
  const children = rows.flatMap((row) => {
    const { name, pid, tags } = row
    return pid === null ? [] : [{ name, pid, cycles: tags.total > 0 ? cyclesOf(row) : most }]
  })
  return [...children, { name: NODE_RED, pid: nodeRed.pid, cycles: most }]
}
