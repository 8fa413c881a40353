import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HistoryFile, readHistory } from '../../../../lib/historian/history/history-file'
import { HistoryWriter, settle } from '../../../../lib/historian/history/history-writer'
import { inTransaction } from '../../../../lib/historian/history/layout'
import { listTags } from '../../../../lib/historian/history/query'
import { Retention } from '../../../../lib/historian/history/retention'
import { type RetentionLimits, retentionLimits } from '../../../../lib/historian/history/retention-plan'
import { retentionRound } from '../../../../lib/historian/history/retention-round'
import { temporaryFolder } from '../../../support/temporary-folder'
import { until } from '../../../support/until'
import { accept, assertIntact, closing, column, reading, seconds, sinkAt, sql, T0 } from './scratch'

const DAY = 86_400_000
const SECOND = 1000

describe('retention', () => {
  const folder = temporaryFolder()
  const keep = closing()
  const path = () => join(folder(), 'history.db')
  const open = () => keep(HistoryFile.open(path()))
  const size = () => statSync(path()).size

  /** A whole round at this time; returns what its slices took of the processor, ms. */
  function round(limits: RetentionLimits, wallMs: number, elapsedMs = 60_000): number[] {
    const file = open()
    const slices: number[] = []
    for (const steps = retentionRound(file.database, limits, { wallMs, elapsedMs }); ; ) {
      const before = process.cpuUsage()
      const isDone = steps.next().done
      const { user, system } = process.cpuUsage(before)
      slices.push((user + system) / 1000)
      if (isDone) break
    }
    file.close()
    return slices
  }

  /** `count` values of each tag, one every `everyMs` from `from` on, in their places. */
  function fill(tags: string[], count: number, everyMs: number, from = T0): void {
    const file = open()
    inTransaction(file.database, () => {
      const insert = file.database.prepare(`
        INSERT INTO sample (series, time, value) WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
        SELECT ?1, (?3 + i * ?4) * 1000, i * 1.5 FROM n`)
      for (const tag of tags) {
        file.database
          .prepare("INSERT INTO series (collector, tag, unit, kind) VALUES ('press', ?, '', 'number')")
          .run(tag)
        const id = Number(file.database.prepare('SELECT max(id) AS id FROM series').get()?.id)
        insert.run(id, count, from, everyMs)
      }
    })
    file.close()
  }

  const ranges = () =>
    sql(
      path(),
      'SELECT tag, min(time) / 1000 AS oldest, max(time) / 1000 AS newest, count(*) AS count FROM sample JOIN series ON id = series GROUP BY series ORDER BY id',
    ) as { tag: string; oldest: bigint; newest: bigint; count: bigint }[]

  it('by age deletes exactly what is too old, of all series, wherever it lies', () => {
    fill(['a', 'b'], 1000, 60_000)
    new HistoryWriter(open().database).write(seconds(100, 'c'))
    const limits = { keptMs: 500 * 60_000, maxBytes: Number.POSITIVE_INFINITY }
    const now = T0 + 1000 * 60_000
    round(limits, now)
    const horizon = BigInt(now - limits.keptMs)
    assert.deepEqual(ranges(), [
      { tag: 'a', oldest: horizon, newest: BigInt(now - 60_000), count: 500n },
      { tag: 'b', oldest: horizon, newest: BigInt(now - 60_000), count: 500n },
    ])
    assert.deepEqual(sql(path(), 'SELECT * FROM recent'), [])
    assert.deepEqual(
      readHistory(path(), (database) => listTags(database, 'press')),
      ['a', 'b'],
    )
  })

  it('removes a series with its last value, and tells the writers', () => {
    fill(['a', 'b'], 100, SECOND)
    const writer = new HistoryWriter(open().database)
    writer.write(seconds(1, 'a', T0 + 9 * DAY))
    writer.write(seconds(1, 'b', T0))
    round(retentionLimits({ days: 1, megabytes: 0 }), T0 + 9 * DAY)
    round(retentionLimits({ days: 1, megabytes: 0 }), T0 + 9 * DAY)
    assert.deepEqual(
      readHistory(path(), (database) => listTags(database, 'press')),
      ['a'],
    )
    writer.write(seconds(1, 'b', T0 + 9 * DAY))
    assert.deepEqual(
      readHistory(path(), (database) => listTags(database, 'press')),
      ['a', 'b'],
    )
  })

  it('by size deletes the oldest of all series, in slices, and makes the file shorter', () => {
    fill(['a', 'b', 'c'], 300_000, SECOND)
    fill(['late'], 1000, SECOND, T0 + 299_000 * SECOND)
    const before = size()
    const limits = retentionLimits({ days: 0, megabytes: 16 })
    assert.ok(before > 1.4 * limits.maxBytes)
    const slices = round(limits, T0 + 300_000 * SECOND)
    assert.ok(size() < limits.maxBytes && size() > 0.6 * limits.maxBytes, `${size()} bytes`)
    const [a, b, c, late] = ranges()
    assert.ok(a && b && c && late)
    // one grain apart at most: each step deletes a 256th of the time
    for (const other of [b, c]) assert.ok(Math.abs(Number(other.oldest - a.oldest)) <= (300_000 / 256) * SECOND)
    assert.equal(late.count, 1000n)
    assert.equal(a.newest, BigInt(T0 + 299_999 * SECOND))
    assert.ok(slices.length > 20, `${slices.length} slices`)
    const sorted = slices.sort((one, other) => one - other)
    assert.ok((sorted[Math.floor(sorted.length * 0.9)] ?? 0) < 20, `slices take ${sorted.slice(-10)} ms`)
    assertIntact(path())
    const steady = size()
    assert.ok(round(limits, T0 + 300_000 * SECOND).length < 10)
    assert.equal(size(), steady)
  })

  it('by size cuts the one series that has nearly everything, and leaves the others', () => {
    fill(['huge'], 900_000, SECOND)
    fill(['small'], 10, 1000 * SECOND, T0 + 890_000 * SECOND)
    const limits = retentionLimits({ days: 0, megabytes: 16 })
    round(limits, T0 + 900_000 * SECOND)
    assert.ok(size() < limits.maxBytes)
    assert.deepEqual(
      ranges().map(({ tag, count }) => [tag, tag === 'small' ? count : count > 300_000n]),
      [
        ['huge', true],
        ['small', 10n],
      ],
    )
  })

  it('gives the space back when everything is too old', () => {
    fill(['a', 'b'], 200_000, SECOND)
    // the last one to close it would empty the log
    open()
    const before = size()
    round(retentionLimits({ days: 1, megabytes: 0 }), T0 + 100 * DAY)
    assert.deepEqual(ranges(), [])
    assert.ok(size() < before / 5 && size() < 300 * 4096, `${size()} of ${before} bytes`)
    assert.equal(statSync(`${path()}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0)
  })

  it('deletes nothing at once when the wall clock jumps ahead by years, nor when it goes back', () => {
    fill(['a'], 1000, 60_000)
    const limits = retentionLimits({ days: 1, megabytes: 0 })
    const now = T0 + 1000 * 60_000
    const count = () => ranges()[0]?.count
    round(limits, now)
    for (const wallMs of [now + 20 * 365 * DAY, 0, now + 20 * 365 * DAY]) {
      round(limits, wallMs)
      assert.equal(count(), 1000n)
    }
    // it comes closer, over restarts too, but takes its time
    for (let minute = 0; minute < 40; minute++) round(limits, now + 20 * 365 * DAY)
    assert.equal(count(), 1000n)
    for (let minute = 0; minute < 40; minute++) round(limits, now + 20 * 365 * DAY)
    assert.equal(count(), 620n)
  })

  it('runs by itself beside a sink, and ends when it is closed, twice', async () => {
    const { sink } = sinkAt(path())
    const told: string[] = []
    await accept(sink, seconds(100))
    const retention = new Retention({
      path: path(),
      limits: retentionLimits({ days: 1, megabytes: 0 }),
      tell: (text) => told.push(text),
      setAside: (text) => told.push(text),
      wallClock: () => T0 + 10 * DAY,
    })
    await until(() => sql(path(), 'SELECT * FROM recent').length === 0)
    retention.close()
    retention.close()
    await accept(sink, [reading(T0 + 10 * DAY, [[column('a'), 1]])])
    sink.close()
    assert.deepEqual(told, [])
  })

  it('says once what is wrong, and that it has set a file aside', async () => {
    const told: string[] = []
    const asides: string[] = []
    const options = {
      limits: retentionLimits({ days: 1, megabytes: 0 }),
      tell: (text: string) => told.push(text),
      setAside: (text: string) => asides.push(text),
    }
    const nowhere = keep(new Retention({ ...options, path: join(folder(), 'none', 'history.db') }))
    await until(() => told.length > 0)
    nowhere.close()
    assert.match(told[0] ?? '', /cannot be kept within its limits.*folder/)

    const stranger = new DatabaseSync(path())
    stranger.exec('CREATE TABLE theirs (x)')
    stranger.close()
    keep(new Retention({ ...options, path: path() }))
    await until(() => asides.length > 0)
    assert.match(asides[0] ?? '', /is damaged .* kept as .*history\.db\.corrupt-/)
    assert.equal(told.length, 1)
    assert.ok(readdirSync(folder()).some((name) => name.includes('corrupt')))
  })

  it('leaves alone what is written while it works', () => {
    fill(['a', 'b'], 100_000, SECOND)
    const file = open()
    const writer = new HistoryWriter(open().database)
    let written = 0
    const limits = retentionLimits({ days: 1, megabytes: 0 })
    const now = T0 + 100_000 * SECOND + 10 * DAY
    for (const _ of retentionRound(file.database, limits, { wallMs: now, elapsedMs: 0 })) {
      writer.write(seconds(1, `w${written % 7}`, now + written++))
    }
    inTransaction(file.database, () => settle(file.database))
    assert.equal(
      ranges().reduce((sum, { count }) => sum + Number(count), 0),
      written,
    )
    assert.ok(written > 5, `${written} written`)
  })
})
