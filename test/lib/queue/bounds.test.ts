import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Queue, QueueError } from '../../../lib/queue/queue'
import { assertBalance, assertIntact, assertQueueError, closing, drain, envelope, scratchFolder } from './scratch'

const capacityBytes = 512 * 1024

describe('size of a queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = (path = folder.file()) => keep(Queue.create(path, { capacityBytes, busyTimeoutMs: 0 }))
  const fileBytes = (path: string) => statSync(path).size
  const logBytes = (path: string) => statSync(`${path}-wal`).size

  for (const bodyBytes of [1, 100, 900, 3900, 4100, 9000, 50_000]) {
    it(`is kept with bodies of ${bodyBytes} bytes: the oldest go, counted exactly`, () => {
      const queue = make()
      const count = Math.min(12_000, Math.ceil((3 * capacityBytes) / bodyBytes))
      for (let sent = 0; sent < count; ) {
        const batch: Uint8Array[] = []
        for (; batch.length < 7 && sent < count; sent++) batch.push(new Uint8Array(bodyBytes))
        queue.send(batch.map((body) => envelope(body)))
      }
      const ids: number[] = []
      for (let last = 0; ; last = ids.at(-1) ?? 0) {
        const messages = queue.tail(last, 500)
        if (messages.length === 0) break
        ids.push(...messages.map((message) => message.id))
      }
      const { dropped, pending, bytes } = queue.status()
      assert.equal(pending, ids.length)
      assert.equal(dropped + pending, count)
      // what is left are the newest, without a gap
      assert.deepEqual([ids[0], ids.at(-1)], [dropped + 1, count])
      assert.ok(bytes <= capacityBytes, `${bytes} in use`)
      assert.ok(fileBytes(queue.path) <= capacityBytes * 1.05, `file of ${fileBytes(queue.path)}`)
      assert.ok(logBytes(queue.path) <= capacityBytes * 1.25, `log of ${logBytes(queue.path)}`)
      if (bodyBytes > 1) assert.ok(bytes > capacityBytes * 0.75, `only ${bytes} in use`)
    })
  }

  it('counts what each of several senders had to drop', () => {
    const queue = make()
    const senders = [queue, keep(Queue.connect(queue.path)), keep(Queue.connect(queue.path))]
    for (let round = 0; round < 300; round++) {
      for (const sender of senders) sender.send(envelope(new Uint8Array(2000)))
    }
    const { dropped, pending } = queue.status()
    assert.equal(dropped + pending, 900)
    assert.ok(dropped > 600)
  })

  it('is not exceeded by one transaction: larger than the whole queue is QueueFull and drops nothing', () => {
    const queue = make()
    queue.send(envelope('a'))
    assertQueueError(() => queue.send(envelope(new Uint8Array(capacityBytes))), 'QueueFull')
    const many = Array.from({ length: 600 }, () => envelope(new Uint8Array(1000)))
    assertQueueError(() => queue.send(many), 'QueueFull')
    assert.deepEqual(drain(queue), ['a'])
    assert.equal(queue.status().dropped, 0)
    queue.send(envelope(new Uint8Array(capacityBytes * 0.5)))
    queue.send(envelope(new Uint8Array(capacityBytes * 0.6)))
    assert.equal(queue.status().dropped, 2)
  })

  it('does not grow through the log while a consumer reads and discards without pause', () => {
    const queue = make()
    const senders = [1, 2, 3].map(() => keep(Queue.connect(queue.path)))
    let read = 0
    let largest = 0
    for (let round = 0, last = 0; round < 3000; round++) {
      for (const sender of senders) sender.send(envelope(new Uint8Array(900)))
      const messages = queue.tail(last, 100)
      read += messages.length
      last = messages.at(-1)?.id ?? last
      if (round % 50 === 49) queue.discardThrough(last)
      if (round % 10 === 0) largest = Math.max(largest, fileBytes(queue.path) + logBytes(queue.path))
    }
    assert.equal(read, 9000)
    assert.equal(queue.status().dropped, 0)
    assert.ok(largest <= 2.25 * capacityBytes, `${largest} bytes`)
  })

  it('is held even when a reader stands still in the middle: senders are refused until it is gone', () => {
    const queue = make()
    const consumer = keep(Queue.connect(queue.path, { busyTimeoutMs: 0 }))
    queue.send(envelope('first'))
    const standing = keep(new DatabaseSync(queue.path))
    standing.exec('BEGIN')
    standing.prepare('SELECT * FROM message').all()
    assert.ok(sendUntilFull(queue, /reader/) > 20)
    const total = fileBytes(queue.path) + logBytes(queue.path)
    assert.ok(total <= capacityBytes + 5 * 1024 * 1024, `${total} bytes`)
    assert.ok(drain(consumer).length > 20)
    assertQueueError(() => queue.send(envelope(1)), 'QueueFull')
    standing.exec('COMMIT')
    for (let after = 0; after < 50; after++) queue.send(envelope(after))
    assert.equal(drain(consumer).at(-1), 49)
    assert.ok(logBytes(queue.path) <= 2 * capacityBytes, 'the log is small again')
  })

  it('does not matter to reading when the disk is full; sending is QueueFull and goes on when there is room', () => {
    const disk = folder.file('disk')
    mkdirSync(disk)
    if (!mount(disk)) return fullByPageCount(folder.file())
    try {
      const queue = Queue.create(join(disk, 'queue'), { capacityBytes })
      const ballast = join(disk, 'ballast')
      for (let sent = 0; sent < 100; sent++) queue.send(envelope(sent))
      fill(ballast)
      const sent = sendUntilFull(queue)
      assert.equal(drain(queue).length, 100 + sent)
      assert.equal(queue.status().dropped, 0)
      assertQueueError(() => Queue.create(join(disk, 'another'), { capacityBytes }), 'CreationFailed')
      const late = Queue.connect(queue.path)
      // what the log has given back meanwhile
      fill(ballast)
      assertQueueError(() => late.send(envelope(new Uint8Array(400 * 1024))), 'QueueFull')
      rmSync(ballast)
      late.send(envelope('late'))
      queue.send(envelope('again'))
      assert.deepEqual(drain(queue).slice(-2), ['late', 'again'])
      late.close()
      assertIntact(queue.path)
      queue.destroy()
    } finally {
      execFileSync('umount', ['--lazy', disk])
    }
  })

  it('with leases on a full disk refuses by name, loses nothing, and goes on when there is room', function () {
    const disk = folder.file('disk-of-leases')
    mkdirSync(disk)
    if (!mount(disk)) this.skip()
    try {
      const queue = Queue.create(join(disk, 'queue'), { capacityBytes, durability: 'commit', whenFull: 'refuse' })
      const other = Queue.connect(queue.path)
      const ballast = join(disk, 'ballast')
      for (let sent = 0; sent < 100; sent++) queue.send(envelope(new Uint8Array(1000), { weight: 3 }))
      const held = queue.receive('reader', { max: 20, leaseMs: 60_000 }).map(({ id }) => id)
      fill(ballast)
      const refused = new Set<string>()
      let done = 0
      for (let round = 0; round < 400; round++) {
        const tried = (work: () => unknown) => {
          try {
            work()
          } catch (thrown) {
            assert.ok(thrown instanceof QueueError && thrown.kind === 'QueueFull', String(thrown))
            refused.add('refused')
          }
        }
        tried(() => queue.send(envelope(new Uint8Array(2000), { weight: 3 })))
        tried(() =>
          other.dead(
            other.receive('reader', { max: 2, leaseMs: 60_000 }).map(({ id }) => id),
            'x',
          ),
        )
        tried(() => queue.extend(held, 60_000))
        tried(() => {
          done += queue.ack(held.slice(round, round + 1))
        })
        queue.status()
        fill(ballast)
      }
      assert.equal(refused.size, 1, 'the disk was not full')
      rmSync(ballast)
      done += queue.ack(held)
      assert.equal(done, held.length)
      other.requeueDead()
      queue.send(envelope('late'))
      other.close()
      // what the other one claimed and could not give up comes back with its lease
      assert.equal(assertBalance(queue).dropped, 0)
      assertIntact(queue.path)
      queue.destroy()
    } finally {
      execFileSync('umount', ['--lazy', disk])
    }
  })

  it('does not matter to reading when SQLite finds no room', () => fullByPageCount(folder.file()))

  function fullByPageCount(path: string): void {
    const connections: DatabaseSync[] = []
    const { exec } = DatabaseSync.prototype
    DatabaseSync.prototype.exec = function (text: string) {
      connections.push(this)
      return exec.call(this, text)
    }
    let queue: Queue
    try {
      queue = make(path)
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    for (let sent = 0; sent < 20; sent++) queue.send(envelope(sent))
    const connection = connections.at(-1)
    connection?.exec('PRAGMA max_page_count = 1')
    const sent = sendUntilFull(queue)
    assert.equal(drain(queue).length, 20 + sent)
    connection?.exec('PRAGMA max_page_count = 1000000')
    queue.send(envelope('again'))
    assert.equal(drain(queue).at(-1), 'again')
    assertIntact(path)
  }
})

/** A disk of 1 MB, where that is permitted. */
function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fill(path: string): void {
  for (let bytes = 512 * 1024; bytes > 0; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(bytes), { flag: 'a' })
    } catch {
      // full: try again with less
    }
  }
}

/** Returns how many it took. */
function sendUntilFull(queue: Queue, message?: RegExp): number {
  let sent = 0
  assertQueueError(
    () => {
      for (; sent < 20_000; sent++) queue.send(envelope(new Uint8Array(1000)))
    },
    'QueueFull',
    message,
  )
  return sent
}
