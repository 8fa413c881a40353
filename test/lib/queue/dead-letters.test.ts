import assert from 'node:assert/strict'
import { Queue } from '../../../lib/queue/queue'
import { assertBalance, assertIntact, assertQueueError, closing, envelope, scratchFolder, sql, TIME } from './scratch'

const capacityBytes = 1024 * 1024
const leaseMs = 1000

describe('dead letters', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = (options: Partial<Parameters<typeof Queue.create>[1]> = {}) =>
    keep(Queue.create(folder.file(), { capacityBytes, ...options }))
  const claim = (queue: Queue) => queue.receive('reader', { max: 1000, leaseMs }).map(({ id }) => id)

  it('keep the message whole, with the reason, and are listed oldest first', () => {
    const queue = make({ compressAboveBytes: 100 })
    const bytes = new Uint8Array(5000).fill(7)
    queue.send([envelope({ a: 1 }, { origin: 'o', title: 't' }), envelope(bytes), envelope('x'.repeat(3000))])
    claim(queue)
    assert.equal(queue.dead([3, 1], 'no such field'), 2)
    assert.equal(queue.dead([2], 'too late\0'), 1)
    const common = { to: 'reader', origin: 'test', title: 'samples', time: TIME, weight: 1 }
    assert.deepEqual(queue.deadLetters({ max: 10 }), [
      { ...common, id: 1, origin: 'o', title: 't', reason: 'no such field', data: { a: 1 } },
      { ...common, id: 2, reason: 'too late', data: queue.deadLetters({ max: 1, after: 1 })[0]?.data },
      { ...common, id: 3, reason: 'no such field', data: 'x'.repeat(3000) },
    ])
    assert.deepEqual(new Uint8Array(queue.deadLetters({ max: 1, after: 1 })[0]?.data as Uint8Array), bytes)
    assert.deepEqual(queue.deadLetters({ max: 0 }), [])
    assert.deepEqual(queue.deadLetters({ max: 10, after: 3 }), [])
    assert.equal(assertBalance(queue).dead, 3)
  })

  it('go back into the queue in their old place, some or all, as if never claimed', () => {
    const queue = make()
    queue.send([1, 2, 3, 4].map((data) => envelope(data)))
    queue.send(envelope(5), { priority: 9 })
    claim(queue)
    queue.dead([1, 2, 3, 5], 'x')
    queue.ack([4])
    assert.equal(queue.requeueDead([2, 2, 77, -1]), 1)
    assert.equal(assertBalance(queue).pending, 1)
    queue.send(envelope(6))
    assert.equal(queue.requeueDead(), 3)
    assert.equal(queue.requeueDead(), 0)
    assert.deepEqual(
      queue.receive('reader', { max: 10, leaseMs }).map(({ id, data, attempts }) => [id, data, attempts]),
      [
        [5, 5, 0],
        [1, 1, 0],
        [2, 2, 0],
        [3, 3, 0],
        [6, 6, 0],
      ],
    )
    const { dead, claimed, messages } = assertBalance(queue)
    assert.deepEqual({ dead, claimed, messages }, { dead: 0, claimed: 5, messages: 5 })
    assertIntact(queue.path)
  })

  it('are discarded, some or all, and count as dropped', () => {
    const queue = make()
    queue.send([1, 2, 3].map((data) => envelope(data, { weight: data })))
    claim(queue)
    queue.dead([1, 2, 3], 'x')
    assert.equal(queue.discardDead([2, 2, 9]), 1)
    assert.equal(assertBalance(queue).dropped, 2)
    assert.equal(queue.discardDead(), 2)
    assert.equal(queue.discardDead(), 0)
    assert.deepEqual(
      [assertBalance(queue).dropped, assertBalance(queue).dead, queue.deadLetters({ max: 9 }).length],
      [6, 0, 0],
    )
  })

  it('that could not be read are listed without data, and stay when all are requeued', () => {
    const queue = make()
    queue.send([1, 2].map((data) => envelope(data, { weight: 5 })))
    sql(queue.path, "UPDATE message SET crc = 1, title = x'00' WHERE id = 1")
    claim(queue)
    queue.dead([2], 'x')
    assert.deepEqual(
      queue.deadLetters({ max: 9 }).map(({ id, title, data, weight }) => ({ id, title, data, weight })),
      [
        { id: 1, title: '', data: undefined, weight: 5 },
        { id: 2, title: 'samples', data: 2, weight: 5 },
      ],
    )
    assert.equal(queue.requeueDead(), 1)
    assert.deepEqual([assertBalance(queue).dead, assertBalance(queue).pending], [5, 5])
    assert.equal(queue.discardDead(), 1)
    assertBalance(queue)
  })

  it('take a quarter of the capacity at most: the oldest beyond count as dropped', () => {
    const queue = make()
    for (let round = 0; round < 30; round++) {
      queue.send(Array.from({ length: 10 }, () => envelope(new Uint8Array(1800), { weight: 2 })))
      queue.dead(claim(queue), 'x')
      assertBalance(queue)
    }
    const { dead, dropped } = queue.status()
    assert.deepEqual({ dead, dropped }, { dead: 262, dropped: 338 })
    assert.equal(queue.deadLetters({ max: 1 })[0]?.id, 170)
  })

  it('keep a reason to a length', () => {
    const queue = make()
    queue.send(envelope(1))
    claim(queue)
    queue.dead([1], '压'.repeat(5000))
    assert.equal(queue.deadLetters({ max: 1 })[0]?.reason, '压'.repeat(1000))
  })

  it('are listed in slices when they are large', () => {
    const queue = make({ capacityBytes: 64 * capacityBytes })
    for (let sent = 0; sent < 4; sent++) queue.send(envelope(new Uint8Array(3 * 1024 * 1024)))
    while (queue.dead(claim(queue), 'x') > 0) {
      // all of them
    }
    assert.deepEqual(
      queue.deadLetters({ max: 100 }).map(({ id }) => id),
      [1, 2],
    )
  })

  describe('that settle puts in the place of messages', () => {
    const bad = (weight: number) => ({ message: envelope('bad', { origin: 'me', weight }), reason: '400' })

    it('count as dead, the rest as delivered', () => {
      const queue = make()
      queue.send([1, 2, 3].map((data) => envelope(data, { weight: 10 })))
      claim(queue)
      assert.equal(queue.settle({ done: [1, 2, 1], dead: [bad(1), bad(4)] }), 2)
      const { sent, delivered, dead, claimed } = assertBalance(queue)
      assert.deepEqual({ sent, delivered, dead, claimed }, { sent: 30, delivered: 15, dead: 5, claimed: 10 })
      assert.deepEqual(
        queue.deadLetters({ max: 9 }).map(({ origin, data, reason, weight }) => [origin, data, reason, weight]),
        [
          ['me', 'bad', '400', 1],
          ['me', 'bad', '400', 4],
        ],
      )
      assert.equal(queue.requeueDead(), 2)
      assert.equal(assertBalance(queue).pending, 5)
      assert.equal(queue.receive('reader', { max: 9 }).length, 2)
    })

    it('change nothing unless all are still held', () => {
      const queue = make()
      queue.send([envelope(1), envelope(2)])
      const [first] = queue.receive('reader', { max: 1, leaseMs })
      const before = queue.status()
      assert.equal(queue.settle({ done: [first?.id ?? 0, 2], dead: [bad(1)] }), 1)
      assert.deepEqual(assertBalance(queue), before)
      assert.equal(queue.settle({ done: [], dead: [] }), 0)
      assert.equal(queue.lastId(), 2)
    })

    it('may weigh more than what they replace, or nothing', () => {
      const queue = make()
      queue.send([envelope(1, { weight: 2 }), envelope(2, { weight: 0 })])
      claim(queue)
      assert.equal(queue.settle({ done: [1], dead: [bad(7)] }), 1)
      assert.equal(queue.settle({ done: [2], dead: [bad(0)] }), 1)
      const { sent, delivered, dead } = assertBalance(queue)
      assert.deepEqual({ sent, delivered, dead }, { sent: 7, delivered: 0, dead: 7 })
    })

    it('must be serializable', () => {
      const queue = make()
      queue.send(envelope(1))
      claim(queue)
      const before = queue.status()
      const letter = { message: envelope(1n), reason: '' }
      assertQueueError(() => queue.settle({ done: [1], dead: [letter] }), 'SerializationFailed')
      assert.deepEqual(assertBalance(queue), before)
    })
  })

  it('are lost with nobody who dies in the middle: all calls are refused on a closed queue', () => {
    const queue = make()
    queue.close()
    for (const call of [
      () => queue.dead([1], ''),
      () => queue.retry([1], { delayMs: 0, reason: '' }),
      () => queue.extend([1], 1),
      () => queue.settle({ done: [1], dead: [] }),
      () => queue.deadLetters({ max: 1 }),
      () => queue.requeueDead(),
      () => queue.discardDead(),
      () => queue.receive('reader', { max: 1, leaseMs: 1 }),
    ]) {
      assertQueueError(call, 'AccessFailed')
    }
  })
})
