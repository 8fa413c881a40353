// How fast readings get into real databases: through the historian's sink, and by the bare client library with the same
// values. And how fast a backlog in a durable queue on disk drains.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InfluxDB, Point } from '@influxdata/influxdb-client'
import { systemClock } from '../lib/child/clock'
import { encodeBatch } from '../lib/contract/batch'
import type { InfluxTarget } from '../lib/contract/influx-target'
import { HISTORIAN, TITLE_READINGS } from '../lib/contract/limits'
import { encodeReadings, encodeSource, type Source } from '../lib/contract/readings'
import { BatchLimit } from '../lib/historian/batch'
import { Historian } from '../lib/historian/historian'
import { InfluxSink } from '../lib/historian/influx-sink'
import type { Reading } from '../lib/historian/reading'
import { Queue } from '../lib/queue/queue'
import { InfluxServer } from '../test/support/influx-servers'

/** Lines a second, one value a run; every line has `values` values. */
export type HistorianSpeed = {
  database: string
  values: number
  sink: number[]
  bareClient: number[]
  /** A backlog from the queue. */
  backlog: number[]
}

const VALUES = 100
const LINES = 4000
const BATCH_LINES = 5000
/** Cycles in one message: what a reader gathers in a second at 100 ms. */
const CYCLES = 10
const READERS = 10
const never = new AbortController().signal
const NOTHING = { org: '', bucket: '', database: '', token: '', username: '', password: '' }

export async function measureHistorian(runs: number): Promise<HistorianSpeed[]> {
  const influxdb = await InfluxServer.influxdb()
  try {
    await influxdb.query('CREATE DATABASE bench')
    const one = await measure('InfluxDB 1.6', { ...NOTHING, version: '1', url: influxdb.url, database: 'bench' }, runs)
    await influxdb.dispose()
    const victoria = await InfluxServer.victoriaMetrics()
    try {
      const target = { ...NOTHING, version: '2', url: victoria.url, org: 'o', bucket: 'b' } as const
      return [one, await measure('VictoriaMetrics 1.79', target, runs)]
    } finally {
      await victoria.dispose()
    }
  } finally {
    await influxdb.dispose()
  }
}

async function measure(database: string, target: InfluxTarget, runs: number): Promise<HistorianSpeed> {
  const speed: HistorianSpeed = { database, values: VALUES, sink: [], bareClient: [], backlog: [] }
  // Code and database get warm.
  await throughSink(target)
  await throughClient(target)
  for (let run = 0; run < runs; run++) {
    speed.sink.push(await throughSink(target))
    speed.bareClient.push(await throughClient(target))
    speed.backlog.push(await throughQueue(target))
  }
  return speed
}

let lastTime = 1_700_000_000_000
const names = Array.from({ length: VALUES }, (_, index) => `tag ${index}`)

function sourceOf(reader: number): Source {
  const columns = names.map((name) => ({ name, unit: '', kind: 'number' as const }))
  return { collector: `reader ${reader}`, type: 'modbus', measurement: 'bench', pointTags: { site: 'north' }, columns }
}

function newValues(): number[] {
  return names.map(() => Math.round(Math.random() * 1e6) / 100)
}

function newReadings(): Reading[] {
  const source = sourceOf(1)
  return Array.from({ length: LINES }, () => {
    const fields = newValues().map((value, index) => ({ column: source.columns[index] ?? ZERO, value }))
    return { source, time: ++lastTime, clockSteps: 0, fields }
  })
}
const ZERO = { name: '', unit: '', kind: 'number' } as const

async function throughSink(target: InfluxTarget): Promise<number> {
  const readings = newReadings().map((reading) => ({ reading }))
  const sink = new InfluxSink(target, systemClock)
  const limit = new BatchLimit(BATCH_LINES)
  const startedMs = performance.now()
  for (let at = 0; at < readings.length; ) {
    const batch = limit.next(readings, at).map(({ reading }) => reading)
    const verdict = await sink.write(batch, never)
    if (verdict.kind !== 'accepted') throw new Error(verdict.reason)
    at += batch.length
  }
  const elapsedMs = performance.now() - startedMs
  sink.close()
  return (readings.length / elapsedMs) * 1000
}

/** The usual way with this library, with batches of the same size. */
async function throughClient({ version, url, org, bucket, database }: InfluxTarget): Promise<number> {
  const readings = newReadings()
  const size = new BatchLimit(BATCH_LINES).next(
    readings.map((reading) => ({ reading })),
    0,
  ).length
  // At the batch size it would send, and nobody would wait for the answer.
  const options = { batchSize: size + 1, maxRetries: 0, flushInterval: 0 }
  const writeApi = new InfluxDB({ url }).getWriteApi(org, bucket, 'ns', options)
  if (version === '1') writeApi.path = `/write?db=${database}&precision=ns`
  const startedMs = performance.now()
  for (let at = 0; at < readings.length; at += size) {
    for (const { source, time, fields } of readings.slice(at, at + size)) {
      const point = new Point(source.measurement).timestamp(`${time}000000`)
      point.tag('site', 'north').tag('collector', source.collector).tag('type', source.type)
      for (const { column, value } of fields) point.floatField(column.name, value)
      writeApi.writePoint(point)
    }
    await writeApi.flush()
  }
  await writeApi.close()
  return (readings.length / (performance.now() - startedMs)) * 1000
}

async function throughQueue(target: InfluxTarget): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'collector-bench-'))
  const path = join(folder, 'durable.queue')
  const queue = Queue.create(path, { capacityBytes: 2 ** 30, durability: 'commit' })
  try {
    for (let lines = 0; lines < LINES; lines += READERS * CYCLES) sendSecond(queue)
    const nothing = (): void => {}
    let delivered = 0
    const historian = new Historian({
      open: () => Queue.connect(path),
      sink: new InfluxSink(target, systemClock),
      clock: systemClock,
      chance: Math.random,
      batchSize: BATCH_LINES,
      report: nothing,
      log: nothing,
      progress: {
        cycle: nothing,
        refused: nothing,
        failed: nothing,
        delivered: (samples) => {
          delivered += samples
          if (delivered >= LINES * VALUES) historian.stop(0)
        },
      },
    })
    const startedMs = performance.now()
    await historian.run()
    return (LINES / (performance.now() - startedMs)) * 1000
  } finally {
    queue.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What ten readers of 100 tags produce in a second at 100 ms. */
function sendSecond(queue: Queue): void {
  for (let reader = 0; reader < READERS; reader++) {
    const source = sourceOf(reader)
    const batches = Array.from({ length: CYCLES }, (_, cycle) =>
      encodeBatch({
        generation: 1,
        revision: 1,
        cycle,
        time: ++lastTime,
        values: newValues(),
        bad: new Map(),
        sourceTimes: new Map(),
      }),
    )
    const data = encodeReadings(encodeSource(source), batches)
    const time = new Date(lastTime).toISOString()
    queue.send({
      origin: source.collector,
      to: HISTORIAN,
      title: TITLE_READINGS,
      time,
      data,
      weight: CYCLES * VALUES,
    })
  }
}

if (require.main === module) measureHistorian(3).then(console.log, console.error)
