import assert from 'node:assert/strict'
import { CAPACITY_MIN_BYTES, Queue, QueueError } from '../../../lib/queue/queue'
import { closing, envelope, locking, scratchFolder } from './scratch'

const options = { max: 10, leaseMs: 1000 }

describe('receiving that waits', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = () => keep(Queue.create(folder.file(), { capacityBytes: CAPACITY_MIN_BYTES }))

  it('is QueueEmpty after its time, and not before', async () => {
    for (const timeoutMs of [0, 50]) {
      const begin = performance.now()
      await assert.rejects(make().receiveWithin('reader', { ...options, timeoutMs }), (thrown) => {
        assert.ok(thrown instanceof QueueError)
        return thrown.kind === 'QueueEmpty'
      })
      assert.ok(performance.now() - begin >= timeoutMs - 1)
    }
  })

  it('ends with the reason of its signal, at once, before or while it waits', async () => {
    const queue = make()
    const reason = new Error('enough')
    await assert.rejects(
      queue.receiveWithin('reader', { ...options, timeoutMs: 60_000, signal: AbortSignal.abort(reason) }),
      reason,
    )
    const controller = new AbortController()
    const waiting = queue.receiveWithin('reader', { ...options, timeoutMs: 60_000, signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await assert.rejects(waiting, reason)
  })

  it('is given what comes meanwhile, with a lease, while the thread goes on with other things', async () => {
    const queue = make()
    const sender = keep(Queue.connect(queue.path))
    let turns = 0
    const counting = setInterval(() => turns++, 1)
    const waiting = queue.receiveWithin('reader', { ...options, timeoutMs: 10_000 })
    setTimeout(() => sender.send(envelope('late')), 60)
    const messages = await waiting
    clearInterval(counting)
    assert.deepEqual(
      messages.map(({ data }) => data),
      ['late'],
    )
    assert.ok(turns > 10)
    assert.equal(sender.status().claimed, 1)
  })

  it('is given what is there without waiting', async () => {
    const queue = make()
    queue.send(envelope(1))
    assert.equal((await queue.receiveWithin('reader', { ...options, timeoutMs: 0 })).length, 1)
  })

  it('is given what another one has put back, or held too long', async () => {
    const queue = make()
    const other = keep(Queue.connect(queue.path))
    queue.send([envelope(1), envelope(2)])
    const [first] = other.receive('reader', { max: 1, leaseMs: 30 })
    other.receive('reader', { max: 1, leaseMs: 60_000 })
    const messages = await queue.receiveWithin('reader', { ...options, timeoutMs: 10_000 })
    assert.deepEqual(
      messages.map(({ id, attempts }) => [id, attempts]),
      [[first?.id, 1]],
    )
  })

  it('waits for a lock that somebody has, and says so where it stays', async () => {
    const path = make().path
    const queue = keep(Queue.connect(path, { busyTimeoutMs: 0 }))
    queue.send(envelope(1))
    const lock = locking(path)
    await assert.rejects(queue.receiveWithin('reader', { ...options, timeoutMs: 40 }), (thrown) => {
      assert.ok(thrown instanceof QueueError)
      return thrown.kind === 'AccessFailed' && thrown.busy
    })
    const waiting = queue.receiveWithin('reader', { ...options, timeoutMs: 10_000 })
    setTimeout(() => lock.release(), 30)
    assert.equal((await waiting).length, 1)
  })

  it('ends with AccessFailed when the queue is closed meanwhile', async () => {
    const queue = make()
    const waiting = queue.receiveWithin('reader', { ...options, timeoutMs: 10_000 })
    queue.close()
    await assert.rejects(waiting, (thrown) => thrown instanceof QueueError && thrown.kind === 'AccessFailed')
  })
})
