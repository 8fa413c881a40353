// The results as Markdown: for the terminal and for docs/benchmarks.md.

import type { RequeueCost } from '../test/support/buried-letters'
import type { CollectorMemory } from './collector-memory'
import { requeueSection } from './dead-letters'
import type { DurableCost } from './durable-cost'
import type { HistorianSpeed } from './historian'
import { type HistoryCost, historySection } from './history'
import type { Fact } from './measure/machine'
import { median, summary } from './measure/statistic'
import { markdownTable } from './measure/table'
import { type NewsTimes, newsSection } from './monitors'
import type { OpcuaReaders } from './opcua-reader'
import { OPCUA_CONTEST } from './opcua-rival'
import { STRUCTURE_BENCH, type StructureStart } from './opcua-structure'
import type { PlanningCost } from './planning'
import type { BareSqlite, QueueCost } from './queue-cost'
import type { Throughput } from './queue-throughput'
import type { ReaderLoad } from './reader-load'
import type { ReadingCost } from './reading-cost'
import type { RestartTimes } from './restart-time'
import type { RivalCost } from './rival'
import { type WallCost, wallsSection } from './sandbox'

/** What this project wants to reach. */
const AIM = {
  sampleMs: 200,
  valueUs: 0.4,
  privateMb: 16,
  ofPipe: 0.7,
  partOfClient: 0.9,
  productions: 10,
  cpuPercent: 15,
  residentMb: 100,
  opcuaPrivateMb: 45,
  latenessMs: 20,
  planMs: 5,
  structureRatio: 1.2,
} as const

export type Results = {
  facts: Fact[]
  values: number
  intervalMs: number
  restart: RestartTimes
  news: NewsTimes
  reading: ReadingCost[]
  durable: DurableCost
  memory: CollectorMemory
  readers: ReaderLoad[]
  planning: PlanningCost[]
  melsecReaders: ReaderLoad[]
  opcua: OpcuaReaders
  structures: StructureStart[]
  /** Absent where they could not be installed. */
  rival: RivalCost[] | undefined
  opcuaRival: RivalCost[] | undefined
  queues: QueueCost[]
  bareSqlite: BareSqlite
  historian: HistorianSpeed[]
  history: HistoryCost
  requeue: RequeueCost[]
  throughput: Throughput
  walls: WallCost[]
}

export function report(results: Results): string {
  const sections = [
    facts(results),
    restart(results),
    newsSection(results.news),
    reading(results),
    durable(results),
    memory(results),
    wallsSection(results.walls),
    modbusReaders(results),
    melsecReaders(results),
    opcuaReaders(results),
    structures(results),
    planning(results),
    rival(results),
    opcuaRival(results),
    queue(results),
    throughput(results),
    historian(results),
    historySection(results.history),
    requeueSection(results.requeue),
  ]
  return `${sections.join('\n\n')}\n`
}

function facts({ facts }: Results): string {
  const intro = `# Benchmarks

Written by \`npm run bench\`. Every number is the median of its runs, with the least and the greatest of them; beside it
stands a yardstick that was measured in the same session on the same machine. A real Node-RED, real collectors and
simulated devices (Modbus TCP if nothing else is said), each in a process of its own, on loopback.`
  const rows = facts.map(({ name, value }) => [name, value])
  return `${intro}\n\n${markdownTable(['Machine', ''], rows)}`
}

function restart({ restart }: Results): string {
  const { running, sample, bareNode } = restart
  const rows = [
    ['kill -9 → its process is running again', summary(running, 0), ''],
    ['kill -9 → its next good sample is in the flow', summary(sample, 0), String(AIM.sampleMs)],
    ['yardstick: a bare `node -e`, start → first line', summary(bareNode, 0), ''],
  ]
  const text = `One of ${running.length} readers after the other is killed after a healthy minute; intervals from 10 to 100 ms.`
  return `## Back after a kill\n\n${text}\n\n${markdownTable(['', 'ms', 'aim'], rows)}`
}

function reading({ reading, values, intervalMs }: Results): string {
  const rows = reading.map((cost) => {
    const { valuesPerSecond, mainThread, everything, delayP99, device } = cost
    const perValue = (msPerSecond: readonly number[]): number[] =>
      msPerSecond.map((ms, run) => (ms * 1000) / (valuesPerSecond[run] ?? Number.NaN))
    const hasValues = median(valuesPerSecond) > 0
    return [
      cost.readers === 0 ? '' : String(cost.readers),
      nameOf(cost),
      median(valuesPerSecond).toFixed(0),
      median(mainThread).toFixed(1),
      hasValues ? summary(perValue(mainThread), 2) : '',
      summary(delayP99, 1),
      isOurs(cost) && hasValues ? summary(perValue(everything), 2) : '',
      isOurs(cost) && hasValues ? median(device).toFixed(0) : '',
    ]
  })
  const header = [
    'readers',
    'source',
    'values/s',
    'main thread, ms/s',
    `main thread, µs/value (aim ${AIM.valueUs})`,
    'event loop late, p99, ms',
    'all processes, µs/value',
    'device, ms/s',
  ]
  const text = `Readers with ${values} registers every ${intervalMs} ms, wired to a node that counts. CPU time of Node-RED's main thread holds
everything: Node-RED itself, taking the values in, the messages and the flow. Beside it the same messages from a timer in
the same Node-RED (what the flow costs by itself) and by \`child.send\` from as many child processes (the usual way).
"All processes" are Node-RED with its threads and all collectors, not the device.`
  const lost = reading.reduce((sum, { bad }) => sum + bad, 0)
  const note = lost === 0 ? '' : `\n\nMessages with bad tags during the runs: ${lost}.`
  return `## Reading\n\n${text}\n\n${markdownTable(header, rows)}\n\n${ratios(reading)}${note}`
}

function nameOf({ source }: ReadingCost): string {
  switch (source) {
    case 'none':
      return 'nothing: Node-RED alone'
    case 'collectors':
      return '**collectors**'
    case 'timer':
      return 'yardstick: timer in Node-RED'
    case 'child.send':
      return 'yardstick: `child.send`'
    default:
      return source satisfies never
  }
}

function isOurs({ source }: ReadingCost): boolean {
  return source === 'collectors'
}

/** What a value costs beyond the flow's own work, against `child.send`. */
function ratios(reading: readonly ReadingCost[]): string {
  const counts = [...new Set(reading.map(({ readers }) => readers))].filter((readers) => readers > 0)
  const lines = counts.flatMap((readers) => {
    const of = (source: ReadingCost['source']): number | undefined => {
      const cost = reading.find((one) => one.readers === readers && one.source === source)
      return cost && (median(cost.mainThread) * 1000) / median(cost.valuesPerSecond)
    }
    const [ours, send, timer] = [of('collectors'), of('child.send'), of('timer')]
    if (ours === undefined || send === undefined || timer === undefined) return []
    const factor = (yardstick: number): string => (ours / yardstick).toFixed(2)
    return [
      `- ${readers} readers: ${factor(send)} times the cost of \`child.send\`, ${factor(timer)} times that of the flow alone.`,
    ]
  })
  return lines.join('\n')
}

function durable({ durable, values, intervalMs }: Results): string {
  const rows = [
    ['collectors, no history', summary(durable.without, 2)],
    ['collectors, embedded history', summary(durable.with, 2)],
    ['the historian that writes it', summary(durable.historian, 2)],
  ]
  const text = `CPU time of the processes of ${durable.readers} readers with ${values} registers every ${intervalMs} ms.`
  return `## Keeping a history\n\n${text}\n\n${markdownTable(['', 'µs/value'], rows)}`
}

function memory({ memory, values, intervalMs }: Results): string {
  const rows = [
    ['collector', summary(memory.collector, 1), String(AIM.privateMb)],
    ['yardstick: a bare `node -e` that does nothing', summary(memory.bareNode, 1), ''],
  ]
  const text = `Unique set size (private pages) of ${memory.collector.length} collectors that have read ${values} registers every ${intervalMs} ms for ${memory.ageS.toFixed(0)} s.`
  return `## Memory of a collector\n\n${text}\n\n${markdownTable(['', 'MiB', 'aim'], rows)}`
}

function modbusReaders({ readers }: Results): string {
  const text = `One reader, every register a tag of its own. Late: the time of a reading against a grid of the interval laid through the
earliest one; the time that the device takes to answer all requests of the cycle is in it.`
  return `## One Modbus reader\n\n${text}\n\n${loadTable(readers, 'registers', 'at 10 000')}`
}

function melsecReaders({ melsecReaders }: Results): string {
  const text = 'The same of a PLC of the Q series that speaks 3E binary, 960 words a request.'
  return `## One MELSEC reader\n\n${text}\n\n${loadTable(melsecReaders, 'words', 'at 5 000')}`
}

function opcuaReaders({ opcua: { loads, starts } }: Results): string {
  const text = `One reader with a subscription to as many variables, without security; every one has a new value at every interval. The device
is node-opcua's server, in a process of its own. Late: as above, of the messages.`
  const rows = loads.map((load) => [
    `${load.registers} every ${load.intervalMs} ms`,
    summary(load.cpuPercent, 1),
    summary(load.residentMb, 0),
    summary(load.privateMb, 0),
    summary(load.latenessP99, 0),
    String(load.overruns),
  ])
  const header = ['items', 'CPU, % of a core', 'RSS, MiB', 'USS, MiB', 'late p99, ms', 'overruns']
  const startText = `From the command to start a reader to its first message with all tags good in the flow: a new process, its connection, session,
subscription and items. Memory: private pages (unique set size) of ${starts[0]?.privateMb.length ?? 0} readers each, ${Math.min(...starts.map(({ ageS }) => ageS)).toFixed(0)} s after their start.`
  const startRows = starts.map(({ tags, firstMs, privateMb }) => [
    String(tags),
    summary(firstMs, 0),
    summary(privateMb, 1),
  ])
  const startHeader = ['tags', 'first values, ms', `USS, MiB (aim ${AIM.opcuaPrivateMb})`]
  return `## One OPC UA reader\n\n${text}\n\n${markdownTable(header, rows)}\n\n${startText}\n\n${markdownTable(startHeader, startRows)}`
}

/** @param mostAt for how many the aim of the processor's time is meant */
function loadTable(loads: readonly ReaderLoad[], what: string, mostAt: string): string {
  const rows = loads.map((load) => [
    `${load.registers} every ${load.intervalMs} ms`,
    String(load.requests),
    summary(load.cpuPercent, 1),
    summary(load.residentMb, 0),
    summary(load.cycleP50, 1),
    summary(load.cycleP99, 1),
    summary(load.latenessP99, 0),
    String(load.overruns),
  ])
  const header = [
    what,
    'requests',
    `CPU, % of a core (aim ${AIM.cpuPercent} ${mostAt})`,
    `RSS, MiB (aim ${AIM.residentMb})`,
    'cycle p50, ms',
    'cycle p99, ms',
    `late p99, ms (aim ${AIM.latenessMs} at 100 ms)`,
    'overruns',
  ]
  return markdownTable(header, rows)
}

function planning({ planning }: Results): string {
  const rows = planning.map(({ registers, requests, plan, sort }) => [
    String(registers),
    String(requests),
    summary(plan, 2),
    summary(sort, 2),
  ])
  const header = ['registers', 'requests', `plan, ms (aim ${AIM.planMs} at 1000)`, 'yardstick: sort, ms']
  const text =
    'A tag list of registers scattered at random over 60 000 addresses, as requests of at most 125 with gaps of at most 10.'
  return `## Planning\n\n${text}\n\n${markdownTable(header, rows)}`
}

function rival({ rival, values, intervalMs }: Results): string {
  const text = `50 connections, each reading ${values} holding registers every ${intervalMs} ms, in turns in the same Node-RED. node-red-contrib-modbus gives raw
registers without names, quality or time, and reads within Node-RED's own process; its modbus-serial is the one of the registry.`
  return contest('## Beside the usual way to read Modbus', text, 'node-red-contrib-modbus', rival)
}

function structures({ structures }: Results): string {
  const { tags, roundTripMs, types } = STRUCTURE_BENCH
  const text = `${tags} numbers and one structure, whose type the reader does not know yet, over a path with a round trip of
${roundTripMs} ms; the server has ${types} types more where it says so. From connecting to the first values, median of the runs.`
  const header = ['mode', 'values', 'the numbers, ms', 'all, ms', `the numbers, ratio (aim ${AIM.structureRatio})`]
  const rows = structures.map(({ mode, name, plainMs, allMs, ratio }) => [
    mode,
    name,
    median(plainMs).toFixed(0),
    median(allMs).toFixed(0),
    ratio.toFixed(2),
  ])
  return `## One structure among many values\n\n${text}\n\n${markdownTable(header, rows)}`
}

function opcuaRival({ opcuaRival }: Results): string {
  const text = `One connection with a subscription to ${OPCUA_CONTEST.values} variables every ${OPCUA_CONTEST.intervalMs} ms, in turns in the same Node-RED, without security.
node-red-contrib-opcua subscribes to all of them at once (its topic \`multiple\`), and sends a message for each value.`
  return contest('## Beside the usual way to read OPC UA', text, 'node-red-contrib-opcua', opcuaRival)
}

function contest(title: string, text: string, rivalName: string, costs: readonly RivalCost[] | undefined): string {
  if (!costs) return `${title}\n\n${rivalName} could not be installed; nothing was compared.`
  const rows = costs.map(({ name, valuesPerSecond, mainThread, everything, delayP99 }) => [
    name,
    summary(valuesPerSecond, 0),
    summary(mainThread, 1),
    ((median(mainThread) * 1000) / median(valuesPerSecond)).toFixed(2),
    summary(everything, 1),
    summary(delayP99, 1),
  ])
  const header = [
    '',
    'values/s',
    'main thread, ms/s',
    'main thread, µs/value',
    'all processes, ms/s',
    'event loop late, p99, ms',
  ]
  return `${title}\n\n${text}\n\n${markdownTable(header, rows)}`
}

function queue({ queues, bareSqlite, values }: Results): string {
  const rows = queues.map(({ others, sendP50, sendP99, tail, discard }) => [
    others === 0 ? 'queue, one sender' : `queue, beside ${others} others that send every 10 ms`,
    summary(sendP50, 0),
    summary(sendP99, 0),
    summary(tail, 1),
    summary(discard, 1),
  ])
  const { insertP50, insertP99, select } = bareSqlite
  rows.push([
    'yardstick: bare SQLite, one sender',
    summary(insertP50, 0),
    summary(insertP99, 0),
    summary(select, 1),
    '',
  ])
  const text = `Messages of ${values} numbers through the live queue in shared memory, read by one consumer in portions of about 20 ms. Bare SQLite: the
same bytes by one INSERT into a table without an index, and by SELECT; no order, no checksum, no bounds.`
  const header = ['', 'send p50, µs', 'send p99, µs', 'read, µs/message', 'remove, µs/message']
  return `## Live queue\n\n${text}\n\n${markdownTable(header, rows)}`
}

/** What ten readers with 100 tags every 100 ms produce. */
const PRODUCED_PER_SECOND = 10_000

function historian({ historian }: Results): string {
  const rows = historian.map(({ database, values, sink, bareClient, backlog }) => [
    database,
    summary(sink, 0),
    summary(bareClient, 0),
    (median(sink) / median(bareClient)).toFixed(2),
    summary(backlog, 0),
    ((median(backlog) * values) / PRODUCED_PER_SECOND).toFixed(0),
  ])
  const header = [
    'database',
    'sink, lines/s',
    'yardstick: bare client, lines/s',
    `part (aim ${AIM.partOfClient})`,
    'from the queue, lines/s',
    `times the production (aim ${AIM.productions})`,
  ]
  const text = `Lines of 100 numbers into real databases on the same machine, in batches of about 1 MB, one after the other: through the
historian's sink, and by the client library alone. From the queue: a backlog in a durable queue on disk, beside what ten
readers of 100 tags produce every 100 ms.`
  return `## Historian\n\n${text}\n\n${markdownTable(header, rows)}`
}

function throughput({ throughput, values }: Results): string {
  const of = (name: string, rates: readonly number[], aim: string): string[] => [
    name,
    summary(rates, 0),
    summary(
      rates.map((rate) => rate * values),
      0,
    ),
    (median(rates) / median(throughput.pipe)).toFixed(2),
    aim,
  ]
  const rows = [
    of('**durable queue**, 500 a transaction, claimed and acknowledged', throughput.queue, String(AIM.ofPipe)),
    of('yardstick: a raw pipe', throughput.pipe, ''),
    of('yardstick: `child.send` of objects', throughput.childSend, ''),
  ]
  const text = `From one process to another, in bulk; each encodes or decodes batches of ${values} numbers. The queue lies on disk with
\`durability: commit\`; what has gone through it survived the death of either side, what is in a pipe does not.`
  return `## Durable queue\n\n${text}\n\n${markdownTable(['', 'messages/s', 'values/s', 'of the pipe', 'aim'], rows)}`
}
