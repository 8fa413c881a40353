// Does a process grow as long as it runs? Readers of all protocols at short intervals, so that the cycles of hours take minutes. At
// each mark of so many cycles a process collects its garbage and says what is left of the heap; the kernel says what it has in all.

import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessRow } from '../../lib/contract/process-row'
import { PlcProcess } from '../../simulators/melsec/plc-process'
import { DeviceProcess } from '../../simulators/modbus/device-process'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { flowOf, supervisorNode } from '../../test/support/flows'
import type { FlowNode } from '../../test/support/node-red'
import { melsecReader, modbusReader, opcuaReader } from '../flow/bench-node-red'
import { markdownTable } from '../measure/table'
import { descriptorsOf, type KernelMemory, kernelMemory, residentOf, threadsOf } from './kernel-memory'
import type { ProbedMemory } from './probed-memory'
import { ProbedNodeRed } from './probed-node-red'
import { type Sample, slopePerHour } from './slope'

export type GrowthPlan = {
  minutes: number
  intervalMs: number
  tags: number
  /** Heap snapshots at the second mark and at the end; they are kept. They cost memory that stays, so the kernel's numbers do not count then. */
  snapshots: boolean
}

const MARKS = [1000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000]
const SNAPSHOT_MARK = 10_000
const TICK_MS = 1000
const SAMPLE_MS = 10_000
const NODE_RED = 'Node-RED'
const SINK = 'sink'

export type Mark = { cycles: number; probed: ProbedMemory; kernel: KernelMemory }
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
  let probed: ProbedNodeRed | undefined
  try {
    probed = await ProbedNodeRed.start(growthFlow(plan, modbus.port, melsec.port, opcua.endpoint))
    return await observe(probed, plan, tell)
  } finally {
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

async function observe(probed: ProbedNodeRed, plan: GrowthPlan, tell: (text: string) => void): Promise<Grown[]> {
  const { nodeRed } = probed
  const grown = new Map<string, Grown>()
  const startedAt = performance.now()
  const endsAt = startedAt + plan.minutes * 60_000
  let sampledAt = Number.NEGATIVE_INFINITY
  for (let ends = false; !ends; ) {
    await delay(TICK_MS)
    ends = performance.now() > endsAt
    const rows = await nodeRed.rows()
    const cyclesOf = ({ samples_total, tags }: ProcessRow): number => Math.floor(samples_total / tags.total)
    const most = Math.max(0, ...rows.filter(({ tags }) => tags.total > 0).map(cyclesOf))
    const isSample = performance.now() - sampledAt > SAMPLE_MS
    if (isSample) sampledAt = performance.now()
    const all = rows.map((row) => ({
      name: row.name,
      pid: row.pid,
      cycles: row.tags.total > 0 ? cyclesOf(row) : most,
    }))
    for (const { name, pid, cycles } of [...all, { name: NODE_RED, pid: nodeRed.pid, cycles: most }]) {
      if (pid === null) continue
      const one = grown.get(name) ?? { name, marks: [], resident: [], descriptors: 0, threads: 0 }
      grown.set(name, one)
      const kernel = kernelMemory(pid)
      if (isSample) one.resident.push({ atMs: performance.now() - startedAt, value: residentOf(kernel) })
      const mark = MARKS[one.marks.length] ?? Number.POSITIVE_INFINITY
      if (cycles < mark && !ends) continue
      const snapshot = plan.snapshots && (ends || mark === SNAPSHOT_MARK)
      one.marks.push({ cycles, kernel, probed: await probed.probe(pid, { snapshot }) })
      one.descriptors = descriptorsOf(pid)
      one.threads = threadsOf(pid)
      tell(lineOf(one))
    }
  }
  if (plan.snapshots) tell(`heap snapshots: ${probed.folder}`)
  return [...grown.values()]
}

function lineOf({ name, marks }: Grown): string {
  const mark = marks.at(-1)
  return mark ? `${name}: ${cells(mark).join('  ')}` : name
}

function cells({ cycles, probed, kernel }: Mark): string[] {
  const { heapUsedMb, heapHeldMb, codeMb, externalMb } = probed
  const { anonymousMb, fileMb, sharedMb, arenaMb } = kernel
  const mb = [heapUsedMb, codeMb, heapHeldMb, externalMb, arenaMb, anonymousMb, fileMb, sharedMb, residentOf(kernel)]
  return [String(cycles), ...mb.map((value) => value.toFixed(2))]
}

export function growthReport(grown: readonly Grown[]): string {
  const header = ['', 'cycles', 'heap used', 'of it code', 'heap held', 'external', 'malloc arena', 'anonymous']
  const rows = grown.flatMap(({ name, marks }) => marks.map((mark, index) => [index === 0 ? name : '', ...cells(mark)]))
  const slopes = grown.map(({ name, resident, descriptors, threads }) => {
    const parts = [0, 1, 2, 3].map((part) => quarter(resident, part))
    return [name, ...parts.map((samples) => slopePerHour(samples).toFixed(1)), String(descriptors), String(threads)]
  })
  return `${markdownTable([...header, 'file', 'shared', 'resident'], rows)}

${markdownTable(['resident, MiB/hour, in each quarter', '1', '2', '3', '4', 'descriptors', 'threads'], slopes)}`
}

function quarter(samples: readonly Sample[], part: number): Sample[] {
  return samples.slice(Math.floor((part * samples.length) / 4), Math.floor(((part + 1) * samples.length) / 4))
}
