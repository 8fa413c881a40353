import assert from 'node:assert/strict'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Value } from '../../../../lib/contract/batch'
import {
  HISTORY_POINTS_MAX,
  HISTORY_TAG_BYTES_MAX,
  HISTORY_TAGS_MAX,
  type HistoryBucket,
  type HistoryQuery,
} from '../../../../lib/contract/history-query'
import { HistoryFile, readHistory } from '../../../../lib/historian/history/history-file'
import { HistoryWriter, settle } from '../../../../lib/historian/history/history-writer'
import { inTransaction } from '../../../../lib/historian/history/layout'
import { listTags, queryHistory, querySeries } from '../../../../lib/historian/history/query'
import { resultOf } from '../../../../lib/historian/history/steps'
import type { Reading } from '../../../../lib/historian/reading'
import { temporaryFolder } from '../../../support/temporary-folder'
import { assertFault, closing, column, query, reading, seconds, sql, T0 } from './scratch'

describe('a question to the history', () => {
  const folder = temporaryFolder()
  const keep = closing()
  const path = () => join(folder(), 'history.db')
  const ask = (part: Partial<HistoryQuery> = {}) =>
    readHistory(path(), (database) => queryHistory(database, query(part)))

  /** Writes; `isSettled` moves what was written to its place. */
  function put(readings: Reading[], isSettled = false): void {
    const file = HistoryFile.open(path())
    try {
      new HistoryWriter(file.database).write(readings)
      if (isSettled) inTransaction(file.database, () => settle(file.database))
    } finally {
      file.close()
    }
  }

  it('needs a history', () => {
    assertFault(() => ask(), 'history-unavailable')
  })

  it('about an unknown collector or tag has an empty answer', () => {
    put(seconds(3))
    assert.deepEqual(ask({ collector: 'none' }).series, [])
    assert.deepEqual(ask({ tags: ['none'] }).series, [])
    assert.deepEqual(ask({ from: T0 - 10, to: T0 }), {
      collector: 'press',
      from: T0 - 10,
      to: T0,
      series: [],
    })
  })

  it('is answered with the values in the order of time, wherever they lie', () => {
    const readings = seconds(9)
    put(readings.slice(6, 9))
    put(readings.slice(3, 6), true)
    put(readings.slice(0, 3))
    put(readings.slice(5, 7))
    assert.deepEqual(ask({ from: T0 + 1000, to: T0 + 8000 }).series, [
      { tag: 'a', unit: '', kind: 'number', points: [1, 2, 3, 4, 5, 6, 7].map((n) => [T0 + n * 1000, n]) },
    ])
    const [series] = ask({ to: T0 + 9000, buckets: 1 }).series
    assert.deepEqual(series?.points, [{ time: T0, count: 9, min: 0, mean: 4, max: 8, last: 8 }])
  })

  it('keeps collectors, tags, units and kinds apart', () => {
    put([
      reading(T0, [[column('a', 'number', '°C'), 1]]),
      reading(T0, [[column('b'), 2]]),
      reading(T0, [[column('a'), 3]], 'other'),
      reading(T0 + 1, [[column('a', 'number', '°F'), 33]]),
    ])
    assert.deepEqual(ask().series, [
      { tag: 'a', unit: '°C', kind: 'number', points: [[T0, 1]] },
      { tag: 'a', unit: '°F', kind: 'number', points: [[T0 + 1, 33]] },
      { tag: 'b', unit: '', kind: 'number', points: [[T0, 2]] },
    ])
    assert.deepEqual(
      readHistory(path(), (database) => listTags(database, 'press')),
      ['a', 'b'],
    )
    assert.equal(ask({ tags: ['b'] }).series.length, 1)
  })

  it('knows names of any kind', () => {
    const names = [`'; DROP TABLE sample; --`, '"', '温度 🚀', 'a,b=c d', '%', '_', ' ', 'toString', '1', 'a\\b']
    put(names.map((name, index) => reading(T0 + index, [[column(name, 'number', name), index]], name)))
    names.forEach((name, index) => {
      assert.deepEqual(ask({ collector: name, tags: [name] }).series, [
        { tag: name, unit: name, kind: 'number', points: [[T0 + index, index]] },
      ])
    })
  })

  it('gets booleans, texts, objects and 64-bit integers as they were', () => {
    const values: [Parameters<typeof column>[1], Value[]][] = [
      ['boolean', [true, false]],
      ['integer', ['-9223372036854775808', 12]],
      ['unsigned', [1, '18446744073709551615']],
      ['any', ['12', { b: [1, 'x'] }, { a: true }, true, 1.5]],
    ]
    for (const [kind, list] of values) {
      put(list.map((value, index) => reading(T0 + index, [[column(String(kind), kind), value]])))
      const [series] = ask({ tags: [String(kind)] }).series
      assert.deepEqual(
        series?.points,
        list.map((value, index) => [T0 + index, value]),
      )
    }
    const last = (tag: string) => ask({ tags: [tag], to: T0 + 100, buckets: 1 }).series[0]?.points[0]
    assert.deepEqual(last('boolean'), { time: T0, count: 2, min: 0, mean: 0.5, max: 1, last: false })
    assert.deepEqual(last('unsigned'), {
      time: T0,
      count: 2,
      min: 1,
      mean: 2 ** 63,
      max: 2 ** 64,
      last: '18446744073709551615',
    })
    assert.deepEqual(last('any'), { time: T0, count: 5, min: 1.5, mean: 1.5, max: 1.5, last: 1.5 })
    put([reading(T0 + 200, [[column('any', 'any'), 'text']])])
    assert.deepEqual(ask({ tags: ['any'], from: T0 + 200, to: T0 + 201, buckets: 9 }).series[0]?.points, [
      { time: T0 + 200, count: 1, last: 'text' },
    ])
  })

  it('has no more than the newest values, and says so', () => {
    put(seconds(HISTORY_POINTS_MAX + 1))
    const [series] = ask().series
    assert.equal(series?.truncated, true)
    assert.equal(series?.points.length, HISTORY_POINTS_MAX)
    assert.deepEqual(series?.points[0], [T0 + 1000, 1])
    assert.equal(ask({ to: T0 + HISTORY_POINTS_MAX * 1000 }).series[0]?.truncated, undefined)
  })

  it('has an answer of limited size whatever the values', () => {
    const text = (length: number) => '温'.repeat(length)
    const one = column('text', 'any')
    put(Array.from({ length: 100 }, (_, index) => reading(T0 + index, [[one, text(index === 99 ? 50_000 : 5000)]])))
    for (const buckets of [undefined, 1000]) {
      const [series] = ask({ to: T0 + 1000, buckets }).series
      assert.ok(Buffer.byteLength(JSON.stringify(series)) < HISTORY_TAG_BYTES_MAX + 1000)
      assert.equal(series?.truncated, true)
      assert.equal(series?.points.length, 53)
    }
  })

  it('about all tags is answered for a limited number of them', () => {
    const columns = Array.from({ length: HISTORY_TAGS_MAX + 2 }, (_, index) => column(`t${index}`))
    put([
      reading(
        T0,
        columns.map((one) => [one, 1]),
      ),
    ])
    const answer = ask()
    assert.equal(answer.series.length, HISTORY_TAGS_MAX)
    assert.equal(answer.tagsLeftOut, 2)
  })

  it('sees one moment of the history, however long it looks', () => {
    put(seconds(10))
    readHistory(path(), (database) => {
      const before = resultOf(querySeries(database, query(), 'a'))
      put(seconds(20), true)
      assert.deepEqual(resultOf(querySeries(database, query(), 'a')), before)
    })
    assert.equal(ask().series[0]?.points.length, 20)
  })

  it('passes over what nobody of ours has written', () => {
    put(seconds(2))
    sql(path(), 'INSERT INTO recent (time, series, value) VALUES (?, 1, NULL)', (T0 + 10_000) * 1000)
    sql(path(), "INSERT INTO recent (time, series, value) VALUES (?, 1, 'no json')", (T0 + 11_000) * 1000)
    sql(path(), "INSERT INTO series (collector, tag, unit, kind) VALUES ('press', 'b', '', 'strange')")
    assert.equal(ask().series[0]?.points.length, 2)
    assert.equal(ask({ buckets: 3 }).series.length, 1)
  })

  it('for buckets is answered as counting by hand would', () => {
    const sample = fc.record({
      at: fc.integer({ min: 0, max: 999 }),
      value: fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
    })
    void fc.assert(
      fc.property(
        fc.uniqueArray(sample, { maxLength: 40, selector: ({ at }) => at }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 50 }),
        (samples, settledCount, offset, span, buckets) => {
          const file = keep(HistoryFile.open(path()))
          file.database.exec('DELETE FROM recent; DELETE FROM sample')
          const readings = samples.map(({ at, value }) => reading(T0 + at, [[column('a'), value]]))
          const writer = new HistoryWriter(file.database)
          writer.write(readings.slice(0, settledCount))
          inTransaction(file.database, () => settle(file.database))
          writer.write(readings.slice(Math.max(settledCount - 3, 0)))
          file.close()
          const [from, to] = [T0 + offset, T0 + offset + span]
          const series = readHistory(path(), (database) =>
            resultOf(querySeries(database, query({ from, to, buckets }), 'a')),
          )
          const expected = byHand(
            samples.map(({ at, value }) => [T0 + at, value]),
            from,
            to,
            buckets,
          )
          const found = (series[0]?.points ?? []) as HistoryBucket[]
          const rounded = (list: HistoryBucket[]) =>
            list.map((one) => ({ ...one, mean: (one.mean ?? 0).toPrecision(6) }))
          assert.deepEqual(rounded(found), rounded(expected))
        },
      ),
      { numRuns: 100 },
    )
  })
})

function byHand(points: [number, number][], from: number, to: number, wanted: number): HistoryBucket[] {
  const count = Math.min(wanted, to - from)
  const starts = Array.from({ length: count }, (_, index) => Math.floor(from + ((to - from) / count) * index))
  return starts.flatMap((start, index) => {
    const inside = points
      .filter(([time]) => time >= start && time < (starts[index + 1] ?? to))
      .sort(([a], [b]) => a - b)
    const values = inside.map(([, value]) => value)
    const last = values.at(-1)
    if (last === undefined) return []
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [{ time: start, count: values.length, min: Math.min(...values), mean, max: Math.max(...values), last }]
  })
}
