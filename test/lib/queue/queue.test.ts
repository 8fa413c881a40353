import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { CAPACITY_MIN_BYTES, Queue } from '../../../lib/queue/queue'
import { assertQueueError, closing, drain, envelope, scratchFolder, sql, TIME } from './scratch'

const capacityBytes = 1024 * 1024

describe('queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = (path = folder.file()) => keep(Queue.create(path, { capacityBytes }))

  it('gives a message to another connection as it was sent', () => {
    const queue = make()
    const sender = keep(Queue.connect(queue.path))
    const sent = envelope({ a: 1 }, { origin: 'o', to: 'r', title: 't' })
    sender.send(sent)
    const received = [{ id: 1, weight: 1, priority: 0, attempts: 0, ...sent }]
    assert.deepEqual(queue.receive('r', { max: 10 }), received)
    assert.deepEqual(queue.tail(0, 10), received)
  })

  it('keeps a message until it is acknowledged, and no longer', () => {
    const queue = make()
    queue.send([envelope('a'), envelope('b')])
    const [first] = queue.receive('reader', { max: 1 })
    assert.deepEqual(queue.receive('reader', { max: 1 }), [first])
    assert.equal(queue.ack([first?.id ?? 0, 999]), 1)
    assert.equal(queue.ack([first?.id ?? 0]), 0)
    assert.deepEqual(drain(queue), ['b'])
  })

  it('gives a message only to its recipient', () => {
    const queue = make()
    queue.send([envelope('a', { to: 'x' }), envelope('b', { to: 'y' })])
    assert.deepEqual(
      queue.receive('y', { max: 10 }).map((message) => message.data),
      ['b'],
    )
    assert.deepEqual(queue.receive('z', { max: 10 }), [])
  })

  it('is received by priority, then age; and drained by age alone', () => {
    const queue = make()
    queue.send(envelope('a'))
    queue.send([envelope('b'), envelope('c')], { priority: 5 })
    queue.send(envelope('d'), { priority: -1 })
    queue.send(envelope('e'))
    const received = queue.receive('reader', { max: 10 }).map((message) => message.data)
    assert.deepEqual(received, ['b', 'c', 'a', 'e', 'd'])
    assert.deepEqual(drain(queue), ['a', 'b', 'c', 'd', 'e'])
  })

  it('gives at most so many messages as asked for', () => {
    const queue = make()
    queue.send(Array.from({ length: 10 }, (_, index) => envelope(index)))
    const count = (max: number) => [queue.tail(0, max).length, queue.receive('reader', { max }).length]
    assert.deepEqual([0, -1, Number.NaN, 1, 10, 11].map(count), [
      [0, 0],
      [0, 0],
      [0, 0],
      [1, 1],
      [10, 10],
      [10, 10],
    ])
  })

  it('ends a slice early when the messages are large', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes: 32 * 1024 * 1024 }))
    for (let sent = 0; sent < 6; sent++) queue.send(envelope(new Uint8Array(2 * 1024 * 1024)))
    assert.equal(queue.tail(0, 100).length, 2)
    assert.equal(queue.tail(2, 100).length, 2)
    assert.equal(queue.tail(4, 100).length, 2)
    assert.equal(queue.tail(6, 100).length, 0)
  })

  it('costs no more to drain when much lies before the cursor', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes: 16 * capacityBytes }))
    for (let sent = 0; sent < 20; sent++) queue.send(Array.from({ length: 1000 }, () => envelope('x')))
    const cost = (afterId: number) => {
      const begin = performance.now()
      for (let round = 0; round < 100; round++) assert.equal(queue.tail(afterId, 10).length, 10)
      return performance.now() - begin
    }
    cost(0)
    assert.ok(cost(19_990) < 50 * cost(0))
  })

  it('does not keep the log from being emptied by what was read only in part', () => {
    const queue = make()
    queue.send([envelope(1), envelope(2), envelope(3)])
    queue.tail(0, 1)
    queue.receive('reader', { max: 1 })
    const [outcome] = sql(queue.path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    assert.deepEqual({ ...(outcome as object) }, { busy: 0, log: 0, checkpointed: 0 })
  })

  it('sends all of an array or nothing', () => {
    const queue = make()
    assertQueueError(() => queue.send([envelope(1), envelope(2n)]), 'SerializationFailed')
    assert.equal(queue.status().pending, 0)
    queue.send([])
    assert.equal(queue.lastId(), 0)
  })

  it('never gives an id twice, not even when it was empty in between or closed', () => {
    const queue = make()
    queue.send([envelope(1), envelope(2)])
    assert.equal(queue.lastId(), 2)
    assert.equal(queue.discardThrough(2), 2)
    assert.equal(queue.lastId(), 2)
    queue.close()
    const again = make(queue.path)
    assert.equal(again.lastId(), 2)
    again.send(envelope(3))
    assert.deepEqual(
      again.tail(2, 10).map((message) => message.id),
      [3],
    )
  })

  it('discards up to an id, that one included', () => {
    const queue = make()
    queue.send(['a', 'b', 'c'].map((data) => envelope(data)))
    assert.equal(queue.discardThrough(2), 2)
    assert.equal(queue.discardThrough(2), 0)
    assert.deepEqual(drain(queue), ['c'])
  })

  it('tells its status', () => {
    const queue = make()
    const { bytes, ...empty } = queue.status()
    assert.deepEqual(empty, {
      pending: 0,
      claimed: 0,
      retry: 0,
      dead: 0,
      sent: 0,
      delivered: 0,
      dropped: 0,
      messages: 0,
      capacity: capacityBytes,
      oldest: undefined,
    })
    queue.send([envelope('x'.repeat(10_000)), envelope(2, { time: '2031-01-01T00:00:00Z' })])
    const status = queue.status()
    assert.equal(status.pending, 2)
    assert.equal(status.oldest, TIME)
    assert.ok(status.bytes >= bytes + 8000 && status.bytes < bytes + 30_000, `${bytes} -> ${status.bytes}`)
  })

  const malformed: [string, () => Parameters<Queue['send']>][] = [
    ['no recipient', () => [envelope(1, { to: undefined as never })]],
    ['a number as title', () => [envelope(1, { title: 5 as never })]],
    ['an endless origin', () => [envelope(1, { origin: 'x'.repeat(1001) })]],
    ['a recipient with a NUL in it', () => [envelope(1, { to: 'a\0b' })]],
    ['no time', () => [envelope(1, { time: null as never })]],
    ['a priority that is no integer', () => [envelope(1), { priority: 1.5 }]],
    ['a body above the limit', () => [envelope(new Uint8Array(4 * 1024 * 1024 + 1))]],
  ]
  for (const [name, args] of malformed) {
    it(`refuses to send ${name}`, () => {
      const queue = make()
      assertQueueError(() => queue.send(...args()), 'SerializationFailed')
      assert.equal(queue.lastId(), 0)
    })
  }

  it('keeps the size of a message in the file, for those who connect', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes, messageBytes: 100 }))
    const other = keep(Queue.connect(queue.path))
    assert.equal(other.messageBytes, 100)
    assert.equal(other.capacityBytes, capacityBytes)
    other.send(envelope(new Uint8Array(100)))
    assertQueueError(() => other.send(envelope(new Uint8Array(101))), 'SerializationFailed', /101/)
  })

  it('carries texts that are long, foreign or strange', () => {
    const queue = make()
    const texts = ['压'.repeat(1000), '\u0001a\u007f', '', '🙂\n"\'', 'constructor', '__proto__']
    queue.send(texts.map((to) => envelope({ to }, { to, title: to, origin: to })))
    assert.deepEqual(
      queue.tail(0, 100).map((message) => [message.to, message.title, message.origin]),
      texts.map((text) => [text, text, text]),
    )
    for (const to of texts) assert.equal(queue.receive(to, { max: 9 }).length, 1)
  })

  it('may be closed twice; whatever comes later is AccessFailed', () => {
    const queue = make()
    queue.close()
    queue.close()
    assertQueueError(() => queue.send(envelope(1)), 'AccessFailed')
    assertQueueError(() => queue.tail(0, 1), 'AccessFailed')
    assertQueueError(() => queue.receive('reader', { max: 1 }), 'AccessFailed')
    assertQueueError(() => queue.ack([1]), 'AccessFailed')
    assertQueueError(() => queue.discardThrough(1), 'AccessFailed')
    assertQueueError(() => queue.lastId(), 'AccessFailed')
    assertQueueError(() => queue.status(), 'AccessFailed')
  })

  it('leaves nothing behind when destroyed, twice without harm', () => {
    const queue = make(folder.file('destroyed'))
    const other = keep(Queue.connect(queue.path))
    queue.send(envelope(1))
    assert.equal(statSync(queue.path).mode & 0o777, 0o600)
    assert.equal(statSync(`${queue.path}-wal`).mode & 0o777, 0o600)
    queue.destroy()
    queue.destroy()
    other.close()
    assert.deepEqual(
      readdirSync(folder.file('')).filter((name) => name.startsWith('destroyed')),
      [],
    )
  })

  it('connected, not created, can destroy it as well', () => {
    const queue = make()
    keep(Queue.connect(queue.path)).destroy()
    assert.equal(existsSync(queue.path), false)
  })

  for (const limits of [
    { capacityBytes: CAPACITY_MIN_BYTES - 1 },
    { capacityBytes: Number.NaN },
    { capacityBytes, messageBytes: 0 },
    { capacityBytes, messageBytes: 1.5 },
  ]) {
    it(`is not created with ${JSON.stringify(limits)}`, () => {
      const path = folder.file()
      assertQueueError(() => Queue.create(path, limits), 'CreationFailed')
      assert.equal(existsSync(path), false)
    })
  }
})
