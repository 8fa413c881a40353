// What one OPC UA reader can do: 10 000 items every second, 1 000 every 100 ms on time; how long it takes from its start to its
// first values; and how much memory it has for itself.

import { setTimeout as delay } from 'node:timers/promises'
import type { OpcuaDeviceProcess } from '../simulators/opcua/device-process'
import { measureMemory } from './collector-memory'
import { arrivalsFlow, BenchNodeRed, opcuaReader, type ReaderPlan } from './flow/bench-node-red'
import { clockMs } from './flow/meter'
import { measureReader, type ReaderLoad, type ReaderLoadPlan } from './reader-load'

const LOADS = [
  { registers: 10_000, intervalMs: 1000 },
  { registers: 1000, intervalMs: 100 },
] as const
/** The variables that the device needs for them. */
export const OPCUA_VARIABLES = LOADS[0].registers
const TAGS = [1, 1000] as const
const INTERVAL_MS = 1000
const FIRST_LIMIT_MS = 20_000

export type OpcuaReaders = {
  loads: ReaderLoad[]
  starts: OpcuaStart[]
}

/** Of readers with so many tags; one value a run, or a reader. */
export type OpcuaStart = {
  tags: number
  /** From the command to the first message with all tags good, ms. */
  firstMs: number[]
  /** Private memory, MiB. */
  privateMb: number[]
  /** What they had run for, s. */
  ageS: number
}

export type OpcuaPlan = ReaderLoadPlan & { memoryReaders: number; opcuaAgeS: number }

export async function measureOpcuaReaders(plan: OpcuaPlan, { endpoint }: OpcuaDeviceProcess): Promise<OpcuaReaders> {
  const loads: ReaderLoad[] = []
  for (const load of LOADS)
    loads.push(await measureReader({ ...plan, ...load }, (reader) => opcuaReader(reader, endpoint)))
  const starts: OpcuaStart[] = []
  for (const tags of TAGS) starts.push(await measureStart(plan, tags, endpoint))
  return { loads, starts }
}

async function measureStart(plan: OpcuaPlan, tags: number, endpoint: string): Promise<OpcuaStart> {
  const readers = Array.from(
    { length: plan.memoryReaders },
    (_, index): ReaderPlan => ({ name: `tags ${tags}, ${index}`, intervalMs: INTERVAL_MS, values: tags }),
  )
  const names = readers.map(({ name }) => name)
  const bench = await BenchNodeRed.start(arrivalsFlow(readers.map((reader) => opcuaReader(reader, endpoint))))
  try {
    for (const name of names) await bench.nodeRed.rowWhen(name, ({ tags }) => tags.good === tags.total)
    await delay(plan.settleMs)
    const firstMs: number[] = []
    for (const name of names) firstMs.push(await startMs(bench, name))
    const { collector, ageS } = await measureMemory(bench, names, plan.opcuaAgeS)
    return { tags, firstMs, privateMb: collector, ageS }
  } finally {
    await bench.dispose()
  }
}

async function startMs(bench: BenchNodeRed, reader: string): Promise<number> {
  const path = encodeURIComponent(reader)
  await bench.nodeRed.command(`${path}/stop`)
  await bench.nodeRed.rowWhen(reader, ({ status }) => status === 'stopped')
  const startedAt = clockMs()
  const startedTime = Date.now()
  await bench.nodeRed.command(`${path}/start`)
  while (clockMs() - startedAt < FIRST_LIMIT_MS) {
    // Seldom, since every question takes Node-RED's time; it notes the times itself.
    await delay(500)
    const { sampleAt } = await bench.returnOf(reader, startedAt, startedTime)
    if (sampleAt !== undefined) return sampleAt - startedAt
  }
  throw new Error(`the reader ${reader} brings nothing ${FIRST_LIMIT_MS} ms after its start`)
}
