// The supervisor's end of the live queue, with real queues: what is written comes out once and in order, whatever becomes
// of the files.

import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LiveQueueRef } from '../../../lib/contract/control'
import { CAPACITY_MIN_BYTES, Queue } from '../../../lib/queue/queue'
import { DRAIN_MS, LiveLane, SLICE_MS } from '../../../nodes/collector-supervisor/live-lane'
import { until } from '../../support/until'

const CAPACITY_BYTES = Math.max(CAPACITY_MIN_BYTES, 16 * 2 ** 20)
const SECOND = 1_000

describe('the live lane', () => {
  let aheadMs: number
  let looks: number
  let received: unknown[]
  let replacements: { live: LiveQueueRef; reason: string }[]
  let folders: string[]
  let stuck: string[]
  let flooded: string[]
  let thrownAway: number
  /** Called with each message, in its turn. */
  let onMessage: () => void
  let lane: LiveLane
  let producers: Queue[]

  const now = (): number => {
    looks += 1
    return performance.now() + aheadMs
  }
  /** The lane has looked at the clock so many times, and done what was due. */
  const looked = async (times: number): Promise<void> => {
    const end = looks + times
    await until(() => looks >= end)
  }

  beforeEach(() => {
    aheadMs = 0
    looks = 0
    received = []
    replacements = []
    folders = []
    stuck = []
    flooded = []
    thrownAway = 0
    onMessage = () => {}
    producers = []
    lane = new LiveLane(
      CAPACITY_BYTES,
      {
        message: ({ to, data }) => {
          received.push(to === 'a1' ? data : { to, data })
          onMessage()
        },
        replaced: (live, reason) => replacements.push({ live, reason }),
        flooded: (to) => flooded.push(to),
        thrownAway: (_to, _origin, readings) => {
          thrownAway += readings
        },
        stuck: (reason) => stuck.push(reason),
        folder: (path) => folders.push(path),
      },
      now,
    )
  })

  afterEach(() => {
    for (const producer of producers) producer.close()
    lane.close()
    for (const folder of folders) assert.equal(existsSync(folder), false, folder)
    assert.deepEqual(stuck, [])
  })

  /** A child that has opened the queue there is now. */
  function producer(path = lane.ref.path): { send(...data: unknown[]): void; queue: Queue } {
    const queue = Queue.connect(path)
    producers.push(queue)
    return {
      queue,
      send: (...list) =>
        queue.send(list.map((data) => ({ origin: 'oven', to: 'a1', title: 'samples', data, time: '' }))),
    }
  }

  function range(from: number, to: number): number[] {
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  }

  async function removeQueue(): Promise<void> {
    rmSync(lane.ref.path)
    const count = replacements.length
    aheadMs += SECOND
    await until(() => replacements.length > count)
  }

  it('tells where its queue lies', () => {
    assert.deepEqual(folders, [dirname(lane.ref.path)])
    assert.equal(lane.ref.capacityBytes, CAPACITY_BYTES)
    assert.ok(existsSync(lane.ref.path))
  })

  it('brings what is written without being asked, each once, in order, whoever is meant', async () => {
    const { send, queue } = producer()
    for (const batch of [range(1, 3), range(4, 500), range(501, 700)]) send(...batch)
    queue.send({ origin: 'press', to: 'b2', title: 'samples', data: 'x', time: '' })
    await until(() => received.length >= 701)
    assert.deepEqual(received, [...range(1, 700), { to: 'b2', data: 'x' }])
  })

  it('throws away what is more than the share of one recipient, tells it once, and the others are not late', async () => {
    const { queue } = producer()
    const message = { origin: 'flood', to: 'f1', title: 'samples', data: 0, time: '' }
    for (let round = 0; round < 10; round++) queue.send(Array.from({ length: 1_000 }, () => message))
    producer().send(1, 2, 3)
    await until(() => received.includes(3))
    const own = received.filter((data) => typeof data === 'number')
    const passed = received.length - own.length
    assert.deepEqual([own, flooded], [[1, 2, 3], ['f1']])
    await until(() => queue.status().messages === 0)
    assert.equal(passed + thrownAway, 10_000)
    assert.equal(replacements.length, 0)
    // What is not its process's any more is one like the others again.
    lane.endFlood('f1')
    queue.send({ ...message, data: 'again' })
    await until(() => received.some((one) => JSON.stringify(one).includes('again')))
  })

  it('removes what it has read', async () => {
    const { send, queue } = producer()
    send(...range(1, 100))
    await until(() => received.length === 100)
    await until(() => queue.status().pending === 0)
    assert.equal(queue.status().dropped, 0)
  })

  it('lets Node-RED have its turn after a slice', async () => {
    const { send } = producer()
    send(...range(1, 400))
    let most = 0
    let inThisTurn = 0
    // A flow that takes 1 ms for a message.
    onMessage = () => {
      aheadMs += 1
      inThisTurn += 1
      most = Math.max(most, inThisTurn)
      setImmediate(() => {
        inThisTurn = 0
      })
    }
    await until(() => received.length === 400)
    assert.ok(most <= 64, `${most} messages in a slice of ${SLICE_MS} ms`)
  })

  it('can be drained at once, however much there is', () => {
    const { send } = producer()
    send(...range(1, 1000))
    lane.drain()
    assert.equal(received.length, 1000)
    // More than one read of the queue brings.
    const large = (index: number): Uint8Array => new Uint8Array(500_000).fill(index)
    for (const index of range(1, 20)) send(large(index))
    lane.drain()
    assert.deepEqual(
      received.slice(1000).map((data) => data instanceof Uint8Array && data[0]),
      range(1, 20),
    )
  })

  it('ends a drain though more is written all the while', () => {
    const { send } = producer()
    onMessage = () => send('more')
    send(...range(1, 100))
    lane.drain()
    assert.ok(received.length >= 100 && received.length < 200, `${received.length}`)
  })

  it('does not wait for a lock, and is not disturbed by it', async () => {
    const { send, queue } = producer()
    send(...range(1, 10))
    const holder = new DatabaseSync(lane.ref.path)
    holder.exec('BEGIN IMMEDIATE')
    try {
      const begun = performance.now()
      lane.drain()
      assert.ok(performance.now() - begun < 500)
      assert.deepEqual(received, range(1, 10))
      // Its turn to remove what was read, several times.
      for (let time = 0; time < 4; time++) {
        aheadMs += SECOND
        await looked(5)
      }
      assert.equal(queue.status().pending, 10)
    } finally {
      holder.exec('ROLLBACK')
      holder.close()
    }
    aheadMs += SECOND
    await until(() => queue.status().pending === 0)
    assert.deepEqual(replacements, [])
    assert.equal(received.length, 10)
  })

  it('makes a new queue when the file is deleted, and tells of it', async () => {
    const { path } = lane.ref
    await removeQueue()
    assert.deepEqual(replacements, [{ live: lane.ref, reason: 'the file of the live queue is gone' }])
    assert.notEqual(lane.ref.path, path)
    assert.deepEqual(folders, [dirname(path), dirname(lane.ref.path)])
    producer().send('after')
    await until(() => received.length === 1)
    assert.deepEqual(received, ['after'])
  })

  it('reads what was written to the former queue before what was written to the new one', async () => {
    const former = producer()
    await removeQueue()
    const current = producer()
    former.send(...range(1, 200))
    current.send(...range(201, 400))
    former.send('another child, not told yet')
    lane.drain()
    assert.deepEqual(received, [...range(1, 200), 'another child, not told yet', ...range(201, 400)])
  })

  it('reads the former queue no longer than children need to be told', async () => {
    const { path } = lane.ref
    const former = producer()
    await removeQueue()
    former.send('early')
    await until(() => received.length === 1)
    aheadMs += 3 * SECOND
    await looked(5)
    former.send('still in time')
    await until(() => received.length === 2)
    aheadMs += 3 * SECOND
    await until(() => !existsSync(dirname(path)))
    former.send('late')
    lane.drain()
    assert.deepEqual(received, ['early', 'still in time'])
  })

  it('makes another one only after a pause, if that one goes too', async () => {
    await removeQueue()
    rmSync(lane.ref.path)
    aheadMs += 2 * SECOND
    await looked(5)
    assert.equal(replacements.length, 1)
    aheadMs += 4 * SECOND
    await until(() => replacements.length === 2)
    assert.ok(existsSync(lane.ref.path))
  })

  it('makes a new queue when the file is no queue any more', async () => {
    const { path } = lane.ref
    producer().send(1)
    await until(() => received.length === 1)
    const vandal = new DatabaseSync(path)
    vandal.exec('DROP TABLE message')
    vandal.close()
    await until(() => replacements.length === 1)
    assert.match(replacements[0]?.reason ?? '', /^the live queue failed: /)
    assert.notEqual(lane.ref.path, path)
    producer().send(2)
    await until(() => received.length === 2)
    assert.deepEqual(received, [1, 2])
  })

  it('makes a new queue when nothing comes through it, once for what was not heard before', () => {
    const begun = now()
    lane.distrust('nothing comes', begun)
    assert.deepEqual(replacements, [{ live: lane.ref, reason: 'nothing comes' }])
    aheadMs += 30 * SECOND
    // Others have not been heard since before the new one was made.
    lane.distrust('nothing comes', begun)
    assert.equal(replacements.length, 1)
    aheadMs += 31 * SECOND
    lane.distrust('nothing comes', begun)
    assert.equal(replacements.length, 2)
    aheadMs += 10 * SECOND
    lane.distrust('nothing comes', now())
    assert.equal(replacements.length, 3)
  })

  it('may be closed twice, and nothing comes any more', async () => {
    const { send } = producer()
    send(1)
    lane.close()
    lane.close()
    const before = looks
    await new Promise((resolve) => setTimeout(resolve, 3 * DRAIN_MS))
    assert.deepEqual([received, looks], [[], before])
  })
})
