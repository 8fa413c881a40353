import assert from 'node:assert/strict'
import { Outbox, TAGS_AGAIN_MS } from '../../../lib/collector/outbox'
import { RETRY_MS, SinkError, type SinkErrorKind, WAITING_MAX, WAITING_MAX_BYTES } from '../../../lib/collector/sender'
import { type Batch, decodeBatch, encodeBatch, parseTagList } from '../../../lib/contract/batch'
import type { Envelope } from '../../../lib/contract/envelope'
import { samplesIn } from '../../../lib/contract/readings'
import { SteppedClock } from '../child/stepped-clock'

/** Queues by path; while `trouble` is set they take nothing. */
class Post {
  readonly clock = new SteppedClock()
  readonly taken: { path: string; envelope: Envelope }[] = []
  readonly logged: string[] = []
  trouble: SinkErrorKind | undefined
  poison = (_envelope: Envelope): boolean => false
  opened = 0
  closed = 0
  attempts = 0
  readonly outbox: Outbox

  constructor(tags = 1) {
    const column = { name: 't', unit: '', kind: 'number' } as const
    this.outbox = new Outbox({
      origin: 'press 4',
      recipient: 'node-1',
      tags: { generation: 3, revision: 1, tags: new Array(tags).fill(column) },
      live: { path: '/a', capacityBytes: 1024 * 1024 },
      clock: this.clock,
      log: (level, text) => this.logged.push(`${level} ${text}`),
      open: ({ path }) => {
        this.opened++
        if (this.trouble === 'gone') throw new SinkError('gone', 'no such file')
        return {
          send: (envelopes) => {
            this.attempts++
            if (this.trouble) throw new SinkError(this.trouble, `because ${this.trouble}`)
            if (envelopes.some(this.poison)) throw new SinkError('refused', 'too large')
            this.taken.push(...envelopes.map((envelope) => ({ path, envelope })))
          },
          close: () => this.closed++,
        }
      },
    })
  }

  put(batch: Batch): void {
    this.outbox.put(encodeBatch(batch), samplesIn(batch))
  }

  get titles(): string {
    return this.taken.map(({ envelope }) => envelope.title).join(' ')
  }

  get cycles(): (number | undefined)[] {
    return this.taken.filter(({ envelope }) => envelope.title === 'samples').map(({ envelope }) => cycleOf(envelope))
  }
}

function cycleOf({ data }: Envelope): number | undefined {
  return data instanceof Uint8Array ? decodeBatch(data)?.cycle : undefined
}

function batch(cycle: number, values: (number | null)[] = [cycle]): Batch {
  const bad = new Map(values.flatMap((value, column) => (value === null ? [[column, 'off'] as const] : [])))
  return { generation: 3, revision: 1, cycle, time: 0, values, bad, sourceTimes: new Map() }
}

describe('outbox', () => {
  it('sends the tags before the first batch, addressed', () => {
    const post = new Post()
    post.put(batch(1))
    assert.equal(post.titles, 'tags samples')
    const envelope = post.taken[0]?.envelope
    assert.equal(envelope?.origin, 'press 4')
    assert.equal(envelope.to, 'node-1')
    assert.equal(envelope.time, new Date(post.clock.wallMs()).toISOString())
    assert.equal(parseTagList(envelope.data)?.generation, 3)
  })

  it('sends the tags without a batch when it is flushed first', () => {
    const post = new Post()
    post.outbox.flush()
    assert.equal(post.titles, 'tags')
  })

  it('says the tags again every 30 s', async () => {
    const post = new Post()
    post.put(batch(1))
    await post.clock.advance(TAGS_AGAIN_MS - 1)
    post.put(batch(2))
    await post.clock.advance(1)
    post.put(batch(3))
    assert.equal(post.titles, 'tags samples samples tags samples')
  })

  it('keeps batches while the queue takes none and sends them in order afterwards', async () => {
    const post = new Post()
    post.put(batch(1))
    post.trouble = 'later'
    for (let cycle = 2; cycle <= 5; cycle++) post.put(batch(cycle))
    assert.deepEqual(post.cycles, [1])
    post.trouble = undefined
    await post.clock.advance(RETRY_MS)
    assert.deepEqual(post.cycles, [1, 2, 3, 4, 5])
    assert.equal(post.outbox.dropped, 0)
    assert.equal(post.clock.pending, 0)
  })

  it('tries again every 250 ms by itself, and not at each batch', async () => {
    const post = new Post()
    post.outbox.flush()
    post.trouble = 'later'
    post.attempts = 0
    for (let cycle = 1; cycle <= 100; cycle++) {
      post.put(batch(cycle))
      await post.clock.advance(10)
    }
    assert.equal(post.attempts, 1 + 1000 / RETRY_MS)
  })

  it('reports once when it fails for the second time and once when it recovers', async () => {
    const post = new Post()
    post.outbox.flush()
    post.trouble = 'later'
    post.put(batch(1))
    assert.deepEqual(post.logged, [])
    await post.clock.advance(20 * RETRY_MS)
    assert.deepEqual(post.logged, ['error the live queue takes nothing: because later'])
    post.trouble = undefined
    await post.clock.advance(20 * RETRY_MS)
    assert.equal(post.logged.length, 2)
    assert.match(post.logged[1] ?? '', /^info .* samples lost: 0$/)
  })

  it('drops the oldest beyond 1000 batches and counts their good values', async () => {
    const post = new Post(2)
    post.outbox.flush()
    post.trouble = 'later'
    post.put(batch(1, [1, 1]))
    post.put(batch(2, [2, null]))
    for (let cycle = 3; cycle <= WAITING_MAX + 2; cycle++) post.put(batch(cycle, [cycle, cycle]))
    assert.equal(post.outbox.dropped, 3)
    await post.clock.advance(RETRY_MS)
    post.trouble = undefined
    await post.clock.advance(RETRY_MS)
    assert.equal(post.cycles.length, WAITING_MAX)
    assert.equal(post.cycles[0], 3)
    assert.match(post.logged.at(-1) ?? '', /samples lost: 3$/)
  })

  it('drops the oldest beyond 4 MB', () => {
    const columns = 10_000
    const post = new Post(columns)
    post.outbox.flush()
    post.trouble = 'later'
    for (let cycle = 1; cycle <= 60; cycle++) post.put(batch(cycle, new Array(columns).fill(cycle)))
    const kept = Math.floor(WAITING_MAX_BYTES / (columns * 8 + 36))
    assert.equal(post.outbox.dropped, (60 - kept) * columns)
  })

  it('sends in portions that fit into the queue', async () => {
    const columns = 10_000
    const post = new Post(columns)
    post.outbox.flush()
    post.trouble = 'later'
    for (let cycle = 1; cycle <= 10; cycle++) post.put(batch(cycle, new Array(columns).fill(cycle)))
    post.trouble = undefined
    post.attempts = 0
    await post.clock.advance(RETRY_MS)
    assert.deepEqual(post.cycles, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    // 80 kB each, a quarter of 1 MiB at a time
    assert.equal(post.attempts, 4)
  })

  it('opens the queue anew when it is gone, and then says the tags first', async () => {
    const post = new Post()
    post.put(batch(1))
    post.trouble = 'gone'
    post.put(batch(2))
    assert.equal(post.closed, 1)
    await post.clock.advance(RETRY_MS)
    assert.equal(post.opened, 2)
    post.trouble = undefined
    await post.clock.advance(RETRY_MS)
    assert.equal(post.titles, 'tags samples tags samples')
  })

  it('goes on without a queue from the start', async () => {
    const post = new Post()
    post.trouble = 'gone'
    post.outbox.flush()
    post.put(batch(1))
    post.trouble = undefined
    await post.clock.advance(RETRY_MS)
    assert.equal(post.titles, 'tags samples')
  })

  it('moves to the new queue with everything that waits', () => {
    const post = new Post()
    post.put(batch(1))
    post.trouble = 'later'
    post.put(batch(2))
    post.trouble = undefined
    post.outbox.reopen({ path: '/b', capacityBytes: 1024 * 1024 })
    assert.equal(post.closed, 1)
    assert.deepEqual(
      post.taken.map(({ path, envelope }) => `${path} ${envelope.title}`),
      ['/a tags', '/a samples', '/b tags', '/b samples'],
    )
    assert.equal(post.clock.pending, 0)
  })

  it('gives up a batch that the queue refuses, and only that', () => {
    const post = new Post()
    post.outbox.flush()
    post.trouble = 'later'
    for (let cycle = 1; cycle <= 3; cycle++) post.put(batch(cycle))
    post.trouble = undefined
    post.poison = (envelope) => envelope.title === 'samples' && cycleOf(envelope) === 2
    post.outbox.flush()
    assert.deepEqual(post.cycles, [1, 3])
    assert.equal(post.outbox.dropped, 1)
    assert.deepEqual(post.logged, ['error the live queue refuses a batch: too large'])
  })

  it('goes on when the queue refuses the list of tags', () => {
    const post = new Post()
    post.poison = (envelope) => envelope.title === 'tags'
    post.put(batch(1))
    post.put(batch(2))
    assert.deepEqual(post.cycles, [1, 2])
    assert.equal(post.logged.length, 1)
  })

  it('sends what waits when it closes, and may be closed twice', () => {
    const post = new Post()
    post.outbox.flush()
    post.trouble = 'later'
    post.put(batch(1))
    post.trouble = undefined
    post.outbox.close()
    post.outbox.close()
    assert.deepEqual(post.cycles, [1])
    assert.equal(post.closed, 1)
    assert.equal(post.clock.pending, 0)
  })

  it('leaves no timer behind when it closes while the queue takes nothing', () => {
    const post = new Post()
    post.outbox.flush()
    post.trouble = 'later'
    post.put(batch(1))
    post.outbox.close()
    assert.equal(post.clock.pending, 0)
  })
})
