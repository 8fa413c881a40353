// The keeping of the durable queue, against real files: one that is said to be broken is looked at first, and replaced only when
// another process says the same; of one that is broken, what can be read goes into the new one.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from '../../../lib/child/clock'
import { HISTORIAN } from '../../../lib/contract/limits'
import { type KnownTotals, totalsOf } from '../../../lib/contract/queue-totals'
import { DurableLane, type QueueChange } from '../../../lib/historian/durable-lane'
import { Queue, type QueueStatus } from '../../../lib/queue/queue'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

const MESSAGES = 400
const WEIGHT = 3
const PAGE_BYTES = 4096

describe('the keeping of the durable queue', () => {
  const temporary = temporaryFolder()
  let lane: DurableLane | undefined
  let changes: QueueChange[]
  let status: QueueStatus | undefined
  let aheadMs = 0
  /** What was said to be wrong, each time that another process was asked. */
  let suspicions: string[]
  /** What that one finds. */
  let secondOpinion: () => string | undefined
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }

  beforeEach(() => {
    changes = []
    status = undefined
    suspicions = []
    secondOpinion = () => Queue.damageOf(path(), 'deep')
  })
  afterEach(() => {
    lane?.close()
    lane = undefined
  })

  const path = (): string => join(temporary(), 'durable.queue')
  const asides = (): string[] =>
    readdirSync(dirname(path())).filter((name) => name.includes('corrupt-') && name.endsWith('Z'))
  const reports = (): string => changes.map(({ report }) => report).join('\n')

  function open(known?: KnownTotals): void {
    const settings = {
      path: path(),
      capacityBytes: 16 * 2 ** 20,
      whenFull: 'drop-oldest' as const,
      durability: 'commit' as const,
    }
    const listener = {
      changed: (change: QueueChange) => changes.push(change),
      suspected: (reason: string) => {
        suspicions.push(reason)
        void Promise.resolve().then(() => lane?.judged(secondOpinion()))
      },
      status: (counted: QueueStatus) => {
        status = counted
      },
    }
    lane = new DurableLane(settings, known, listener, clock)
  }

  /** As collectors do. */
  function send(count = MESSAGES, from = 0): void {
    const queue = Queue.connect(path())
    for (let index = from; index < from + count; index++) {
      const data = { index, filling: 'x'.repeat(900) }
      queue.send({
        origin: 'press',
        to: HISTORIAN,
        title: 'readings',
        time: '2026-01-01T00:00:00Z',
        data,
        weight: WEIGHT,
      })
    }
    queue.close()
  }

  function indexesIn(): number[] {
    const queue = Queue.connect(path())
    try {
      const all: number[] = []
      for (let id = 0; ; ) {
        const messages = queue.tail(id, 1000)
        const last = messages.at(-1)
        if (!last) return all
        for (const { data } of messages) all.push(Object(data).index)
        id = last.id
      }
    } finally {
      queue.close()
    }
  }

  /** Pages in the midst of the file, once all of it is there and nobody has it open. */
  function damage(pages: readonly number[]): void {
    const bytes = readFileSync(path())
    for (const page of pages) bytes.fill(0xa5, page * PAGE_BYTES, (page + 1) * PAGE_BYTES)
    writeFileSync(path(), bytes)
  }

  it('leaves an intact file where it is, however often processes say that it is broken', () => {
    open()
    send()
    for (let times = 0; times < 20; times++) {
      aheadMs += 10_000
      lane?.distrust('malformed', 'of another')
      lane?.distrust('malformed', 'own')
    }
    assert.deepEqual(asides(), [])
    assert.equal(indexesIn().length, MESSAGES)
    const told = changes.filter(({ report }) =>
      /looked at and is intact, though a process says: malformed/.test(report),
    )
    assert.equal(told.length, 1, 'it is told once')
    assert.ok(changes.length > 5, 'all are asked to open it anew')
  })

  it('looks at most every 5 s', () => {
    open()
    changes = []
    lane?.distrust('malformed', 'of another')
    assert.equal(changes.length, 0, 'not of a file that was opened just now')
    aheadMs += 10_000
    for (let times = 0; times < 20; times++) lane?.distrust('malformed', 'of another')
    assert.equal(changes.length, 1)
  })

  for (const [what, pages] of [
    ['one page', [40]],
    ['some pages', [30, 31, 32, 60, 80]],
  ] as const) {
    it(`takes over what can be read of a file of which ${what} broke between two runs, and loses no count`, async () => {
      open()
      send()
      await until(() => status?.pending === MESSAGES * WEIGHT)
      lane?.close()
      const known: KnownTotals = { ...totalsOf(status ?? assert.fail()), atMs: Number.MAX_SAFE_INTEGER }
      damage(pages)
      open(known)
      await until(() => /samples were taken over; .* is kept: look at it, then remove it/.test(reports()))
      const indexes = indexesIn()
      assert.deepEqual(
        indexes,
        [...new Set(indexes)].sort((a, b) => a - b),
      )
      // A page holds three or four of them.
      assert.ok(indexes.length >= MESSAGES - 5 * pages.length, `${indexes.length} of ${MESSAGES}`)
      assert.match(reports(), new RegExp(`^${indexes.length * WEIGHT} samples were taken over`, 'm'))
      await until(() => status?.pending === indexes.length * WEIGHT)
      const { sent, delivered, pending, dropped } = status ?? assert.fail()
      assert.deepEqual([sent, delivered, pending + dropped], [MESSAGES * WEIGHT, 0, MESSAGES * WEIGHT])
      assert.equal(asides().length, 1)
    })
  }

  it('takes over what can be read though nobody knows any more what was counted', async () => {
    open()
    send()
    lane?.close()
    damage([40])
    open()
    await until(() => /samples were taken over/.test(reports()))
    const count = indexesIn().length
    assert.ok(count >= MESSAGES - 5)
    await until(() => status?.pending === count * WEIGHT)
    assert.deepEqual([status?.sent, status?.dropped], [count * WEIGHT, 0])
  })

  it('takes over what is readable of a file that breaks while it is used, when a process says so', async () => {
    open()
    send()
    await until(() => status?.pending === MESSAGES * WEIGHT)
    // What is still in the log would hide the damage.
    const database = new DatabaseSync(path())
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    damage([40])
    aheadMs += 10_000
    lane?.distrust('malformed', 'of another')
    await until(() => /samples were taken over/.test(reports()))
    assert.match(reports(), /damaged.*: a new one was made, the old one is now/)
    assert.ok(indexesIn().length >= MESSAGES - 5)
  })

  it('takes over what it can at once when it has to end', async () => {
    open()
    send()
    await until(() => status?.pending === MESSAGES * WEIGHT)
    lane?.close()
    const known: KnownTotals = { ...totalsOf(status ?? assert.fail()), atMs: Number.MAX_SAFE_INTEGER }
    damage([40])
    open(known)
    await until(() => asides().length === 1)
    lane?.close()
    assert.match(reports(), /samples were taken over; /)
    assert.ok(indexesIn().length >= MESSAGES - 5)
  })

  it('leaves a file where it is, damaged or not, as long as no other process has found the same', async () => {
    open()
    send()
    lane?.close()
    damage([40])
    secondOpinion = () => undefined
    open()
    for (let times = 1; times <= 5; times++) {
      await until(() => suspicions.length === times)
      assert.match(changes.at(-1)?.trouble ?? '', /there is no queue to the database: .*damaged/)
      aheadMs += 10_000
    }
    assert.deepEqual(asides(), [])
    secondOpinion = () => Queue.damageOf(path(), 'deep')
    aheadMs += 10_000
    await until(() => /samples were taken over/.test(reports()))
    assert.equal(changes.at(-1)?.trouble, '')
  })

  it('asks nobody a second time while another process looks', () => {
    open()
    send()
    lane?.close()
    damage([40])
    open()
    const asked = suspicions.length
    for (let times = 0; times < 10; times++) lane?.distrust('malformed', 'own')
    assert.deepEqual([asked, suspicions.length], [1, 1])
  })

  it('leaves a file alone that has come into the place of the one that was looked at', async () => {
    open()
    lane?.close()
    writeFileSync(path(), 'no queue')
    secondOpinion = () => {
      Queue.create(`${path()}.new`, { capacityBytes: 2 ** 20 }).close()
      renameSync(`${path()}.new`, path())
      return 'it was no queue'
    }
    open()
    await until(() => suspicions.length === 1 && Queue.damageOf(path(), 'deep') === undefined)
    aheadMs += 10_000
    await until(() => changes.at(-1)?.trouble === '')
    assert.deepEqual(asides(), [])
  })

  it('opens a queue that has come into the place of another one, and sets it not aside', async () => {
    open()
    send()
    for (const end of ['', '-wal', '-shm']) rmSync(path() + end, { force: true })
    Queue.create(path(), { capacityBytes: 2 ** 20 }).close()
    send(5)
    aheadMs += 10_000
    await until(() => status?.pending === 5 * WEIGHT)
    assert.deepEqual([asides(), suspicions], [[], []])
  })

  it('sets a file aside that was emptied, with what its log still holds', async () => {
    open()
    send()
    await until(() => status?.pending === MESSAGES * WEIGHT)
    const collector = Queue.connect(path())
    truncateSync(path())
    aheadMs += 10_000
    await until(() => asides().length === 1)
    collector.close()
    assert.deepEqual(suspicions, ['the file was emptied'])
  })

  it('sets a file aside that was emptied while nothing had it open', async () => {
    open()
    send()
    await until(() => status?.pending === MESSAGES * WEIGHT)
    lane?.close()
    const known = status && { ...totalsOf(status), atMs: 0 }
    truncateSync(path())
    utimesSync(path(), 1, 1)
    changes = []
    open(known)
    await until(() => asides().length === 1)
    assert.deepEqual(suspicions, ['the file was emptied'])
    await until(() => status?.dropped === MESSAGES * WEIGHT)
    const [told, ...more] = changes.filter(({ setAside }) => setAside)
    assert.match(
      told?.report ?? '',
      /^the queue to the database was damaged \(the file was emptied\): a new one was made/,
    )
    assert.deepEqual(more, [])
  })

  it('never deletes a file that it has set aside', async () => {
    for (let times = 1; times <= 6; times++) {
      writeFileSync(path(), `no queue ${times}`)
      aheadMs += 10_000
      open()
      await until(() => asides().length === times)
      lane?.close()
    }
  })
})
