// What one structure among many plain values costs an OPC UA reader that is far from its server: how long it takes from connecting
// to the first values of the others, and of all; beside the same without the structure, and from a server of many more types.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseOpcuaConfig } from '../nodes/opcua-in/fields'
import { opcuaReader } from '../nodes/opcua-in/reader'
import { OpcuaDeviceProcess } from '../simulators/opcua/device-process'
import { median } from './measure/statistic'

const PLAIN_TAGS = 1000
const ROUND_TRIP_MS = 50
const UNUSED_TYPES = 200
const INTERVAL_MS = 100
const LIMIT_MS = 30_000
const MODES = ['subscribe', 'poll'] as const

export const STRUCTURE_CASES = ['without a structure', 'with one', 'with one, of many types'] as const
export type StructureCase = (typeof STRUCTURE_CASES)[number]

export type StructureStart = {
  mode: (typeof MODES)[number]
  name: StructureCase
  /** From the beginning of connecting; one value a run. */
  plainMs: number[]
  allMs: number[]
  /** Of the medians of `plainMs`, to that without a structure. */
  ratio: number
}

export const STRUCTURE_BENCH = { tags: PLAIN_TAGS, roundTripMs: ROUND_TRIP_MS, types: UNUSED_TYPES } as const

export async function measureStructures({ runs }: { runs: number }): Promise<StructureStart[]> {
  const settings = { exhibits: true }
  const few = await OpcuaDeviceProcess.start({ many: PLAIN_TAGS, settings })
  try {
    const many = await OpcuaDeviceProcess.start({
      many: PLAIN_TAGS,
      settings: { ...settings, unusedTypes: UNUSED_TYPES },
    })
    try {
      for (const device of [few, many])
        await device.send({ command: 'wire', mood: { mood: 'delay', ms: ROUND_TRIP_MS } })
      const starts: StructureStart[] = []
      for (const mode of MODES) starts.push(...(await measureMode(mode, runs, { few, many })))
      return starts
    } finally {
      await many.close()
    }
  } finally {
    await few.close()
  }
}

/** One run of each after another, so that what the machine does meanwhile is shared by all. */
async function measureMode(
  mode: StructureStart['mode'],
  runs: number,
  { few, many }: { few: OpcuaDeviceProcess; many: OpcuaDeviceProcess },
): Promise<StructureStart[]> {
  const starts = STRUCTURE_CASES.map((name): StructureStart => ({ mode, name, plainMs: [], allMs: [], ratio: 1 }))
  for (let run = 0; run < runs; run++) {
    for (const start of starts) {
      const device = start.name === 'with one, of many types' ? many : few
      const { plainMs, allMs } = await firstValues(device.endpoint, mode, start.name !== 'without a structure')
      start.plainMs.push(plainMs)
      start.allMs.push(allMs)
    }
  }
  const [without] = starts
  const baseMs = median(without?.plainMs ?? [])
  return starts.map((start) => ({ ...start, ratio: median(start.plainMs) / baseMs }))
}

async function firstValues(
  endpoint: string,
  mode: string,
  hasStructure: boolean,
): Promise<{ plainMs: number; allMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'collectors-bench-'))
  const plain = Array.from({ length: PLAIN_TAGS }, (_, at) => ({ name: `${at}`, address: `ns=2;s=Many.${at}` }))
  const tags = hasStructure ? [...plain, { name: 'it', address: 'ns=2;s=Exhibits.Nested' }] : plain
  const config = parseOpcuaConfig({ name: 'bench', supervisor: 's', endpoint, mode, interval: INTERVAL_MS, tags })
  if (!config.ok) throw new Error(JSON.stringify(config.problems))
  const reader = opcuaReader.create(config.value, () => {}, folder)
  const signal = AbortSignal.timeout(LIMIT_MS)
  const startedMs = performance.now()
  let plainMs: number | undefined
  try {
    await reader.open(signal)
    for (;;) {
      const { values } = await reader.read(signal)
      const nowMs = performance.now() - startedMs
      if (values.slice(0, PLAIN_TAGS).every((value) => value !== null)) plainMs ??= nowMs
      if (plainMs !== undefined && values.every((value) => value !== null)) return { plainMs, allMs: nowMs }
      if (nowMs > LIMIT_MS) throw new Error(`not all values are there after ${LIMIT_MS} ms`)
      await delay(INTERVAL_MS / 10)
    }
  } finally {
    await reader.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
