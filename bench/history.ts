// What the embedded history costs: values a second, bytes on the disk, and how long a week takes to be drawn. Beside it bare
// SQLite that puts every value to its place at once.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HistoryFile, readHistory } from '../lib/historian/history/history-file'
import { HistoryWriter, settle } from '../lib/historian/history/history-writer'
import { inTransaction } from '../lib/historian/history/layout'
import { queryHistory } from '../lib/historian/history/query'
import type { Reading } from '../lib/historian/reading'
import { summary } from './measure/statistic'
import { markdownTable } from './measure/table'

export type WritingCost = { valuesPerSecond: number[]; bytesPerValue: number[]; writtenPerValue: number[] }
/** One value per run. */
export type HistoryCost = {
  history: WritingCost
  bare: WritingCost
  /** A week of one value a second into 500 buckets, ms. */
  weekMs: number[]
  /** The newest 5000 values of one tag, ms. */
  rawMs: number[]
}

const COLLECTORS = 10
const TAGS = 50
const CYCLES = 600
const WEEK_S = 7 * 86_400
const BUCKETS = 500
const T0 = Date.UTC(2030, 0, 1)

export function measureHistory(runs: number): HistoryCost {
  const none = (): WritingCost => ({ valuesPerSecond: [], bytesPerValue: [], writtenPerValue: [] })
  const cost: HistoryCost = { history: none(), bare: none(), weekMs: [], rawMs: [] }
  for (let run = 0; run < runs; run++) {
    inFolder((path) => {
      const file = HistoryFile.open(path)
      const writer = new HistoryWriter(file.database)
      measureWriting(cost.history, path, file.database, (readings) => writer.write(readings))
      file.close()
    })
    inFolder((path) => {
      const database = new DatabaseSync(path)
      measureWriting(cost.bare, path, database, bareWriter(database))
      database.close()
    })
  }
  inFolder((path) => {
    fillWeek(path)
    const query = { collector: 'c0', tags: ['t1'], from: T0, to: T0 + WEEK_S * 1000, buckets: BUCKETS }
    for (let run = 0; run < runs; run++) {
      cost.weekMs.push(ms(() => readHistory(path, (database) => queryHistory(database, query))))
      cost.rawMs.push(
        ms(() => readHistory(path, (database) => queryHistory(database, { ...query, buckets: undefined }))),
      )
    }
  })
  return cost
}

export function historySection({ history, bare, weekMs, rawMs }: HistoryCost): string {
  const row = (name: string, { valuesPerSecond, bytesPerValue, writtenPerValue }: WritingCost): string[] => [
    name,
    summary(valuesPerSecond, 0),
    summary(bytesPerValue, 1),
    summary(writtenPerValue, 0),
  ]
  const header = ['', 'values/s', 'bytes/value in the file', 'bytes/value written in all']
  const rows = [row('history', history), row('yardstick: bare SQLite, by primary key', bare)]
  const text = `${COLLECTORS} collectors with ${TAGS} tags each, ${CYCLES} cycles, a transaction a cycle; random 64-bit floats.`
  const queries = `A week of one tag, a value a second, into ${BUCKETS} buckets: ${summary(weekMs, 0)} ms. Its newest 5000 values: ${summary(rawMs, 0)} ms.`
  return `## Embedded history\n\n${text}\n\n${markdownTable(header, rows)}\n\n${queries}`
}

function measureWriting(
  cost: WritingCost,
  path: string,
  database: DatabaseSync,
  write: (readings: Reading[]) => void,
): void {
  const values = COLLECTORS * TAGS * CYCLES
  const before = bytesWritten()
  let spentMs = 0
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const readings = readingsAt(T0 + cycle * 1000)
    spentMs += ms(() => write(readings))
  }
  spentMs += ms(() => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  cost.valuesPerSecond.push((values * 1000) / spentMs)
  cost.bytesPerValue.push(statSync(path).size / values)
  cost.writtenPerValue.push((bytesWritten() - before) / values)
}

const sources = Array.from({ length: COLLECTORS }, (_, index) => ({
  collector: `c${index}`,
  type: 'modbus' as const,
  measurement: '',
  pointTags: {},
  columns: Array.from({ length: TAGS }, (_, tag) => ({ name: `t${tag}`, unit: '', kind: 'number' as const })),
}))

function readingsAt(time: number): Reading[] {
  return sources.map((source) => ({
    source,
    time,
    clockSteps: 0,
    fields: source.columns.map((column) => ({ column, value: Math.random() * 100 })),
  }))
}

function bareWriter(database: DatabaseSync): (readings: Reading[]) => void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE sample (series INTEGER, time INTEGER, value, PRIMARY KEY (series, time)) WITHOUT ROWID`)
  const insert = database.prepare('INSERT OR REPLACE INTO sample (series, time, value) VALUES (?, ?, ?)')
  return (readings) => {
    database.exec('BEGIN IMMEDIATE')
    readings.forEach(({ time, fields }, collector) => {
      for (const [tag, { value }] of fields.entries()) insert.run(collector * TAGS + tag, time * 1000, Number(value))
    })
    database.exec('COMMIT')
  }
}

/** Three tags, and as many values of others among the recent ones as there may be. */
function fillWeek(path: string): void {
  const file = HistoryFile.open(path)
  const writer = new HistoryWriter(file.database)
  const [source] = sources
  if (!source) return
  const columns = source.columns.slice(0, 3)
  for (let second = 0; second < WEEK_S; second += 3600) {
    const hour = Array.from({ length: 3600 }, (_, index) => ({
      source,
      time: T0 + (second + index) * 1000,
      clockSteps: 0,
      fields: columns.map((column) => ({ column, value: Math.random() * 100 })),
    }))
    writer.write(hour)
  }
  inTransaction(file.database, () => settle(file.database))
  for (let cycle = 0; cycle < 150; cycle++) writer.write(readingsAt(T0 + (WEEK_S - 150 + cycle) * 1000))
  file.close()
}

function inFolder(work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'collectors-bench-'))
  try {
    work(join(folder, 'history.db'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** By this process, into files of any kind (proc(5)). */
function bytesWritten(): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}

function ms(work: () => void): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
