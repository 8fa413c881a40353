import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asCount, asRecord } from '../../../../lib/contract/parse'
import { HistoryFile } from '../../../../lib/historian/history/history-file'
import { settle } from '../../../../lib/historian/history/history-writer'
import { inTransaction } from '../../../../lib/historian/history/layout'
import { randomNumbers } from '../../../support/random'
import { canHaveSmallSharedMemory, inSmallSharedMemory } from '../../../support/small-shared-memory'
import { temporaryFolder } from '../../../support/temporary-folder'
import { until } from '../../../support/until'
import { assertIntact, sql } from './scratch'

type Writer = { tag: string; process: ChildProcess; messages: unknown[] }

describe('the history of several processes', function () {
  this.timeout(60_000)
  const folder = temporaryFolder()
  const path = () => join(folder(), 'history.db')
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  function start(tag: string): Writer {
    const child = fork(join(__dirname, 'writer-process'), [path(), tag], { execArgv: ['--no-warnings'] })
    children.push(child)
    const messages: unknown[] = []
    child.on('message', (message) => messages.push(message))
    return { tag, process: child, messages }
  }
  const accepted = ({ messages }: Writer) =>
    Math.max(0, ...messages.map((message) => asCount(asRecord(message)?.accepted) ?? 0))
  const told = ({ messages }: Writer) => messages.filter((message) => asRecord(message)?.accepted === undefined)

  async function kill({ process }: Writer): Promise<void> {
    const exited = once(process, 'exit')
    process.kill('SIGKILL')
    await exited
  }

  /** Every value that was accepted is there once, with its own number. */
  function assertComplete(writers: readonly Writer[]): void {
    assertIntact(path())
    const file = HistoryFile.open(path())
    inTransaction(file.database, () => settle(file.database))
    file.close()
    for (const writer of writers) {
      const [row] = sql(
        path(),
        `SELECT count(*) AS count, min(value) AS min, max(value) AS max, total(value <> (time / 1000000 - 1893456000)) AS wrong
         FROM sample JOIN series ON id = series WHERE tag = ?`,
        writer.tag,
      )
      const { count, min, max, wrong } = asRecord(row) ?? {}
      assert.ok(Number(count) >= accepted(writer), `${writer.tag}: ${count} of ${accepted(writer)}`)
      if (Number(count) > 0) assert.deepEqual([Number(min), Number(max), wrong], [0, Number(count) - 1, 0])
    }
  }

  it('is made once by those who begin together, and none is in the way of another', async () => {
    const writers = ['a', 'b', 'c'].map(start)
    await until(() => writers.every((writer) => accepted(writer) >= 5000), 30_000)
    for (const writer of writers) await kill(writer)
    assert.deepEqual(writers.flatMap(told), [])
    assertComplete(writers)
  })

  it('is made anew once by those who find something else together', async () => {
    writeFileSync(path(), 'no database at all '.repeat(500))
    const writers = ['a', 'b', 'c'].map(start)
    await until(() => writers.every((writer) => accepted(writer) >= 500), 30_000)
    for (const writer of writers) await kill(writer)
    assert.equal(writers.flatMap(told).filter((message) => asRecord(message)?.told !== undefined).length, 1)
    assert.equal(readdirSync(folder()).filter((name) => name.includes('corrupt')).length, 1)
    assertComplete(writers)
  })

  it('holds all that was accepted, though its writers are killed at any moment', async () => {
    const random = randomNumbers(5)
    const writers: Writer[] = []
    const others = start('other')
    for (let kills = 0; kills < 20; kills++) {
      const writer = start(`w${kills}`)
      writers.push(writer)
      const enough = 50 * Math.floor(random() * 60)
      await until(() => accepted(writer) > enough, 20_000)
      await kill(writer)
    }
    await kill(others)
    assert.deepEqual([...writers, others].flatMap(told), [])
    assertComplete([...writers, others])
  })

  it('holds all that was accepted, though a writer is killed while it moves many values', async () => {
    // with so many to begin with, every writer moves them at once
    const writers: Writer[] = []
    for (let kills = 0; kills < 6; kills++) {
      const file = HistoryFile.open(path())
      file.database.exec(`
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT OR REPLACE INTO recent (time, series, value) SELECT i, 999, 0 FROM n`)
      file.close()
      const writer = start(`w${kills}`)
      writers.push(writer)
      const size = () => Number(asRecord(sql(path(), 'SELECT count(*) AS count FROM sample')[0])?.count)
      if (kills % 2 === 0) await until(() => size() > 0 || accepted(writer) > 0, 20_000)
      else await until(() => writer.process.connected && accepted(writer) >= 50, 20_000)
      await kill(writer)
    }
    assertComplete(writers)
  })

  const inSmall = (script: string, before?: string) => {
    const [command = '', ...args] = inSmallSharedMemory(before)
    const file = join(__dirname, `${script}.js`)
    const outcome = spawnSync(command, [...args, process.execPath, '--no-warnings', file], { timeout: 40_000 })
    assert.equal(outcome.status, 0, outcome.stderr.toString())
    return asRecord(JSON.parse(outcome.stdout.toString())) ?? {}
  }

  it('on a full disk says so, keeps what it has, and goes on when there is room', function () {
    if (!canHaveSmallSharedMemory()) this.skip()
    const { fromStart, first, whileFull, accepted: count, after, counts, told: heard } = inSmall('full-disk')
    assert.match(JSON.stringify(fromStart), /later.*(full|unable to open|disk I\/O)/)
    assert.deepEqual(first, { kind: 'accepted' })
    assert.ok(Array.isArray(whileFull))
    assert.equal(whileFull.length, 3)
    for (const reason of whileFull) assert.match(String(reason), /full|disk I\/O/)
    assert.deepEqual(after, { kind: 'accepted' })
    assert.deepEqual(counts, [[count], [Number(count) + 500]])
    assert.deepEqual(heard, [])
  })

  it('in a folder that cannot be written is a named fault, and everything comes later', function () {
    if (!canHaveSmallSharedMemory()) this.skip()
    const { verdict, kind, code } = inSmall('read-only', 'mount -o remount,ro /dev/shm')
    assert.match(JSON.stringify(verdict), /later.*cannot be written/)
    assert.deepEqual([kind, code], ['config', 'history-folder'])
  })
})
