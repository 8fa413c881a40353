import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LAYOUT_VERSION } from '../../../lib/queue/layout'
import { Queue, QueueError } from '../../../lib/queue/queue'
import { randomNumbers } from '../../support/random'
import { assertIntact, assertQueueError, closing, drain, envelope, scratchFolder, sql } from './scratch'

const capacityBytes = 256 * 1024

describe('file of a queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = (path = folder.file()) => keep(Queue.create(path, { capacityBytes }))
  const works = (queue: Queue) => {
    queue.send(envelope('works'))
    assert.equal(drain(queue).at(-1), 'works')
  }

  it('is opened again with its messages, and takes over new limits', () => {
    const queue = make()
    queue.send(envelope('a'))
    queue.close()
    const again = keep(Queue.create(queue.path, { capacityBytes: 2 * capacityBytes, messageBytes: 50 }))
    assert.equal(again.setAside, undefined)
    assert.deepEqual(drain(again), ['a'])
    const connected = keep(Queue.connect(queue.path))
    assert.deepEqual([connected.capacityBytes, connected.messageBytes], [2 * capacityBytes, 50])
  })

  it('that is missing is not made by connecting', () => {
    const path = folder.file('missing')
    assertQueueError(() => Queue.connect(path), 'AccessFailed', /no queue/)
    assertQueueError(() => Queue.connect(folder.file('no/such/folder/queue')), 'AccessFailed')
    assert.deepEqual(
      readdirSync(folder.file('')).filter((name) => name.startsWith('missing')),
      [],
    )
  })

  it('in a folder that does not exist cannot be made', () => {
    assertQueueError(() => Queue.create(folder.file('none/queue'), { capacityBytes }), 'CreationFailed')
  })

  it('that is still empty is no queue yet', () => {
    const path = folder.file()
    writeFileSync(path, '')
    assertQueueError(() => Queue.connect(path), 'AccessFailed', /no queue/)
    assert.equal(readFileSync(path).length, 0)
    const queue = make(path)
    assert.equal(queue.setAside, undefined)
    works(queue)
  })

  it('that somebody has emptied is damaged, and one that is just being made is not', () => {
    const path = folder.file()
    writeFileSync(path, '')
    const refuse = { capacityBytes, whenDamaged: 'refuse' } as const
    const longAgo = Date.now() / 1000 - 60
    utimesSync(path, longAgo, longAgo)
    assert.equal(Queue.damageOf(path, 'tables'), 'the file was emptied')
    assertQueueError(() => Queue.create(path, refuse), 'CorruptedData', /emptied/)
    assert.equal(readFileSync(path).length, 0)
    writeFileSync(path, '')
    Queue.create(path, refuse).close()
  })

  const strangers: [string, (path: string) => void, 'CorruptedData' | 'AccessFailed'][] = [
    ['text', (path) => writeFileSync(path, 'no database at all '.repeat(500)), 'CorruptedData'],
    ['a few bytes', (path) => writeFileSync(path, 'xy'), 'CorruptedData'],
    ['a database of somebody else', (path) => void sql(path, 'CREATE TABLE theirs (x)'), 'CorruptedData'],
    [
      'a WAL database of somebody else',
      (path) => {
        sql(path, 'PRAGMA journal_mode = WAL')
        sql(path, 'CREATE TABLE theirs (x)')
      },
      'CorruptedData',
    ],
    [
      'a queue of a later layout',
      (path) => {
        Queue.create(path, { capacityBytes }).close()
        sql(path, `PRAGMA user_version = ${LAYOUT_VERSION + 1}`)
      },
      'CorruptedData',
    ],
    [
      'a queue with a planted trigger',
      (path) => {
        Queue.create(path, { capacityBytes }).close()
        sql(path, 'CREATE TRIGGER evil AFTER INSERT ON message BEGIN DELETE FROM message; END')
      },
      'CorruptedData',
    ],
    [
      'a queue without its table',
      (path) => {
        Queue.create(path, { capacityBytes }).close()
        sql(path, 'DROP TABLE message')
      },
      'CorruptedData',
    ],
    ['a folder', (path) => mkdirSync(path), 'AccessFailed'],
  ]
  for (const [name, put, kind] of strangers) {
    it(`that is ${name} is left alone by connecting and set aside by creating`, () => {
      const path = folder.file()
      put(path)
      const before = name === 'a folder' ? undefined : readFileSync(path)
      assertQueueError(() => Queue.connect(path), kind)
      if (before) assert.deepEqual(readFileSync(path), before)

      const queue = keep(Queue.create(path, { capacityBytes, now: new Date('2030-01-02T03:04:05.678Z') }))
      const aside = `${path}.corrupt-2030-01-02T03-04-05-678Z`
      assert.equal(queue.setAside, aside)
      if (before) assert.deepEqual(readFileSync(aside), before)
      works(queue)
      assertIntact(path)
    })
  }

  it('is made anew though its ids are used up', () => {
    const path = make().path
    sql(path, 'INSERT INTO message (id) VALUES (?)', Number.MAX_SAFE_INTEGER)
    const user = keep(Queue.connect(path))
    assertQueueError(() => user.send(envelope(1)), 'CorruptedData')
    const queue = make(path)
    assert.ok(queue.setAside)
    works(queue)
  })

  it('without its size cannot be connected, but is repaired by creating', () => {
    const path = make().path
    sql(path, "UPDATE queue SET capacity_bytes = 'much'")
    assertQueueError(() => Queue.connect(path), 'CorruptedData', /size/)
    sql(path, 'DELETE FROM queue')
    assertQueueError(() => Queue.connect(path), 'CorruptedData', /size/)
    assert.equal(make(path).setAside, undefined)
    assert.equal(Queue.connect(path).capacityBytes, capacityBytes)
  })

  it('that was deleted goes on for those who have it open; created anew, it is another one', () => {
    const old = make()
    const path = old.path
    const oldSender = keep(Queue.connect(path))
    old.send(envelope('old'))
    assert.equal(old.isInPlace(), true)
    rmSync(path)
    assert.equal(old.isInPlace(), false)

    const fresh = make(path)
    assert.equal(fresh.setAside, undefined)
    for (let round = 0; round < 300; round++) {
      oldSender.send(envelope(`old ${round}`))
      fresh.send(envelope(`fresh ${round}`))
    }
    assert.equal(drain(old).length, 301)
    assert.equal(drain(fresh).length, 300)
    oldSender.close()
    old.destroy()
    assert.equal(fresh.isInPlace(), true)
    const late = keep(Queue.connect(path))
    late.send(envelope('late'))
    assert.equal(drain(fresh).at(-1), 'late')
    assertIntact(path)
  })

  it('whose log and index were deleted with it is made anew just so', () => {
    const old = make()
    old.send(envelope('old'))
    for (const suffix of ['', '-wal', '-shm']) rmSync(old.path + suffix)
    const fresh = make(old.path)
    works(old)
    works(fresh)
    assert.equal(drain(fresh).length, 1)
  })

  it('that was cut off under an open connection gives nothing but QueueErrors, and is made anew', () => {
    const queue = make()
    for (let sent = 0; sent < 50; sent++) queue.send(envelope(new Uint8Array(1000)))
    queue.close()
    const user = keep(Queue.connect(queue.path))
    truncateSync(queue.path, 10_000)
    assert.throws(() => drain(user), QueueError)
    works(make(queue.path))
  })

  it('with flipped bytes gives nothing but QueueErrors, and creating always succeeds', () => {
    const random = randomNumbers(1)
    const model = make()
    for (let sent = 0; sent < 60; sent++) model.send(envelope({ sent, text: 'x'.repeat(sent * 20) }))
    sql(model.path, 'UPDATE message SET crc = 1 WHERE id = 7')
    drain(model)
    model.close()
    const size = readFileSync(model.path).length
    let opened = 0
    let aside = 0
    for (let round = 0; round < 150; round++) {
      const path = folder.file('flipped')
      copyFileSync(model.path, path)
      const bytes = readFileSync(path)
      // a third of them in the first page, where header and schema are
      const range = round % 3 === 0 ? 4096 : size
      for (let flips = 0; flips <= round % 4; flips++) {
        const place = Math.floor(random() * range)
        bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8))
      }
      writeFileSync(path, bytes)
      const tried = (work: () => unknown) => {
        try {
          work()
        } catch (thrown) {
          assert.ok(thrown instanceof QueueError, `round ${round}: ${thrown}`)
        }
      }
      tried(() => {
        const queue = Queue.connect(path)
        opened++
        tried(() => drain(queue))
        tried(() => queue.receive('reader', { max: 100 }))
        tried(() => queue.send(envelope('x')))
        tried(() => queue.status())
        tried(() => queue.lastId())
        tried(() => queue.discardThrough(30))
        queue.close()
      })
      const queue = Queue.create(path, { capacityBytes })
      if (queue.setAside) aside++
      works(queue)
      queue.status()
      queue.close()
      for (const name of readdirSync(folder.file(''))) if (name.startsWith(basename(path))) rmSync(folder.file(name))
    }
    assert.ok(opened > 20 && aside > 20, `${opened} opened, ${aside} set aside: the test tests nothing`)
  })

  it('with a byte flipped at any place, claims and dead letters in it, gives nothing but QueueErrors', function () {
    this.timeout(60_000)
    const model = keep(Queue.create(folder.file(), { capacityBytes, compressAboveBytes: 100 }))
    model.send([1, 2, 3, 4, 5].map((data) => envelope({ data, text: 'x'.repeat(data * 100) }, { weight: data })))
    model.receive('reader', { max: 3, leaseMs: 60_000 })
    model.dead([1], 'x')
    model.retry([2], { delayMs: 60_000, reason: 'x' })
    model.close()
    const bytes = readFileSync(model.path)
    // pages are mostly empty: every place that holds something, and some of the others
    const places = [...bytes.keys()].filter((place) => bytes[place] !== 0 || place % 97 === 0)
    const path = folder.file('every')
    let read = 0
    for (const place of places) {
      const flipped = Uint8Array.from(bytes)
      flipped[place] = (flipped[place] ?? 0) ^ 0xff
      writeFileSync(path, flipped)
      const tried = (work: () => unknown) => {
        try {
          work()
          read++
        } catch (thrown) {
          assert.ok(thrown instanceof QueueError, `byte ${place}: ${thrown}`)
        }
      }
      tried(() => {
        const queue = keep(Queue.connect(path))
        tried(() => queue.ack(queue.receive('reader', { max: 1, leaseMs: 1000 }).map(({ id }) => id)))
        tried(() => queue.receive('reader', { max: 100 }))
        tried(() => queue.retry([2, 3, 4], { delayMs: 0, reason: 'x' }))
        tried(() => queue.settle({ done: [4, 5], dead: [{ message: envelope(1), reason: 'x' }] }))
        tried(() => queue.deadLetters({ max: 10 }))
        tried(() => queue.requeueDead())
        tried(() => queue.discardDead())
        tried(() => queue.status())
        queue.close()
      })
      for (const name of readdirSync(folder.file(''))) if (name.startsWith('every')) rmSync(folder.file(name))
    }
    assert.ok(read > places.length * 2, `${read} of ${places.length}: the test tests nothing`)
  })

  it('is looked at only so far as wanted: what is beyond shows later', () => {
    const model = make()
    for (let sent = 0; sent < 60; sent++) model.send(envelope('x'.repeat(500)))
    model.close()
    const bytes = readFileSync(model.path)
    const middle = Math.floor(bytes.length / 4096 / 2) * 4096
    bytes.fill(0xff, middle, middle + 4096)
    writeFileSync(model.path, bytes)
    const shallow = Queue.create(model.path, { capacityBytes, check: 'tables' })
    assert.equal(shallow.setAside, undefined)
    assert.throws(() => drain(shallow), QueueError)
    shallow.close()
    assert.ok(make(model.path).setAside)
    const path = folder.file()
    writeFileSync(path, 'text '.repeat(1000))
    assert.ok(keep(Queue.create(path, { capacityBytes, check: 'tables' })).setAside)
  })

  it('with a damaged log is opened without what the log held, at worst', () => {
    const random = randomNumbers(2)
    const path = folder.file()
    for (let round = 0; round < 30; round++) {
      const model = Queue.create(folder.file(`model${round}`), { capacityBytes })
      for (let sent = 0; sent < 20; sent++) model.send(envelope(sent))
      copyFileSync(model.path, path)
      const log = readFileSync(`${model.path}-wal`)
      log[Math.floor(random() * log.length)] = 77
      writeFileSync(`${path}-wal`, log)
      rmSync(`${path}-shm`, { force: true })
      model.destroy()
      const queue = Queue.create(path, { capacityBytes })
      works(queue)
      queue.destroy()
    }
    assert.equal(existsSync(path), false)
  })

  it('is set aside with its log, so that nothing of it comes back into the new one', () => {
    const path = folder.file()
    const theirs = keep(new DatabaseSync(path))
    theirs.exec('PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)')
    const queue = make(path)
    assert.ok(queue.setAside)
    works(queue)
    theirs.exec('INSERT INTO theirs VALUES (2)')
    assert.equal(sql(queue.setAside, 'SELECT * FROM theirs').length, 2)
    assert.equal(drain(queue).length, 1)
    assertIntact(path)
  })
})
