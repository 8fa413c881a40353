import assert from 'node:assert/strict'
import { Queue, QueueError } from '../../../lib/queue/queue'
import { randomNumbers } from '../../support/random'
import { assertBalance, assertIntact, closing, envelope, scratchFolder, sql } from './scratch'

const leaseMs = 100

/** What must be true of a queue, kept beside it: id -> what has become of the message. */
type Fate = { weight: number; holder: number | undefined; untilMs: number; putBack: boolean }

describe('totals of a queue', () => {
  const folder = scratchFolder()
  const keep = closing()

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`are exact after every operation of several connections, whatever they do: seed ${seed}`, () => {
      const random = randomNumbers(seed)
      const upTo = (max: number) => Math.floor(random() * max)
      let nowMs = 1000
      const options = { capacityBytes: 16 * 1024 * 1024, clock: () => nowMs }
      const path = folder.file()
      const queues = [keep(Queue.create(path, options)), ...[1, 2].map(() => keep(Queue.connect(path, options)))]
      const waiting = new Map<number, Fate>()
      const letters = new Map<number, number>()
      const expected = { sent: 0, delivered: 0, dropped: 0 }
      let lastId = 0

      const isFree = ({ untilMs }: Fate) => untilMs <= nowMs
      const held = (ids: number[], me: number) => ids.filter((id) => waiting.get(id)?.holder === me)
      const weightOf = (ids: Iterable<number>) => [...ids].reduce((sum, id) => sum + (waiting.get(id)?.weight ?? 0), 0)
      const someIds = () => {
        const all = [...waiting.keys()]
        return [...new Set(Array.from({ length: upTo(6) }, () => all[upTo(all.length)] ?? 999_999))]
      }
      const leave = (ids: number[]) => {
        for (const id of ids) waiting.delete(id)
      }

      const operations: ((queue: Queue, me: number) => void)[] = [
        (queue) => {
          const weights = Array.from({ length: 1 + upTo(4) }, () => (random() < 0.5 ? 1 : upTo(20)))
          queue.send(
            weights.map((weight) => envelope(weight, { weight })),
            { priority: upTo(3) },
          )
          for (const weight of weights) {
            waiting.set(++lastId, { weight, holder: undefined, untilMs: 0, putBack: false })
            expected.sent += weight
          }
        },
        (queue, me) => {
          const free = [...waiting].filter(([, fate]) => isFree(fate)).length
          const max = 1 + upTo(8)
          const messages = queue.receive('reader', { max, leaseMs })
          assert.equal(messages.length, Math.min(max, free))
          for (const { id, weight } of messages) {
            const fate = waiting.get(id)
            assert.ok(fate && isFree(fate) && fate.weight === weight)
            Object.assign(fate, { holder: me, untilMs: nowMs + leaseMs })
          }
        },
        (queue, me) => {
          const ids = someIds()
          const mine = held(ids, me)
          assert.equal(queue.ack(ids), mine.length)
          expected.delivered += weightOf(mine)
          leave(mine)
        },
        (queue, me) => {
          const ids = someIds()
          const mine = held(ids, me)
          const delayMs = upTo(2 * leaseMs)
          assert.equal(queue.retry(ids, { delayMs, reason: 'x' }), mine.length)
          for (const id of mine) {
            const fate = waiting.get(id)
            if (fate) Object.assign(fate, { holder: undefined, untilMs: nowMs + delayMs, putBack: true })
          }
        },
        (queue, me) => {
          const ids = someIds()
          const mine = held(ids, me)
          assert.equal(queue.extend(ids, 2 * leaseMs), mine.length)
          for (const id of mine) {
            const fate = waiting.get(id)
            if (fate) fate.untilMs = nowMs + 2 * leaseMs
          }
        },
        (queue, me) => {
          const ids = someIds()
          const mine = held(ids, me)
          assert.equal(queue.dead(ids, 'x'), mine.length)
          for (const id of mine) letters.set(id, waiting.get(id)?.weight ?? 0)
          leave(mine)
        },
        (queue, me) => {
          const ids = random() < 0.3 ? someIds() : held(someIds(), me)
          const mine = held(ids, me)
          const weights = Array.from({ length: upTo(3) }, () => upTo(8))
          const dead = weights.map((weight) => ({ message: envelope('bad', { weight }), reason: 'x' }))
          assert.equal(queue.settle({ done: ids, dead }), mine.length)
          if (mine.length < ids.length) return
          const [done, bad] = [weightOf(mine), weights.reduce((sum, weight) => sum + weight, 0)]
          expected.delivered += Math.max(done - bad, 0)
          expected.sent += Math.max(bad - done, 0)
          for (const weight of weights) letters.set(++lastId, weight)
          leave(mine)
        },
        (queue) => {
          const ids = random() < 0.2 ? undefined : [...letters.keys()].filter(() => random() < 0.3)
          const all = ids ?? [...letters.keys()]
          assert.equal(queue.requeueDead(ids), all.length)
          for (const id of all) {
            waiting.set(id, { weight: letters.get(id) ?? 0, holder: undefined, untilMs: 0, putBack: false })
            letters.delete(id)
          }
        },
        (queue) => {
          const ids = [...letters.keys()].filter(() => random() < 0.2)
          assert.equal(queue.discardDead(ids), ids.length)
          for (const id of ids) {
            expected.dropped += letters.get(id) ?? 0
            letters.delete(id)
          }
        },
        (queue) => {
          // a row that nobody can read any more
          const victim = someIds().find((id) => waiting.get(id)?.holder === undefined)
          if (victim === undefined || !waiting.has(victim)) return
          sql(path, 'UPDATE message SET crc = -1 WHERE id = ?', victim)
          queue.tail(victim - 1, 1)
          // buried: it stays a dead letter that cannot be requeued, so it is discarded here
          const weight = waiting.get(victim)?.weight ?? 0
          waiting.delete(victim)
          assert.equal(queue.discardDead([victim]), 1)
          expected.dropped += weight
        },
        (queue) => {
          if (random() < 0.8) return
          const through = upTo(lastId + 1)
          const gone = [...waiting.keys()].filter((id) => id <= through)
          assert.equal(queue.discardThrough(through), gone.length)
          expected.delivered += weightOf(gone)
          leave(gone)
        },
        () => {
          nowMs += upTo(leaseMs)
        },
      ]

      for (let round = 0; round < 400; round++) {
        const me = upTo(queues.length)
        const queue = queues[me]
        const operation = operations[upTo(operations.length)]
        assert.ok(queue && operation)
        operation(queue, me)
        const { sent, delivered, dropped, dead, claimed, retry, pending, messages } = assertBalance(queue)
        const sum = (which: (fate: Fate) => boolean) =>
          [...waiting.values()].filter(which).reduce((total, { weight }) => total + weight, 0)
        const isClaimed = (fate: Fate) => fate.holder !== undefined && !isFree(fate)
        assert.deepEqual(
          { sent, delivered, dropped, dead, claimed, retry, pending, messages },
          {
            ...expected,
            dead: [...letters.values()].reduce((total, weight) => total + weight, 0),
            claimed: sum(isClaimed),
            retry: sum((fate) => fate.putBack && !isClaimed(fate)),
            pending: sum((fate) => !fate.putBack && !isClaimed(fate)),
            messages: waiting.size,
          },
          `round ${round}, operation ${operations.indexOf(operation)}`,
        )
      }
      assertIntact(path)
    })
  }

  it('are exact while room is made, with weights, claims and dead letters about', () => {
    const random = randomNumbers(9)
    let nowMs = 0
    const queue = keep(Queue.create(folder.file(), { capacityBytes: 256 * 1024, clock: () => nowMs }))
    for (let round = 0; round < 400; round++) {
      nowMs += 40
      queue.send(envelope(new Uint8Array(Math.floor(random() * 6000)), { weight: round % 7 }))
      const ids = queue.receive('reader', { max: 3, leaseMs }).map(({ id }) => id)
      if (round % 3 === 0) queue.ack(ids.slice(0, 1))
      if (round % 5 === 0) queue.dead(ids.slice(1, 2), 'x')
      if (round % 4 === 0) queue.retry(ids.slice(2), { delayMs: 100, reason: 'x' })
      assertBalance(queue)
    }
    const { dropped, delivered, dead } = queue.status()
    assert.ok(dropped > 50 && delivered > 50 && dead > 10)
  })

  it('prefer to drop what nobody is delivering', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes: 128 * 1024, clock: () => 0 }))
    const body = new Uint8Array(3000)
    queue.send(Array.from({ length: 5 }, () => envelope(body)))
    const ids = queue.receive('reader', { max: 5, leaseMs }).map(({ id }) => id)
    for (let sent = 0; sent < 100; sent++) queue.send(envelope(body))
    assert.ok(assertBalance(queue).dropped > 60)
    assert.equal(queue.ack(ids), 5)
    // but rather that than to refuse
    queue.receive('reader', { max: 1000, leaseMs })
    for (let sent = 0; sent < 10; sent++) queue.send(envelope(body))
    assertBalance(queue)
  })

  it('are the same for who connects later, and after a failed transaction', () => {
    const queue = keep(Queue.create(folder.file(), { capacityBytes: 256 * 1024 }))
    queue.send([envelope(1, { weight: 3 }), envelope(2)])
    assert.throws(() => queue.send([envelope(1, { weight: 3 }), envelope(new Uint8Array(300_000))]), QueueError)
    assert.throws(() => queue.send(envelope(1, { weight: 1.5 })), QueueError)
    assert.throws(() => queue.send(envelope(1, { weight: -1 })), QueueError)
    queue.close()
    const again = keep(Queue.connect(queue.path))
    assert.equal(assertBalance(again).sent, 4)
  })

  it('begin anew with what is there when they were lost, and read as nothing where they are bent', () => {
    const path = folder.file()
    const queue = keep(Queue.create(path, { capacityBytes: 256 * 1024 }))
    queue.send([1, 2, 3, 4].map((data) => envelope(data, { weight: data })))
    queue.receive('reader', { max: 2, leaseMs: 1000 })
    queue.dead([1], 'x')
    queue.ack([2])
    sql(path, 'DELETE FROM queue')
    const again = keep(Queue.create(path, { capacityBytes: 256 * 1024 }))
    const { sent, pending, dead } = assertBalance(again)
    assert.deepEqual({ sent, pending, dead }, { sent: 8, pending: 7, dead: 1 })
    for (const value of ['x', null, 9_223_372_036_854_775_807n, new Uint8Array(3)]) {
      sql(path, 'UPDATE queue SET delivered = ?, dead_bytes = ?', value, value)
      assert.equal(again.status().delivered, 0)
      again.ack(again.receive('reader', { max: 1, leaseMs: 1000 }).map(({ id }) => id))
    }
  })

  it('go on in a queue that replaces another one; what is not known as delivered is dropped', () => {
    const path = folder.file()
    const options = { capacityBytes: 256 * 1024, now: new Date('2030-01-02T03:04:05.678Z') }
    const old = keep(Queue.create(path, options))
    old.send(envelope(1))
    const fresh = keep(Queue.replace(path, options, { sent: 100, delivered: 60, dropped: 30 }))
    assert.equal(fresh.setAside, `${path}.corrupt-2030-01-02T03-04-05-678Z`)
    const { sent, delivered, dropped, pending, messages } = assertBalance(fresh)
    assert.deepEqual(
      { sent, delivered, dropped, pending, messages },
      { sent: 100, delivered: 60, dropped: 40, pending: 0, messages: 0 },
    )
    fresh.send(envelope(2, { weight: 5 }))
    assert.equal(assertBalance(fresh).sent, 105)
    const none = keep(Queue.replace(folder.file(), options, { sent: 0, delivered: 2, dropped: 1 }))
    assert.deepEqual([none.setAside, assertBalance(none).sent], [undefined, 3])
  })
})
