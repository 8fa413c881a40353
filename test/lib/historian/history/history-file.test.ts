import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HistoryFile, readHistory, type SetAside } from '../../../../lib/historian/history/history-file'
import { HistoryWriter, settle } from '../../../../lib/historian/history/history-writer'
import { inTransaction } from '../../../../lib/historian/history/layout'
import { queryHistory } from '../../../../lib/historian/history/query'
import { randomNumbers } from '../../../support/random'
import { temporaryFolder } from '../../../support/temporary-folder'
import { accept, assertFault, assertIntact, closing, query, reading, seconds, sinkAt, sql } from './scratch'

const NOW = new Date('2030-01-02T03:04:05.678Z')

describe('the file of a history', () => {
  const folder = temporaryFolder()
  const keep = closing()
  const path = (name = 'history.db') => join(folder(), name)
  let aside: SetAside | undefined
  const open = () => {
    aside = undefined
    return keep(
      HistoryFile.open(path(), NOW, (told) => {
        aside = told
      }),
    )
  }

  function works(): void {
    const file = open()
    new HistoryWriter(file.database).write(seconds(3))
    const [series] = readHistory(path(), (database) => queryHistory(database, query())).series
    assert.equal(series?.points.length, 3)
    file.close()
    assertIntact(path())
  }

  it('is made where there is none, for its owner alone, able to shrink', () => {
    const file = open()
    assert.equal(aside, undefined)
    assert.equal(statSync(path()).mode & 0o777, 0o600)
    new HistoryWriter(file.database).write(seconds(1))
    assert.equal(statSync(`${path()}-wal`).mode & 0o777, 0o600)
    assert.deepEqual(sql(path(), 'PRAGMA auto_vacuum'), [{ auto_vacuum: 2n }])
    assert.deepEqual(sql(path(), 'PRAGMA journal_mode'), [{ journal_mode: 'wal' }])
    assert.equal(file.isInPlace(), true)
  })

  it('keeps what is in it', () => {
    works()
    open()
    assert.equal(aside, undefined)
    assert.equal(sql(path(), 'SELECT * FROM recent').length, 3)
  })

  it('in a folder that is missing is a named fault, and nothing is made', () => {
    const fault = assertFault(() => HistoryFile.open(path('none/history.db')), 'history-folder', /folder/)
    assert.equal(fault.kind, 'config')
    assert.deepEqual(readdirSync(folder()), [])
  })

  it('that is missing is not made by reading', () => {
    assertFault(() => readHistory(path(), () => undefined), 'history-unavailable')
    assert.deepEqual(readdirSync(folder()), [])
  })

  const strangers: [string, RegExp, (path: string) => void][] = [
    ['text', /not a database/, (at) => writeFileSync(at, 'no database at all '.repeat(500))],
    ['a few bytes', /not a database/, (at) => writeFileSync(at, 'xy')],
    ['a database of somebody else', /no history/, (at) => void sql(at, 'CREATE TABLE theirs (x)')],
    ['a history of a later layout', /layout 2/, (at) => void change(at, 'PRAGMA user_version = 2')],
    [
      'a history with a planted trigger',
      /tables/,
      (at) => void change(at, 'CREATE TRIGGER evil AFTER INSERT ON recent BEGIN DELETE FROM recent; END'),
    ],
    ['a history without its table', /tables/, (at) => void change(at, 'DROP TABLE sample')],
    ['a history without its first row', /first row/, (at) => void change(at, 'DELETE FROM history')],
    ['a folder', /no file/, (at) => mkdirSync(at)],
  ]
  for (const [name, reason, put] of strangers) {
    it(`that is ${name} is set aside and made anew`, () => {
      put(path())
      const before = name === 'a folder' ? undefined : readFileSync(path())
      const file = open()
      const kept = `${path()}.corrupt-2030-01-02T03-04-05-678Z`
      assert.equal(aside?.path, kept)
      assert.match(aside?.reason ?? '', reason)
      if (before) assert.deepEqual(readFileSync(kept), before)
      file.close()
      works()
    })
  }

  it('that was set aside is told of even where no new one can be made in its place', () => {
    writeFileSync(path(), 'no database at all '.repeat(500))
    let told: SetAside | undefined
    const obstruct = (aside: SetAside): void => {
      told = aside
      mkdirSync(path())
    }
    assertFault(() => HistoryFile.open(path(), NOW, obstruct), 'history-unavailable')
    assert.match(told?.path ?? '', /history\.db\.corrupt-/)
  })

  it('that is empty because it is just being made is no stranger', () => {
    writeFileSync(path(), '')
    open()
    assert.equal(aside, undefined)
    works()
  })

  it('that somebody has emptied is set aside, with its log, and told', () => {
    const longAgo = Date.now() / 1000 - 60
    for (const log of [false, true]) {
      for (const name of readdirSync(folder())) rmSync(path(name))
      writeFileSync(path(), '')
      if (log) writeFileSync(`${path()}-wal`, 'what was written last')
      else utimesSync(path(), longAgo, longAgo)
      const file = open()
      assert.match(aside?.reason ?? '', /somebody has emptied the file/)
      assert.equal(existsSync(`${aside?.path}-wal`), log)
      file.close()
      works()
    }
  })

  it('with flipped bytes or cut off is opened or set aside, and what is written then is there', async () => {
    const model = HistoryFile.open(path('model'))
    const writer = new HistoryWriter(model.database)
    writer.write([...seconds(1500), ...seconds(1500, 'b')])
    inTransaction(model.database, () => settle(model.database))
    writer.write(seconds(300, 'c'))
    model.close()
    const size = statSync(path('model')).size
    const random = randomNumbers(1)
    let aside = 0
    for (let round = 0; round < 120; round++) {
      copyFileSync(path('model'), path())
      if (round % 6 === 5) truncateSync(path(), Math.floor(random() * size))
      else {
        const bytes = readFileSync(path())
        // a third of them in the first page, where header and schema are
        const range = round % 3 === 0 ? 4096 : size
        for (let flips = 0; flips <= round % 4; flips++) {
          const place = Math.floor(random() * range)
          bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8))
        }
        writeFileSync(path(), bytes)
      }
      const { sink, told } = sinkAt(path())
      await accept(sink, seconds(10, 'd'))
      sink.close()
      aside += told.length
      const answer = readHistory(path(), (database) => queryHistory(database, query({ tags: ['d'] })))
      assert.equal(answer.series[0]?.points.length, 10, `round ${round}`)
      for (const end of ['', '-wal', '-shm']) rmSync(path() + end, { force: true })
    }
    assert.ok(aside > 20 && aside < 100, `${aside} set aside: the test tests nothing`)
    assert.equal(readdirSync(folder()).filter((name) => /corrupt-.*Z$/.test(name)).length, aside, 'none is deleted')
  })

  it('whose damage shows later is opened anew first, and set aside when it is damaged indeed', async () => {
    const { sink, told } = sinkAt(path())
    await accept(sink, seconds(5))
    const stranger = new DatabaseSync(path())
    stranger.exec('PRAGMA journal_mode = WAL; DROP TABLE recent')
    stranger.close()
    const verdict = await sink.write(seconds(1), new AbortController().signal)
    assert.equal(verdict.kind, 'later')
    assert.deepEqual(told, [])
    await accept(sink, seconds(1))
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /is damaged .*kept as .*corrupt-/)
    sink.close()
    sink.close()
  })

  it('that was deleted under a sink is made anew, and nothing that was accepted since is missing', async () => {
    const { sink, told } = sinkAt(path())
    await accept(sink, seconds(5))
    for (const end of ['', '-wal', '-shm']) rmSync(path() + end)
    const verdict = await sink.write(seconds(7), new AbortController().signal)
    assert.equal(verdict.kind, 'later')
    await accept(sink, seconds(7))
    assert.deepEqual(told, [])
    assert.equal(sql(path(), 'SELECT * FROM recent').length, 7)
    sink.close()
  })

  it('that another process has set aside is left by a sink that still has it open', async () => {
    const { sink, told } = sinkAt(path())
    await accept(sink, seconds(5))
    const other = open()
    assert.ok(other.abandon(NOW))
    assert.equal(other.abandon(NOW), undefined)
    assert.equal(existsSync(path()), false)
    const verdict = await sink.write(seconds(2), new AbortController().signal)
    assert.equal(verdict.kind, 'later')
    await accept(sink, seconds(2))
    assert.deepEqual(told, [])
    sink.close()
  })

  it('is read while somebody holds the lock; a write waits, and says why it comes later', async () => {
    const { sink } = sinkAt(path())
    await accept(sink, seconds(5))
    const holder = keep(new DatabaseSync(path()))
    holder.exec('BEGIN IMMEDIATE')
    const answer = readHistory(path(), (database) => queryHistory(database, query()))
    assert.equal(answer.series.length, 1)
    const verdict = await sink.write(seconds(1), new AbortController().signal)
    assert.ok(verdict.kind === 'later' && /locked/.test(verdict.reason))
    // opening it does not need the lock
    open()
    holder.exec('ROLLBACK')
    await accept(sink, seconds(1))
    sink.close()
  })

  it('takes no reading of a time that no clock shows, and none once it is closed', async () => {
    const { sink } = sinkAt(path())
    const [good] = seconds(1)
    assert.ok(good)
    for (const time of [1e300, Number.NaN, -8.65e15]) {
      const verdict = await sink.write([good, { ...reading(0, []), time }], new AbortController().signal)
      assert.equal(verdict.kind, 'refused')
    }
    assert.equal((await sink.write([good], AbortSignal.abort())).kind, 'later')
    sink.close()
    assert.equal((await sink.write([good], new AbortController().signal)).kind, 'later')
    assert.deepEqual(readdirSync(folder()), [])
  })

  function change(at: string, text: string): void {
    HistoryFile.open(at).close()
    sql(at, text)
  }
})
