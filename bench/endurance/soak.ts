// A gateway as it is used, in half an hour: devices die and come back, flows are deployed every minute, monitors come and go behind nginx,
// all readings are kept in the embedded history. Whether something rises that should not: descriptors, threads, files, memory.

import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import { flowOf, supervisorNode } from '../../test/support/flows'
import { Nginx, nginxProgram } from '../../test/support/nginx'
import type { FlowNode } from '../../test/support/node-red'
import { randomNumbers } from '../../test/support/random'
import { until } from '../../test/support/until'
import { melsecReader, modbusReader, opcuaReader, type ReaderPlan } from '../flow/bench-node-red'
import { type GatewayCensus, gatewayCensus } from './gateway-census'
import { MortalDevice } from './mortal-device'
import { ProbedNodeRed } from './probed-node-red'
import { repeat } from './repeat'
import type { Sample } from './slope'
import { Visitors, type Visits } from './visitors'

export type SoakPlan = { minutes: number; warmUpMinutes: number; seed: number }

/** What was measured, by its name in the report. */
export type Series = Map<string, Sample[]>
export type SoakResult = {
  series: Series
  visits: Visits
  deploys: number
  deaths: number
  /** The way into the database, when all readers have stopped. */
  balance: unknown
  errors: string[]
  warmUpMs: number
}

const TAGS = 20
const INTERVAL_MS = 200
const CENSUS_MS = 10_000
const PROBE_MS = 60_000
const DEPLOY_MS = 60_000
/** From a device's return to the next one's end, at most. */
const HEALTHY_MAX_MS = 20_000
const QUIET_MS = 60_000
const POLL_MS = 1000
const SINK = 'sink'
/** Asked for by visitors. */
const PATHS = [
  '/collectors/processes',
  '/collectors/metrics',
  '/collectors/processes/stats/summary',
  '/collectors/history?collector=Modbus&buckets=200',
  '/collectors/processor',
  '/collectors/journal?limit=100',
  '/collectors/processes/MELSEC/logs',
  '/collectors/history?collector=OPC%20UA&tag=tag%200',
  '/collectors/dead-letters',
  '/',
]

type Devices = Record<'modbus' | 'melsec' | 'opcua', MortalDevice>
/** Those that live are read beside those that die. */
type Plant = { living: Devices; mortal: Devices }

export async function soak(plan: SoakPlan, tell: (text: string) => void): Promise<SoakResult> {
  const program = nginxProgram()
  if (program === undefined) throw new Error('there is no nginx: set NGINX to its path')
  const plant: Plant = { living: await devices(), mortal: await devices() }
  const all = [...Object.values(plant.living), ...Object.values(plant.mortal)]
  let probed: ProbedNodeRed | undefined
  let nginx: Nginx | undefined
  try {
    probed = await ProbedNodeRed.start(soakFlow(plant, 0))
    nginx = await Nginx.start(program, Number(new URL(probed.nodeRed.url).port))
    return await run(plan, plant, probed, nginx, tell)
  } finally {
    await nginx?.dispose()
    await probed?.dispose()
    for (const device of all) await device.close()
  }
}

async function devices(): Promise<Devices> {
  const [modbus, melsec, opcua] = [MortalDevice.modbus(), MortalDevice.melsec(), MortalDevice.opcua(TAGS)]
  return { modbus: await modbus, melsec: await melsec, opcua: await opcua }
}

/** `version` of the flow: one reader has another tag in each, and another one is there in every second. */
function soakFlow({ living, mortal }: Plant, version: number): FlowNode[] {
  const reader = (name: string, values = TAGS): ReaderPlan => ({ name, intervalMs: INTERVAL_MS, values })
  const endpoint = ({ port }: MortalDevice): string => `opc.tcp://127.0.0.1:${port}`
  const func = `/* ${version} */ return null`
  return flowOf(
    supervisorNode({ historian: 'embedded' }),
    { id: SINK, type: 'function', z: 'tab', x: 1, y: 1, func, outputs: 0, wires: [] },
    modbusReader(reader('Modbus'), living.modbus.port),
    melsecReader(reader('MELSEC'), living.melsec.port),
    opcuaReader(reader('OPC UA'), endpoint(living.opcua)),
    modbusReader(reader('Modbus, device dies'), mortal.modbus.port),
    melsecReader(reader('MELSEC, device dies'), mortal.melsec.port),
    opcuaReader(reader('OPC UA, device dies'), endpoint(mortal.opcua)),
    modbusReader(reader('changed by deploys', 1 + (version % TAGS)), living.modbus.port),
    ...(version % 2 === 0 ? [] : [melsecReader(reader('now and then'), living.melsec.port)]),
  )
}

async function run(
  plan: SoakPlan,
  plant: Plant,
  probed: ProbedNodeRed,
  nginx: Nginx,
  tell: (text: string) => void,
): Promise<SoakResult> {
  const { nodeRed } = probed
  const end = new AbortController()
  const random = randomNumbers(plan.seed)
  const visitors = new Visitors(nginx.url, PATHS, random)
  const series: Series = new Map()
  const done = { deploys: 0, deaths: 0 }
  const work = [
    visitors.come(end.signal),
    repeat(
      () => DEPLOY_MS,
      end.signal,
      () => nodeRed.deploy(soakFlow(plant, ++done.deploys)),
    ),
    ...Object.values(plant.mortal).map((device) =>
      repeat(
        () => random() * HEALTHY_MAX_MS,
        end.signal,
        async () => {
          done.deaths++
          await device.dieForAWhile(random(), end.signal)
        },
      ),
    ),
  ]
  const failed = Promise.all(work)
  const startedAt = performance.now()
  let probedAt = startedAt
  try {
    while (performance.now() - startedAt < plan.minutes * 60_000) {
      await Promise.race([delay(CENSUS_MS), failed])
      const atMs = performance.now() - startedAt
      await measure(probed, series, atMs)
      if (performance.now() - probedAt < PROBE_MS) continue
      probedAt = performance.now()
      await probe(probed, series, atMs)
      tell(lastOf(series))
    }
  } finally {
    end.abort()
    await Promise.allSettled(work)
  }
  await failed
  const balance = await settle(probed)
  const errors = nodeRed.output.split('\n').filter((line) => / - \[error\]/.test(line))
  return { series, visits: visitors.visits, ...done, balance, errors, warmUpMs: plan.warmUpMinutes * 60_000 }
}

async function measure({ nodeRed }: ProbedNodeRed, series: Series, atMs: number): Promise<void> {
  const census = gatewayCensus(nodeRed)
  const rows = await nodeRed.rows()
  for (const [name, value] of Object.entries(countsOf(census))) add(series, name, atMs, value)
  for (const { name, pid } of rows) {
    const child = census.children.find((one) => one.pid === pid)
    if (!child) continue
    add(series, `${name}: resident, MiB`, atMs, child.residentMb)
    add(series, `${name}: descriptors`, atMs, child.descriptors)
    add(series, `${name}: threads`, atMs, child.threads)
  }
}

function countsOf({ nodeRed, files, filesMb, sharedFiles, sharedMb }: GatewayCensus): Record<string, number> {
  return {
    'Node-RED: descriptors': nodeRed.descriptors,
    'Node-RED: threads': nodeRed.threads,
    'Node-RED: resident, MiB': nodeRed.residentMb,
    'user folder: files': files,
    'user folder: MiB': filesMb,
    'shared memory: files': sharedFiles,
    'shared memory: MiB': sharedMb,
  }
}

/** After a garbage collection. */
async function probe(probed: ProbedNodeRed, series: Series, atMs: number): Promise<void> {
  const { nodeRed } = probed
  const all = (await nodeRed.rows()).filter(({ uptime_s }) => uptime_s > 5)
  for (const { name, pid } of [...all, { name: 'Node-RED', pid: nodeRed.pid }]) {
    if (pid === null) continue
    const memory = await probed.probe(pid)
    if (!memory) continue
    const { heapUsedMb, externalMb, codeMb } = memory
    add(series, `${name}: heap after gc, MiB`, atMs, heapUsedMb)
    add(series, `${name}: compiled code, MiB`, atMs, codeMb)
    add(series, `${name}: external, MiB`, atMs, externalMb)
  }
}

function add(series: Series, name: string, atMs: number, value: number): void {
  const samples = series.get(name) ?? []
  series.set(name, samples)
  samples.push({ atMs, value })
}

/** The readers stop, and what they have sent is written. */
async function settle({ nodeRed }: ProbedNodeRed): Promise<unknown> {
  for (const { name, type } of await nodeRed.rows()) {
    if (type !== 'historian') await nodeRed.command(`${encodeURIComponent(name)}/stop`)
  }
  let balance: unknown
  await until(
    async () => {
      balance = asRecord((await nodeRed.request('GET', '/collectors/processor')).body)?.plant
      return asRecord(balance)?.queue_pending === 0
    },
    QUIET_MS,
    POLL_MS,
  )
  return balance
}

function lastOf(series: Series): string {
  const shown = [...series].filter(([name]) => /^(Node-RED|user|shared)/.test(name))
  return shown.map(([name, samples]) => `${name} ${samples.at(-1)?.value.toFixed(1)}`).join(', ')
}
