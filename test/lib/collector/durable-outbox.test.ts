import assert from 'node:assert/strict'
import { DurableOutbox } from '../../../lib/collector/durable-outbox'
import { type Outgoing, RETRY_MS, SinkError, type SinkErrorKind, WAITING_MAX } from '../../../lib/collector/sender'
import { encodeBatch } from '../../../lib/contract/batch'
import type { DurableQueueRef } from '../../../lib/contract/control'
import { decodeReadings } from '../../../lib/contract/readings'
import { readingsOf } from '../../../lib/historian/reading'
import { monotonicExactMs } from '../../../lib/queue/monotonic'
import { SteppedClock } from '../child/stepped-clock'

const REF: DurableQueueRef = { path: '/a', capacityBytes: 2 ** 30, flushMs: 1000, batchSize: 10 }

/** A queue that takes nothing while `harm` is set. */
class Post {
  readonly clock = new SteppedClock()
  readonly taken: { path: string; message: Outgoing }[] = []
  readonly troubles: string[] = []
  harm: SinkErrorKind | undefined
  closed = 0
  lost = 0
  readonly outbox: DurableOutbox

  constructor(durable: DurableQueueRef | undefined = REF) {
    this.outbox = new DurableOutbox({
      source: {
        collector: 'press',
        type: 'modbus',
        measurement: 'press',
        pointTags: {},
        columns: [{ name: 't', unit: '', kind: 'number' }],
      },
      durable,
      clock: this.clock,
      log: () => {},
      trouble: (error) => this.troubles.push(error?.message ?? 'well'),
      open: ({ path }) => ({
        send: (messages) => {
          if (this.harm) throw new SinkError(this.harm, `because ${this.harm}`)
          this.taken.push(...messages.map((message) => ({ path, message })))
        },
        countLost: (samples) => {
          this.lost += samples
        },
        close: () => this.closed++,
      }),
    })
  }

  put(cycle: number, samples = 1): void {
    const value = samples === 0 ? null : cycle
    const bad = new Map(samples === 0 ? [[0, 'off'] as const] : [])
    const batch = { generation: 1, revision: 1, cycle, time: cycle, values: [value], bad, sourceTimes: new Map() }
    this.outbox.put(encodeBatch(batch), samples)
  }

  /** The cycles in each message. */
  get messages(): number[][] {
    return this.taken.map(({ message: { data } }) => {
      const readings = data instanceof Uint8Array ? decodeReadings(data) : undefined
      return readings?.batches.map(({ cycle }) => cycle) ?? assert.fail('malformed')
    })
  }
}

describe('the outbox to the database', () => {
  it('sends what came between two cycles as a message of its own, which holds nothing else', async () => {
    const post = new Post()
    post.outbox.putEarlier([
      { column: 0, value: 7, time: 100 },
      { column: 0, value: 8, time: 200 },
    ])
    post.put(1)
    await post.clock.advance(1000)
    assert.deepEqual(
      post.taken.map(({ message }) => message.weight),
      [2, 1],
    )
    const [data] = post.taken.map(({ message }) => message.data)
    const readings = data instanceof Uint8Array ? decodeReadings(data) : undefined
    assert.ok(readings)
    assert.deepEqual(
      readingsOf(readings).map(({ time, fields }) => [
        time,
        ...fields.map(({ column, value }) => [column.name, value]),
      ]),
      [
        [100, ['t', 7]],
        [200, ['t', 8]],
      ],
    )
    assert.equal(post.clock.pending, 0)
  })

  it('sends that, too, when it has gathered enough, and at its end', () => {
    const post = new Post()
    post.outbox.putEarlier(Array.from({ length: 25 }, (_, time) => ({ column: 0, value: time, time })))
    assert.deepEqual(
      post.taken.map(({ message }) => message.weight),
      [10, 10],
    )
    post.outbox.close()
    assert.equal(post.taken[2]?.message.weight, 5)
    post.outbox.putEarlier([{ column: 0, value: 1, time: 1 }])
    assert.equal(post.taken.length, 3)
  })

  it('gathers what is read within the time, as one message that weighs its samples', async () => {
    const post = new Post()
    post.put(1)
    await post.clock.advance(999)
    post.put(2)
    assert.deepEqual(post.messages, [])
    await post.clock.advance(1)
    assert.deepEqual(post.messages, [[1, 2]])
    const message = post.taken[0]?.message
    assert.deepEqual(
      { to: message?.to, title: message?.title, origin: message?.origin, weight: message?.weight },
      { to: 'historian', title: 'readings', origin: 'press', weight: 2 },
    )
    assert.equal(post.clock.pending, 0)
  })

  it('sends at once what is enough', async () => {
    const post = new Post()
    post.put(1, 4)
    post.put(2, 6)
    assert.deepEqual(post.messages, [[1, 2]])
    assert.equal(post.clock.pending, 0)
  })

  it('leaves out cycles without a good value', async () => {
    const post = new Post()
    post.put(1, 0)
    assert.equal(post.clock.pending, 0)
  })

  it('keeps nothing where no history is kept', async () => {
    const post = new Post()
    post.outbox.reopen(undefined)
    post.put(1)
    assert.equal(post.clock.pending, 0)
    post.outbox.close()
    assert.deepEqual(post.messages, [])
  })

  it('begins when the history begins', async () => {
    const post = new Post()
    post.outbox.reopen(undefined)
    post.put(1)
    post.outbox.reopen(REF)
    post.put(2)
    await post.clock.advance(1000)
    assert.deepEqual(post.messages, [[2]])
  })

  it('sends what is gathered when it closes, and may be closed twice', () => {
    const post = new Post()
    post.put(1)
    post.outbox.close()
    post.outbox.close()
    assert.deepEqual(post.messages, [[1]])
    assert.equal(post.closed, 1)
    assert.equal(post.clock.pending, 0)
  })

  it('waits while the queue takes nothing, tells of it, and sends in order afterwards', async () => {
    const post = new Post()
    post.harm = 'later'
    for (let cycle = 1; cycle <= 3; cycle++) post.put(cycle, 10)
    await post.clock.advance(2 * RETRY_MS)
    assert.deepEqual(post.troubles, ['because later'])
    post.harm = undefined
    await post.clock.advance(RETRY_MS)
    assert.deepEqual(post.messages, [[1], [2], [3]])
    assert.deepEqual(post.troubles, ['because later', 'well'])
  })

  it('gives up the oldest when it has waited for too many', async () => {
    const post = new Post()
    post.harm = 'later'
    for (let cycle = 1; cycle <= WAITING_MAX + 5; cycle++) post.put(cycle, 10)
    post.harm = undefined
    await post.clock.advance(RETRY_MS)
    assert.equal(post.messages.length, WAITING_MAX)
    assert.deepEqual(post.messages[0], [6])
    assert.equal(post.outbox.dropped, 50)
    assert.equal(post.lost, 50)
    await post.clock.advance(10 * RETRY_MS)
    assert.equal(post.lost, 50)
  })

  it('tells of a trouble again while it lasts: who has to mend it may not have been able to', async () => {
    const post = new Post()
    post.harm = 'broken'
    post.put(1, 10)
    await post.clock.advance(25 * RETRY_MS)
    assert.deepEqual(post.troubles, ['because broken', 'because broken', 'because broken'])
  })

  it('counts what it has to give up while the queue is full as soon as the queue can count', async () => {
    const post = new Post()
    post.harm = 'later'
    for (let cycle = 1; cycle <= WAITING_MAX + 5; cycle++) post.put(cycle, 10)
    await post.clock.advance(RETRY_MS)
    assert.equal(post.lost, 50)
  })

  it('counts what it cannot send when it closes', () => {
    const post = new Post()
    post.harm = 'later'
    for (let cycle = 1; cycle <= 3; cycle++) post.put(cycle, 10)
    post.put(4)
    post.outbox.close()
    assert.equal(post.lost, 31)
  })

  it('sends what is gathered when no history is kept any more', () => {
    const post = new Post()
    post.put(1)
    post.outbox.reopen(undefined)
    assert.deepEqual(post.messages, [[1]])
  })

  it('counts as lost what it sent into the former file after that was last looked at', () => {
    const post = new Post()
    const knownUntilMs = monotonicExactMs() - 1
    post.put(1, 10)
    const replacement = { knownUntilMs, madeAtMs: monotonicExactMs() }
    post.outbox.reopen({ ...REF, replacement })
    assert.equal(post.lost, 10)
    // The same file, opened anew.
    post.put(2, 10)
    post.outbox.reopen({ ...REF, capacityBytes: 7, replacement })
    assert.equal(post.lost, 10)
    // All of it was known.
    const madeAtMs = monotonicExactMs()
    post.outbox.reopen({ ...REF, replacement: { knownUntilMs: madeAtMs + 1, madeAtMs } })
    assert.equal(post.lost, 10)
  })

  it('counts as kept what it sent into the new file before it was told of it', () => {
    const post = new Post()
    const madeAtMs = monotonicExactMs()
    post.outbox.reopen({ ...REF })
    post.put(1, 10)
    post.outbox.reopen({ ...REF, replacement: { knownUntilMs: madeAtMs - 1000, madeAtMs } })
    assert.equal(post.lost, 0)
  })

  it('moves to the new file with everything that waits', async () => {
    const post = new Post()
    post.harm = 'broken'
    post.put(1, 10)
    post.harm = undefined
    post.outbox.reopen({ ...REF, path: '/b' })
    assert.deepEqual(
      post.taken.map(({ path }) => path),
      ['/b'],
    )
  })
})
