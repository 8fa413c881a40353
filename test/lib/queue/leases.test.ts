import assert from 'node:assert/strict'
import { SPAN_MAX_MS } from '../../../lib/queue/lease'
import { Queue } from '../../../lib/queue/queue'
import { assertBalance, assertQueueError, closing, envelope, locking, scratchFolder, sql } from './scratch'

const capacityBytes = 4 * 1024 * 1024
const leaseMs = 1000

describe('leases of a queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  let nowMs = 0
  const clock = () => nowMs
  /** Two connections to a queue with messages 1 to `count`. */
  const pair = (count = 1) => {
    nowMs = 1_000_000
    const a = keep(Queue.create(folder.file(), { capacityBytes, clock }))
    const b = keep(Queue.connect(a.path, { clock }))
    a.send(Array.from({ length: count }, (_, index) => envelope(index + 1)))
    return { a, b }
  }
  const claim = (queue: Queue, max = 10) => queue.receive('reader', { max, leaseMs }).map(({ id }) => id)

  it('give nobody else what is claimed, with a lease or without', () => {
    const { a, b } = pair(3)
    assert.deepEqual(claim(a, 2), [1, 2])
    assert.deepEqual(claim(a), [3])
    assert.deepEqual(claim(b), [])
    assert.deepEqual(b.receive('reader', { max: 10 }), [])
    const { claimed, pending, messages } = assertBalance(a)
    assert.deepEqual({ claimed, pending, messages }, { claimed: 3, pending: 0, messages: 3 })
  })

  it('end to the millisecond, without anybody doing anything', () => {
    const { a, b } = pair()
    claim(a)
    nowMs += leaseMs - 1
    assert.deepEqual(claim(b), [])
    assert.equal(assertBalance(b).claimed, 1)
    nowMs += 1
    assert.deepEqual([assertBalance(b).claimed, assertBalance(b).pending], [0, 1])
    assert.deepEqual(claim(b), [1])
  })

  it('are counted in a message: how often it was claimed before', () => {
    const { a, b } = pair()
    for (const [attempts, queue] of [a, b, b, a].entries()) {
      assert.deepEqual(
        queue.receive('reader', { max: 1, leaseMs }).map((message) => message.attempts),
        [attempts],
      )
      nowMs += leaseMs
    }
    assert.deepEqual(
      a.receive('reader', { max: 1 }).map(({ attempts }) => attempts),
      [4],
    )
  })

  type Deed = 'ack' | 'extend' | 'retry' | 'dead' | 'settle'
  const deeds: Record<Deed, (queue: Queue, ids: number[]) => number> = {
    ack: (queue, ids) => queue.ack(ids),
    extend: (queue, ids) => queue.extend(ids, leaseMs),
    retry: (queue, ids) => queue.retry(ids, { delayMs: 5 * leaseMs, reason: 'later' }),
    dead: (queue, ids) => queue.dead(ids, 'never'),
    settle: (queue, ids) => queue.settle({ done: ids, dead: [] }),
  }
  const all: Deed[] = ['ack', 'extend', 'retry', 'dead', 'settle']

  for (const deed of all) {
    const act = deeds[deed]

    it(`let their holder ${deed}, in time or late as long as nobody else has taken the message`, () => {
      for (const lateMs of [0, leaseMs - 1, leaseMs, 100 * leaseMs]) {
        const { a } = pair()
        claim(a)
        nowMs += lateMs
        assert.equal(act(a, [1]), 1, `${lateMs} ms later`)
        assertBalance(a)
      }
    })

    it(`let nobody ${deed} what another one holds, holds no more, or what was never received`, () => {
      const { a, b } = pair()
      assert.equal(act(a, [1]), 0, 'never received')
      claim(a)
      assert.equal(act(b, [1]), 0, 'never claimed by this one')
      nowMs += leaseMs
      assert.equal(act(b, [1]), 0, 'over, but never claimed by this one')
      assert.equal(b.tail(0, 10).length, 1)
      const { claimed, pending, delivered } = assertBalance(b)
      assert.deepEqual({ claimed, pending, delivered }, { claimed: 0, pending: 1, delivered: 0 })
    })

    for (const other of [...all, 'nothing'] as const) {
      it(`refuse a late ${deed} once another one has claimed the message and done this to it: ${other}`, () => {
        const { a, b } = pair()
        claim(a)
        nowMs += leaseMs
        assert.deepEqual(claim(b), [1])
        if (other !== 'nothing') assert.equal(deeds[other](b, [1]), 1)
        const before = { ...assertBalance(b), letters: b.deadLetters({ max: 10 }) }
        assert.equal(act(a, [1]), 0)
        assert.deepEqual({ ...assertBalance(b), letters: b.deadLetters({ max: 10 }) }, before)
        // nor when that one's lease is over as well
        nowMs += leaseMs
        assert.equal(act(a, [1]), 0)
        assert.equal(assertBalance(b).delivered, before.delivered)
      })
    }

    it(`take each id once for ${deed}, and pass over ids that are none`, () => {
      const { a } = pair(2)
      claim(a)
      assert.equal(deed === 'settle' ? 2 : act(a, [1, 1, 999, 0, -1, Number.NaN, 1.5, 2]), 2)
      assert.equal(act(a, []), 0)
      assertBalance(a)
    })
  }

  it('are not of a requeued dead letter: the former holder has lost it', () => {
    const { a, b } = pair()
    claim(a)
    nowMs += leaseMs
    claim(b)
    b.dead([1], 'x')
    assert.equal(b.requeueDead(), 1)
    assert.equal(a.ack([1]), 0)
    assert.equal(assertBalance(a).pending, 1)
  })

  it('may be extended for ever, a part of them as well', () => {
    const { a, b } = pair(2)
    claim(a)
    for (let round = 0; round < 5; round++) {
      nowMs += leaseMs - 1
      assert.equal(a.extend([1], leaseMs), 1)
    }
    assert.deepEqual(claim(b), [2])
    assert.equal(a.ack([1, 2]), 1)
  })

  it('leave what was received without one to be acknowledged, until somebody claims it', () => {
    const { a, b } = pair(2)
    assert.equal(a.receive('reader', { max: 10 }).length, 2)
    assert.deepEqual(claim(b, 1), [1])
    assert.equal(a.ack([1, 2]), 1)
    nowMs += leaseMs
    // received without a lease once more, so it may
    assert.equal(a.receive('reader', { max: 10 }).length, 1)
    assert.equal(a.ack([1]), 1)
    assert.equal(b.ack([1]), 0)
    assert.equal(assertBalance(a).delivered, 2)
  })

  it('end when the machine starts anew, since its clock does', () => {
    for (const bootMs of [0, 500, 60_000]) {
      const { a, b } = pair(2)
      claim(a, 1)
      claim(b, 1)
      b.retry([2], { delayMs: 3_600_000, reason: 'an hour' })
      nowMs = bootMs
      const { claimed, retry, pending } = assertBalance(b)
      assert.deepEqual({ claimed, retry, pending }, { claimed: 0, retry: 1, pending: 1 })
      assert.deepEqual(claim(b), [1, 2])
      assert.equal(assertBalance(b).claimed, 2)
      assert.deepEqual(claim(b), [])
    }
  })

  it('of an earlier start that look like ours last no longer than they were meant to', () => {
    const { a, b } = pair()
    nowMs = 500
    claim(a)
    // started anew, and already further than the clock was then
    nowMs = 700
    assert.deepEqual(claim(b), [])
    nowMs = 500 + leaseMs
    assert.deepEqual(claim(b), [1])
  })

  it('that somebody has bent do not keep a message for ever', () => {
    for (const change of [
      'due_ms = NULL',
      "due_ms = 'x'",
      "due_ms = x'00'",
      `due_ms = ${Number.MAX_SAFE_INTEGER}`,
      'due_ms = 9223372036854775807',
      'span_ms = -1',
      "span_ms = 'x', due_ms = 'x'",
      'due_ms = 9223372036854775807, span_ms = 9223372036854775807',
      "attempts = 'x', holder = 'x', weight = 'x', due_ms = 0",
      'attempts = 9223372036854775807, due_ms = 0',
    ]) {
      const { a, b } = pair()
      claim(a)
      sql(a.path, `UPDATE claim SET ${change}`)
      assert.deepEqual(claim(b), [1], change)
      assert.equal(b.ack([1]), 1)
      b.status()
    }
  })

  it('must be of a sound length', () => {
    const { a } = pair()
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, SPAN_MAX_MS + 1]) {
      assert.throws(() => a.receive('reader', { max: 1, leaseMs: ms }), RangeError)
      assert.throws(() => a.extend([1], ms), RangeError)
      if (ms !== 0) assert.throws(() => a.retry([1], { delayMs: ms, reason: '' }), RangeError)
    }
    assert.equal(a.receive('reader', { max: 1, leaseMs: 1.5 }).length, 1)
  })

  describe('and retries', () => {
    it('put back for anybody, after the delay and no sooner', () => {
      const { a, b } = pair(2)
      claim(a)
      assert.equal(a.retry([1], { delayMs: 500, reason: 'down' }), 1)
      assert.deepEqual(claim(b), [])
      const { claimed, retry } = assertBalance(a)
      assert.deepEqual({ claimed, retry }, { claimed: 1, retry: 1 })
      assert.equal(a.ack([1]), 0)
      nowMs += 500
      assert.equal(assertBalance(a).retry, 1)
      assert.deepEqual(claim(b), [1])
      assert.equal(assertBalance(a).retry, 0)
      // its holder dies: put back it was, and is
      nowMs += leaseMs
      assert.equal(assertBalance(a).retry, 1)
      assert.deepEqual(claim(a), [1, 2])
      a.ack([1, 2])
      assert.equal(assertBalance(a).delivered, 2)
    })

    it('without a delay are there at once, for the same one too, and keep their place', () => {
      const { a } = pair(3)
      assert.deepEqual(claim(a, 2), [1, 2])
      a.retry([2, 1], { delayMs: 0, reason: '' })
      assert.deepEqual(claim(a), [1, 2, 3])
    })

    it('work for what was received without a lease', () => {
      const { a, b } = pair()
      a.receive('reader', { max: 1 })
      assert.equal(a.retry([1], { delayMs: 10, reason: 'x' }), 1)
      assert.deepEqual(a.receive('reader', { max: 1 }), [])
      assert.equal(a.ack([1]), 0)
      nowMs += 10
      assert.deepEqual(claim(b), [1])
      assert.equal(assertBalance(a).claimed, 1)
    })
  })

  it('go by priority, then age, over what was claimed before', () => {
    const { a, b } = pair(2)
    a.send([envelope('c'), envelope('d')], { priority: 1 })
    a.send(envelope('e'), { priority: -1 })
    assert.deepEqual(claim(a, 3), [3, 4, 1])
    assert.deepEqual(claim(b), [2, 5])
    nowMs += leaseMs
    const messages = b.receive('reader', { max: 10, leaseMs })
    assert.deepEqual(
      messages.map(({ id, priority }) => [id, priority]),
      [
        [3, 1],
        [4, 1],
        [1, 0],
        [2, 0],
        [5, -1],
      ],
    )
  })

  it('are given for no more bytes than wanted, but always for one message', () => {
    const { a } = pair(0)
    for (const size of [5000, 1000, 1000, 1000]) a.send(envelope(new Uint8Array(size)))
    assert.deepEqual(
      a.receive('reader', { max: 10, maxBytes: 6500 }).map(({ id }) => id),
      [1, 2],
    )
    const claimed = () => a.receive('reader', { max: 10, leaseMs, maxBytes: 2000 }).map(({ id }) => id)
    assert.deepEqual([claimed(), claimed(), claimed(), claimed()], [[1], [2, 3], [4], []])
  })

  it('count a compressed body with its real size', () => {
    const { a } = pair(0)
    const sender = keep(Queue.connect(a.path, { compressAboveBytes: 100 }))
    sender.send([1, 2, 3].map(() => envelope(new Uint8Array(1000))))
    assert.deepEqual(
      a.receive('reader', { max: 10, leaseMs, maxBytes: 2500 }).map(({ id }) => id),
      [1, 2],
    )
  })

  it('pass over garbage, which becomes dead letters, and never come back empty because of it', () => {
    const { a } = pair(250)
    sql(a.path, 'UPDATE message SET crc = 1, weight = 3 WHERE id <= 230')
    assert.equal(a.receive('reader', { max: 100, leaseMs }).length, 20)
    const { dead, claimed } = a.status()
    assert.deepEqual({ dead, claimed }, { dead: 690, claimed: 20 })
  })

  it('cost no more with a million waiting than with ten', function () {
    this.timeout(60_000)
    const cost = (count: number) => {
      nowMs = 1_000_000
      const queue = keep(Queue.create(folder.file(), { capacityBytes: 256 * capacityBytes, clock }))
      queue.send(envelope(0))
      sql(
        queue.path,
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO message (recipient, title, origin, time, priority, weight, kind, crc, body)
         SELECT recipient, title, origin, time, i % 3, 1, kind, crc, body FROM n, message WHERE id = 1`,
        count,
      )
      const times = Array.from({ length: 20 }, () => {
        const begin = performance.now()
        assert.equal(claim(queue).length, 10)
        queue.status()
        return performance.now() - begin
      })
      queue.destroy()
      return times.sort((x, y) => x - y)[5] ?? Number.NaN
    }
    const few = cost(1000)
    const many = cost(1_000_000)
    assert.ok(many < 10 * few + 1, `${few} ms with a thousand, ${many} ms with a million`)
  })

  it('need the lock only where there is something to claim', () => {
    const { a, b } = pair(0)
    const impatient = keep(Queue.connect(a.path, { busyTimeoutMs: 0, clock }))
    const writer = locking(a.path)
    assert.deepEqual(impatient.receive('reader', { max: 1, leaseMs }), [])
    writer.release()
    b.send(envelope(1))
    const again = locking(a.path)
    assert.equal(assertQueueError(() => claim(impatient), 'AccessFailed').busy, true)
    again.release()
    assert.deepEqual(claim(impatient), [1])
  })
})
