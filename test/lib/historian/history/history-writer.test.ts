import assert from 'node:assert/strict'
import { join } from 'node:path'
import { HistoryFile, readHistory } from '../../../../lib/historian/history/history-file'
import { HistoryWriter, SETTLE_VALUES } from '../../../../lib/historian/history/history-writer'
import { inTransaction } from '../../../../lib/historian/history/layout'
import { queryHistory } from '../../../../lib/historian/history/query'
import { temporaryFolder } from '../../../support/temporary-folder'
import { closing, column, query, reading, seconds, sql, T0 } from './scratch'

describe('writing into a history', () => {
  const folder = temporaryFolder()
  const keep = closing()
  const path = () => join(folder(), 'history.db')
  const open = () => keep(HistoryFile.open(path()))
  const points = () =>
    readHistory(path(), (database) => queryHistory(database, query({ tags: ['a'] }))).series[0]?.points ?? []

  it('again changes nothing', () => {
    const writer = new HistoryWriter(open().database)
    for (let replay = 0; replay < 3; replay++) writer.write(seconds(10))
    assert.equal(sql(path(), 'SELECT * FROM recent').length, 10)
    new HistoryWriter(open().database).write(seconds(12))
    assert.equal(points().length, 12)
  })

  it('keeps apart what a clock that was set back has given the same time', () => {
    const one = column('a')
    new HistoryWriter(open().database).write([
      reading(T0, [[one, 1]], 'press', 0),
      reading(T0, [[one, 2]], 'press', 1),
      reading(T0, [[one, 3]], 'press', 255),
    ])
    assert.deepEqual(points(), [
      [T0, 1],
      [T0, 2],
      [T0, 3],
    ])
  })

  it('gives each element of an array a series of its own, of the kind of the array', () => {
    const list = column('list', 'integer', 'pcs')
    new HistoryWriter(open().database).write([
      reading(T0, [[list, [1, '9007199254740993']]]),
      reading(T0 + 1, [[list, []]]),
      reading(T0 + 2, [[column('matrix', 'any'), [[true], ['x', { a: [1] }]]]]),
    ])
    const answer = readHistory(path(), (database) => queryHistory(database, query()))
    assert.deepEqual(
      answer.series.map(({ tag, unit, kind, points: found }) => [tag, unit, kind, ...found]),
      [
        ['list[0]', 'pcs', 'integer', [T0, 1]],
        ['list[1]', 'pcs', 'integer', [T0, '9007199254740993']],
        ['matrix[0][0]', '', 'any', [T0 + 2, true]],
        ['matrix[1][0]', '', 'any', [T0 + 2, 'x']],
        ['matrix[1][1]', '', 'any', [T0 + 2, { a: [1] }]],
      ],
    )
  })

  it('leaves out what is not finite', () => {
    const one = column('a')
    new HistoryWriter(open().database).write([
      reading(T0, [[one, Number.NaN]]),
      reading(T0 + 1, [[one, Number.POSITIVE_INFINITY]]),
      reading(T0 + 2, [[one, 2]]),
    ])
    assert.deepEqual(points(), [[T0 + 2, 2]])
  })

  it('moves many values to their places, in both tables or in one, and none is lost', () => {
    const writer = new HistoryWriter(open().database)
    const columns = Array.from({ length: 100 }, (_, index) => column(index === 0 ? 'a' : `t${index}`))
    const rounds = SETTLE_VALUES / 100 + 200
    for (let round = 0; round < rounds; round += 10) {
      const cycle = (index: number) =>
        reading(
          T0 + (round + index) * 1000,
          columns.map((one) => [one, round + index]),
        )
      writer.write(Array.from({ length: 10 }, (_, index) => cycle(index)))
    }
    const [counts] = sql(
      path(),
      'SELECT (SELECT count(*) FROM sample) AS settled, (SELECT count(*) FROM recent) AS fresh',
    )
    assert.deepEqual(counts, { settled: BigInt(SETTLE_VALUES), fresh: 20_000n })
    assert.deepEqual(
      points(),
      Array.from({ length: rounds }, (_, index) => [T0 + index * 1000, index]),
    )
  })

  it('that fails leaves nothing behind, and the writer knows of no series that is not there', () => {
    const file = open()
    const writer = new HistoryWriter(file.database)
    const broken = { ...reading(T0, [[column('b'), 1]]), time: 1e300 }
    assert.throws(() => writer.write([...seconds(2), broken]))
    assert.deepEqual(sql(path(), 'SELECT * FROM series'), [])
    writer.write(seconds(2))
    assert.equal(points().length, 2)
  })

  it('goes on under a new id when the series was removed by another process, even if its id was given again', () => {
    const writer = new HistoryWriter(open().database)
    writer.write(seconds(2))
    const other = open()
    inTransaction(other.database, () => {
      other.database.exec(
        'DELETE FROM recent; DELETE FROM series; UPDATE history SET series_removed = series_removed + 1',
      )
    })
    new HistoryWriter(other.database).write(seconds(1, 'other'))
    writer.write(seconds(5))
    assert.equal(points().length, 5)
    assert.equal(sql(path(), 'SELECT * FROM series').length, 2)
  })
})
