// `npm run bench`: measures, prints tables and writes them to docs/benchmarks.md. About ten minutes on a machine that does
// nothing else; `--quick` shows in two whether it works, and writes nothing.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DeviceProcess } from '../simulators/modbus/device-process'
import { OpcuaDeviceProcess } from '../simulators/opcua/device-process'
import { PACKAGE_ROOT } from '../test/support/node-red'
import { type CollectorMemory, measureMemory } from './collector-memory'
import { measureRequeue } from './dead-letters'
import { measureDurable } from './durable-cost'
import { arrivalsFlow, BenchNodeRed, modbusReader, type ReaderPlan } from './flow/bench-node-red'
import { measureHistorian } from './historian'
import { measureHistory } from './history'
import { machineFacts } from './measure/machine'
import { measureMelsecReaders } from './melsec-reader'
import { measureModbusReaders } from './modbus-reader'
import { measureModbusRival } from './modbus-rival'
import { measureNews } from './monitors'
import { measureOpcuaReaders, OPCUA_VARIABLES, type OpcuaReaders } from './opcua-reader'
import { measureOpcuaRival } from './opcua-rival'
import { measureStructures } from './opcua-structure'
import { measurePlanning } from './planning'
import { measureBareSqlite, measureQueue } from './queue-cost'
import { measureThroughput } from './queue-throughput'
import { measureReading } from './reading-cost'
import { report } from './report'
import { measureRestart, type RestartTimes } from './restart-time'
import type { RivalCost } from './rival'
import { measureWalls } from './sandbox'

const VALUES = 100
const INTERVAL_MS = 100

const FULL = {
  killedIntervalsMs: [10, 20, 50, 50, 100, 100],
  memoryReaders: 5,
  memoryAgeS: 180,
  opcuaAgeS: 60,
  readers: [1, 10, 50],
  runs: 5,
  runMs: 6000,
  settleMs: 8000,
  otherSenders: 10,
  newsReaders: 50,
  newsMonitors: 50,
  newsKills: 40,
  deadLetters: 700_000,
  requeues: 3,
} as const
const QUICK = {
  ...FULL,
  killedIntervalsMs: [10, 100],
  memoryReaders: 2,
  memoryAgeS: 60,
  opcuaAgeS: 10,
  readers: [1, 10],
  runs: 2,
  runMs: 2000,
  settleMs: 4000,
  newsReaders: 5,
  newsMonitors: 5,
  newsKills: 5,
  deadLetters: 20_000,
  requeues: 1,
} as const

async function main(): Promise<void> {
  const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values
  const plan = quick ? QUICK : FULL
  const facts = machineFacts(new Date())
  const startedAt = performance.now()
  const tell = (text: string): void => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}\n`)
  }
  const device = await DeviceProcess.start()
  try {
    const { restart, memory } = await measureCollectors(plan, device, tell)
    const reading = await measureReading({ ...plan, values: VALUES, intervalMs: INTERVAL_MS }, device, tell)
    tell('one reader with many registers')
    const planning = measurePlanning(20 * plan.runs)
    const readers = await measureModbusReaders(plan, device)
    const melsecReaders = await measureMelsecReaders(plan)
    const { opcua, opcuaRival } = await measureOpcua(plan, tell)
    tell('the walls around a reader')
    const walls = await measureWalls(plan.runs, device.port)
    tell('one structure among many values')
    const structures = await measureStructures(plan)
    tell('the usual way to read Modbus')
    const rival = await measureModbusRival({ ...plan, values: VALUES, intervalMs: INTERVAL_MS }, device, tell)
    tell('what keeping a history costs')
    const durable = await measureDurable({ ...plan, values: VALUES, intervalMs: INTERVAL_MS }, device)
    tell('what monitors hear of a kill')
    const news = await measureNews(plan, device)
    tell('an operator who requeues dead letters')
    const requeue = await measureRequeue(plan.deadLetters, plan.requeues)
    tell('the live queue')
    const bareSqlite = await measureBareSqlite(plan.runs)
    const queues = [await measureQueue(plan.runs, 0), await measureQueue(plan.runs, plan.otherSenders)]
    tell('the way into databases')
    const historian = await measureHistorian(plan.runs)
    tell('the embedded history')
    const history = measureHistory(plan.runs)
    tell('the durable queue in bulk')
    const throughput = await measureThroughput(plan.runs)
    const text = report({
      facts,
      values: VALUES,
      intervalMs: INTERVAL_MS,
      restart,
      news,
      reading,
      durable,
      memory,
      readers,
      planning,
      melsecReaders,
      opcua,
      structures,
      rival,
      opcuaRival,
      queues,
      historian,
      bareSqlite,
      history,
      requeue,
      throughput,
      walls,
    })
    process.stdout.write(`\n${text}`)
    if (quick) return
    mkdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true })
    writeFileSync(join(PACKAGE_ROOT, 'docs', 'benchmarks.md'), text)
  } finally {
    await device.close()
  }
}

async function measureOpcua(
  plan: typeof FULL | typeof QUICK,
  tell: (text: string) => void,
): Promise<{ opcua: OpcuaReaders; opcuaRival: RivalCost[] | undefined }> {
  const device = await OpcuaDeviceProcess.start({ many: OPCUA_VARIABLES })
  try {
    tell('one OPC UA reader with many items')
    const opcua = await measureOpcuaReaders(plan, device)
    tell('the usual way to read OPC UA')
    return { opcua, opcuaRival: await measureOpcuaRival(plan, device, tell) }
  } finally {
    await device.close()
  }
}

/** Some readers are killed, the others of the same Node-RED are left alone and grow old. */
async function measureCollectors(
  plan: typeof FULL | typeof QUICK,
  device: DeviceProcess,
  tell: (text: string) => void,
): Promise<{ restart: RestartTimes; memory: CollectorMemory }> {
  const killed = plan.killedIntervalsMs.map(
    (intervalMs, index): ReaderPlan => ({ name: `killed ${index} (${intervalMs} ms)`, intervalMs, values: VALUES }),
  )
  const kept = Array.from(
    { length: plan.memoryReaders },
    (_, index): ReaderPlan => ({ name: `kept ${index}`, intervalMs: INTERVAL_MS, values: VALUES }),
  )
  const names = (readers: ReaderPlan[]): string[] => readers.map(({ name }) => name)
  const bench = await BenchNodeRed.start(
    arrivalsFlow([...killed, ...kept].map((reader) => modbusReader(reader, device.port))),
  )
  try {
    const restart = await measureRestart(bench, names(killed), tell)
    tell(`the memory of readers, once they have run for ${plan.memoryAgeS} s`)
    return { restart, memory: await measureMemory(bench, names(kept), plan.memoryAgeS) }
  } finally {
    await bench.dispose()
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
