// What the tests of the history share: readings, and looking into the file as somebody else would.

import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import type { TagColumn, TagKind, Value } from '../../../../lib/contract/batch'
import { Fault } from '../../../../lib/contract/fault'
import type { HistoryQuery } from '../../../../lib/contract/history-query'
import type { HistoryTrouble } from '../../../../lib/historian/history/history-fault'
import { HistorySink } from '../../../../lib/historian/history/history-sink'
import type { Reading } from '../../../../lib/historian/reading'

export const T0 = Date.UTC(2030, 0, 1)
export const never = new AbortController().signal

export function column(name: string, kind: TagKind = 'number', unit = ''): TagColumn {
  return { name, unit, kind }
}

/** A reading of the collector `press`, its values named by columns. */
export function reading(time: number, fields: [TagColumn, Value][], collector = 'press', clockSteps = 0): Reading {
  const columns = fields.map(([one]) => one)
  const source = { collector, type: 'modbus' as const, measurement: '', pointTags: {}, columns }
  return { source, time, clockSteps, fields: fields.map(([one, value]) => ({ column: one, value })) }
}

/** So many seconds of one number a second. */
export function seconds(count: number, tag = 'a', from = T0): Reading[] {
  const one = column(tag)
  return Array.from({ length: count }, (_, index) => reading(from + index * 1000, [[one, index]]))
}

export function query(part: Partial<HistoryQuery> = {}): HistoryQuery {
  return { collector: 'press', tags: undefined, from: T0, to: T0 + 86_400_000, buckets: undefined, ...part }
}

/** Closes them after each test, whatever has become of it. */
export function closing(): <C extends { close(): void }>(one: C) => C {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })
  return (one) => {
    open.push(one)
    return one
  }
}

/** A sink, and what it has told. */
export function sinkAt(path: string): { sink: HistorySink; told: string[] } {
  const told: string[] = []
  return { sink: new HistorySink({ path, setAside: (text) => told.push(text) }), told }
}

export async function accept(sink: HistorySink, readings: Reading[]): Promise<void> {
  assert.deepEqual(await sink.write(readings, never), { kind: 'accepted' })
}

/** Plain SQL on the file, as somebody else would do it. */
export function sql(path: string, text: string, ...values: (string | number | bigint)[]): unknown[] {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 2000')
    const statement = database.prepare(text)
    statement.setReadBigInts(true)
    return statement.all(...values).map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

export function assertIntact(path: string): void {
  assert.deepEqual(sql(path, 'SELECT integrity_check AS verdict FROM pragma_integrity_check'), [{ verdict: 'ok' }])
}

export function assertFault(work: () => unknown, code: HistoryTrouble, message?: RegExp): Fault {
  try {
    work()
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, `not a Fault: ${thrown}`)
    assert.equal(thrown.code, code, thrown.message)
    if (message) assert.match(thrown.message, message)
    return thrown
  }
  assert.fail(`expected ${code}`)
}
