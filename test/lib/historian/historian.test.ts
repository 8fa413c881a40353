import assert from 'node:assert/strict'
import { decodeReadings } from '../../../lib/contract/readings'
import { LEASE_MS } from '../../../lib/historian/queue-hold'
import { type Reading, readingsOf } from '../../../lib/historian/reading'
import { ASK_AGAIN_MS } from '../../../lib/historian/suspects'
import { QueueError } from '../../../lib/queue/queue-error'
import { batchOf, bodyOf, sourceOf } from './readings-of-test'
import { HistorianBench } from './scripted-database'

const T0 = 1_700_000_000_000
const later = { kind: 'later', reason: 'busy' } as const
const BUSY = new QueueError('AccessFailed', 'locked', { busy: true })

function bytesOf(data: unknown): Uint8Array {
  return data instanceof Uint8Array ? data : new Uint8Array()
}

describe('the historian', () => {
  let bench: HistorianBench

  beforeEach(() => {
    bench = new HistorianBench()
  })
  afterEach(async () => {
    if (bench.links.length > 0) await bench.stop()
  })

  /** A message of so many readings of three values, a second after the other; returns its samples. */
  function send(count: number, from = 0, collector = 'press 1', names = ['a', 'b', 'c']): number {
    const batches = Array.from({ length: count }, (_, index) =>
      batchOf(
        T0 + (from + index) * 1000,
        names.map((_, column) => from + index + column / 10),
      ),
    )
    bench.queue.send(bodyOf(sourceOf(names, { collector }), batches), count * names.length)
    return count * names.length
  }

  async function deliverAll(ms = 5000): Promise<void> {
    if (bench.ended === 'running' && bench.links.length === 0) bench.start()
    await bench.clock.advance(ms)
  }

  it('merges what is there of all readers into one write, in order', async () => {
    const samples = send(3) + send(2, 3, 'press 2') + send(1, 5)
    await deliverAll()
    assert.deepEqual(bench.database.writes, [6])
    assert.equal(bench.database.values.size, samples)
    assert.equal(bench.queue.delivered, samples)
    assert.equal(bench.delivered, samples)
    assert.equal(bench.link, 'connected')
  })

  it('writes at most so many readings at once', async () => {
    bench = new HistorianBench({ batchSize: 4 })
    send(10)
    await deliverAll()
    assert.deepEqual(bench.database.writes, [4, 4, 2])
  })

  it('shows that it is alive while nothing comes', async () => {
    await deliverAll(60_000)
    assert.ok(bench.cycles >= 60)
    assert.equal(bench.link, 'connecting')
  })

  it('is done with a message that has no good value', async () => {
    bench.queue.send(bodyOf(sourceOf(['a']), [batchOf(T0, [null])]), 0)
    await deliverAll()
    assert.deepEqual(bench.database.writes, [])
    assert.deepEqual(bench.queue.status(), { pending: 0, claimed: 0, retry: 0, dead: 0 })
  })

  it('makes a dead letter of what is no message of readings', async () => {
    bench.queue.send(Buffer.from('nonsense'), 7)
    bench.queue.send('text', 5)
    bench.queue.send(bodyOf(sourceOf(['a']), [batchOf(T0, [1])]), 1, { title: 'samples' })
    send(1)
    await deliverAll()
    assert.equal(bench.queue.letters.length, 3)
    assert.equal(bench.refused, 13)
    assert.equal(bench.database.values.size, 3)
  })

  describe('when the database refuses', () => {
    const isBad = ({ time }: Reading): boolean => time === T0 + 7777 * 1000
    const conflict = 'field type conflict: "b" is a float'

    function refuseOneValue(): void {
      bench.database.answer = (readings) =>
        readings.some((reading) => isBad(reading) && reading.fields.some(({ column }) => column.name === 'b'))
          ? { kind: 'refused', reason: conflict }
          : undefined
    }

    it('one value in 10 000 readings, only that one becomes a dead letter, with the reason, and can go again', async () => {
      for (let from = 0; from < 10_000; from += 500) send(500, from)
      refuseOneValue()
      await deliverAll(60_000)
      assert.equal(bench.database.values.size, 29_999)
      const [letter, ...more] = bench.queue.letters
      assert.deepEqual(more, [])
      assert.equal(letter?.reason, conflict)
      assert.equal(letter.message.weight, 1)
      const readings = decodeReadings(bytesOf(letter.message.data))
      const [reading] = readings ? readingsOf(readings) : []
      assert.equal(reading?.time, T0 + 7777 * 1000)
      assert.deepEqual(
        reading.fields.map(({ column, value }) => [column.name, value]),
        [['b', 7777.1]],
      )
      assert.deepEqual([bench.delivered, bench.refused], [29_999, 1])
      assert.deepEqual(bench.links.at(-1), {
        link: 'degraded',
        reason: `the database refuses "b" of "plant": ${conflict}`,
      })
      assert.ok(bench.database.writes.length < 60, String(bench.database.writes.length))
      bench.assertBalanced()

      bench.queue.requeueDead()
      bench.database.answer = () => undefined
      await deliverAll()
      assert.equal(bench.database.values.size, 30_000)
      assert.equal(bench.queue.delivered, 30_000)
    })

    it('a field of a type in every cycle, it is asked once a minute and costs the others nothing', async () => {
      bench.database.answer = (readings) =>
        readings.some(({ fields }) => fields.some(({ column }) => column.name === 'b'))
          ? { kind: 'refused', reason: conflict }
          : undefined
      send(1)
      await deliverAll()
      bench.database.writes.length = 0
      for (let round = 1; round <= 10; round++) {
        send(1, round)
        send(5, 100 * round, 'press 2', ['a', 'c'])
        await deliverAll()
      }
      assert.deepEqual(bench.database.writes, Array(10).fill(6))
      assert.equal(bench.queue.letters.length, 11)

      bench.database.writes.length = 0
      await deliverAll(ASK_AGAIN_MS)
      send(1, 40)
      send(1, 41)
      await deliverAll()
      assert.deepEqual(bench.database.writes, [2, 1], 'one of both')
      assert.equal(bench.queue.letters.length, 13)

      bench.database.answer = () => undefined
      await deliverAll(ASK_AGAIN_MS)
      send(1, 50)
      await deliverAll()
      bench.database.writes.length = 0
      send(1, 51)
      await deliverAll()
      assert.deepEqual(bench.database.writes, [1], 'it is trusted again')
    })

    it('whole readings, for their time say, each is one dead letter after few questions', async () => {
      let now = 0
      bench.database.answer = (readings) =>
        readings.some(({ time }) => time < T0 + 2000)
          ? { kind: 'refused', reason: `older than 2026-11-06T08:00:${String(now++).padStart(2, '0')}.5Z: dropped` }
          : undefined
      const names = Array.from({ length: 100 }, (_, index) => `tag ${index}`)
      send(8, 0, 'press 1', names)
      await deliverAll()
      assert.deepEqual(
        bench.queue.letters.map(({ message }) => message.weight),
        [100, 100],
      )
      assert.equal(bench.database.values.size, 600)
      assert.ok(bench.database.writes.length <= 15, String(bench.database.writes.length))
    })

    it('everything, everything is kept', async () => {
      bench.database.answer = () => ({ kind: 'refused', reason: 'no' })
      const samples = send(50)
      await deliverAll(600_000)
      assert.equal(bench.queue.status().dead, samples)
      assert.equal(bench.queue.letters.length, 50)
    })

    it('and then does not answer, the search goes on where nothing is forgotten and nothing counted twice', async () => {
      let writes = 0
      bench.database.answer = (readings) => {
        if (++writes % 4 === 0 && writes < 12) return later
        return readings.some(({ time }) => time === T0 + 3000) ? { kind: 'refused', reason: 'no' } : undefined
      }
      const samples = send(2) + send(3, 2) + send(2, 5)
      await deliverAll(600_000)
      assert.equal(bench.queue.letters.length, 1)
      assert.equal(bench.database.values.size, samples - 3)
      assert.deepEqual([bench.delivered, bench.refused], [samples - 3, 3])
    })

    it('what is too large, it comes in smaller batches from then on', async () => {
      bench.database.answer = (readings) => (readings.length > 10 ? { kind: 'too-large', reason: '413' } : undefined)
      const samples = send(64)
      await deliverAll()
      assert.equal(bench.database.values.size, samples)
      bench.database.writes.length = 0
      send(64, 100)
      await deliverAll()
      assert.ok(
        bench.database.writes.every((count) => count <= 12),
        String(bench.database.writes),
      )
      assert.equal(bench.queue.letters.length, 0)
    })

    it('a single value for its size, that one is a dead letter', async () => {
      bench.database.answer = (readings) =>
        readings.some(({ fields }) => fields.some(({ value }) => value === 2.1))
          ? { kind: 'too-large', reason: '413' }
          : undefined
      send(5)
      await deliverAll()
      assert.equal(bench.database.values.size, 14)
      assert.deepEqual(
        bench.queue.letters.map(({ reason, message }) => [reason, message.weight]),
        [['413', 1]],
      )
    })
  })

  describe('when the database is away for ten minutes', () => {
    const table: [string, ReturnType<HistorianBench['database']['answer']>, { most: number }][] = [
      ['does not answer', 'hang', { most: 25 }],
      ['says "later"', later, { most: 20 }],
      ['says when', { kind: 'later', reason: '429', afterMs: 5000 }, { most: 125 }],
      ['says at once', { kind: 'later', reason: '429', afterMs: 0 }, { most: 650 }],
      ['does not know the login', { kind: 'blocked', reason: '401' }, { most: 30 }],
    ]
    for (const [what, answer, { most }] of table) {
      it(`and ${what}, nothing is lost, and the backlog comes in order`, async () => {
        bench.database.answer = () => answer
        bench.start()
        let samples = 0
        for (let second = 0; second < 600; second++) {
          samples += send(1, second)
          await bench.clock.advance(1000)
        }
        assert.equal(bench.database.values.size, 0)
        assert.equal(bench.link, 'disconnected')
        assert.ok(
          bench.database.writes.length >= 8 && bench.database.writes.length <= most,
          String(bench.database.writes.length),
        )
        assert.equal(bench.queue.letters.length, 0)
        bench.assertBalanced()
        bench.database.answer = () => undefined
        await bench.clock.advance(70_000)
        assert.equal(bench.database.values.size, samples)
        assert.equal(bench.queue.delivered, samples)
        assert.deepEqual(
          bench.database.times,
          bench.database.times.toSorted((a, b) => a - b),
        )
        assert.equal(bench.link, 'connected')
      })
    }

    it('and takes some of it now and then, it is asked again soon', async () => {
      bench = new HistorianBench({ batchSize: 1 })
      bench.database.answer = () => (bench.database.writes.length % 2 === 0 ? later : undefined)
      for (let message = 0; message < 20; message++) send(1, message)
      await deliverAll(30_000)
      assert.equal(bench.queue.delivered, 60)
      assert.ok(Math.max(...bench.queue.delays) <= 1000)
    })

    it('says why, once', async () => {
      bench.database.answer = () => later
      send(1)
      await deliverAll(60_000)
      assert.deepEqual(bench.links, [
        { link: 'connecting', reason: '' },
        { link: 'disconnected', reason: 'busy' },
      ])
    })

    it('holds one claim only, however much waits', async () => {
      bench.database.answer = () => later
      bench.start()
      for (let message = 0; message < 3000; message++) send(20, message * 20)
      await bench.clock.advance(60_000)
      const { retry } = bench.queue.status()
      const bytes = bodyOf(sourceOf(['a', 'b', 'c']), Array(20).fill(batchOf(T0, [1, 2, 3]))).length
      assert.ok(retry > 0 && (retry / 60) * bytes <= 1024 * 1024, `${retry} samples`)
      bench.database.answer = () => undefined
      await bench.clock.advance(120_000)
      assert.equal(bench.database.values.size, 180_000)
    })
  })

  describe('while nothing comes', () => {
    it('says whether the database could be written, where that can be known', async () => {
      for (const [verdict, link] of [
        [{ kind: 'accepted' }, 'connected'],
        [{ kind: 'later', reason: 'the disk is full' }, 'disconnected'],
      ] as const) {
        bench = new HistorianBench({ probe: async () => verdict })
        bench.start()
        await bench.clock.advance(2000)
        assert.equal(bench.links.at(-1)?.link, link)
        bench.historian.stop(1000)
        await bench.clock.advance(2000)
      }
    })

    it('says that it is connecting where it cannot', async () => {
      bench.start()
      await bench.clock.advance(2000)
      assert.deepEqual(
        bench.links.map(({ link }) => link),
        ['connecting'],
      )
    })
  })

  describe('stopping', () => {
    it('is done at once when nothing is held', async () => {
      bench.start()
      await bench.clock.advance(100)
      bench.historian.stop(1000)
      await bench.clock.advance(100)
      assert.equal(bench.ended, 'stopped')
      assert.equal(bench.queue.closed, 1)
      assert.equal(bench.database.closed, 1)
      assert.equal(bench.clock.pending, 0)
    })

    it('finishes what it is writing', async () => {
      bench.database.takesMs = 500
      const samples = send(1)
      bench.start()
      await bench.clock.advance(100)
      bench.historian.stop(1000)
      await bench.clock.advance(600)
      assert.equal(bench.ended, 'stopped')
      assert.equal(bench.queue.delivered, samples)
    })

    it('gives back at the end of its grace what it could not finish, ready for the next', async () => {
      bench.database.answer = () => 'hang'
      const samples = send(1)
      bench.start()
      await bench.clock.advance(100)
      bench.historian.stop(1000)
      await bench.clock.advance(900)
      assert.equal(bench.ended, 'running')
      await bench.clock.advance(200)
      assert.equal(bench.ended, 'stopped')
      assert.deepEqual(bench.queue.status(), { pending: 0, claimed: 0, retry: samples, dead: 0 })
      assert.deepEqual(bench.queue.delays, [0])
    })

    it('does not wait for the end of a pause', async () => {
      bench.database.answer = () => ({ kind: 'blocked', reason: '401' })
      send(1)
      bench.start()
      await bench.clock.advance(100)
      bench.historian.stop(1000)
      await bench.clock.advance(10)
      assert.equal(bench.ended, 'stopped')
    })

    it('can be hurried', async () => {
      bench.database.answer = () => 'hang'
      send(1)
      bench.start()
      await bench.clock.advance(100)
      bench.historian.stop(10_000)
      bench.historian.stop(50)
      await bench.clock.advance(100)
      assert.equal(bench.ended, 'stopped')
    })
  })

  describe('and the queue', () => {
    it('keeps what is being written, however long that takes', async () => {
      bench = new HistorianBench({ batchSize: 1 })
      bench.database.takesMs = LEASE_MS / 3
      const samples = send(20)
      bench.start()
      await bench.clock.advance(20 * (LEASE_MS / 3) + 1000)
      assert.equal(bench.queue.delivered, samples)
      assert.equal(bench.database.times.length, 20, 'nothing came twice')
    })

    it('keeps what a single write is about, though that takes longer than a lease', async () => {
      bench.database.takesMs = 3 * LEASE_MS
      const samples = send(1)
      bench.start()
      await bench.clock.advance(3 * LEASE_MS + 1000)
      assert.equal(bench.queue.delivered, samples)
      assert.deepEqual(bench.database.times, [T0])
    })

    it('does not count what somebody else has by now', async () => {
      bench.queue.extend = () => {
        throw BUSY
      }
      bench.database.takesMs = LEASE_MS + 1000
      const samples = send(1)
      bench.start()
      await bench.clock.advance(LEASE_MS + 1000)
      bench.database.takesMs = 0
      await bench.clock.advance(5000)
      assert.equal(bench.queue.delivered, samples)
      assert.deepEqual(bench.database.times, [T0, T0])
    })

    it('is opened again until it can be', async () => {
      bench.closedDoors.push(
        new QueueError('AccessFailed', 'no such file'),
        new QueueError('CorruptedData', 'no queue'),
        BUSY,
      )
      send(1)
      await deliverAll(10_000)
      assert.equal(bench.database.values.size, 3)
      assert.match(bench.failures[0] ?? '', /queue.*AccessFailed.*no such file/)
      assert.equal(bench.failures.length, 3)
    })

    const kinds: [string, QueueError][] = [
      ['locked', BUSY],
      ['full', new QueueError('QueueFull', 'disk full')],
      ['damaged', new QueueError('CorruptedData', 'malformed')],
      ['gone', new QueueError('AccessFailed', 'no such file')],
    ]
    for (const [what, error] of kinds) {
      for (const method of ['receiveWithin', 'extend', 'ack', 'retry', 'settle', 'dead']) {
        it(`may be ${what} in ${method}: it goes on afterwards`, async () => {
          bench.database.takesMs = 16_000
          const bad = ({ time }: Reading): boolean => time === T0 + 1000
          bench.database.answer = (readings) =>
            method === 'retry' && bench.database.writes.length === 1
              ? later
              : readings.some(bad)
                ? { kind: 'refused', reason: 'no' }
                : undefined
          bench.queue.faults.push({ method, error })
          // What could not be given back comes back by itself.
          if (method !== 'retry') bench.queue.faults.push({ method, error })
          bench.queue.send(Buffer.from('nonsense'), 1)
          send(3)
          send(1, 3)
          await deliverAll(200 * LEASE_MS)
          assert.equal(bench.queue.faults.length, 0)
          assert.equal(bench.database.values.size, 9)
          assert.deepEqual(bench.queue.letters.map(({ message }) => message.weight).sort(), [1, 3])
          assert.equal(bench.queue.status().claimed, 0)
          bench.assertBalanced()
        })
      }
    }

    it('cannot hold a dead letter of that size: the whole message is one', async () => {
      bench.database.answer = (readings) =>
        readings.some(({ time }) => time === T0) ? { kind: 'refused', reason: 'no' } : undefined
      bench.queue.faults.push({ method: 'settle', error: new QueueError('SerializationFailed', 'too large') })
      send(2)
      await deliverAll()
      assert.equal(bench.queue.status().dead, 6)
      assert.equal(bench.queue.letters[0]?.reason, 'no')
    })

    it('is not blamed for a mistake of ours', async () => {
      const bug = new TypeError('a mistake')
      bench.database.answer = () => {
        throw bug
      }
      send(1)
      bench.start()
      await bench.clock.advance(1000)
      assert.equal(bench.ended, bug)
      assert.equal(bench.database.closed, 1)
      bench = new HistorianBench().start()
    })
  })
})
