import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { asCount, asRecord } from '../../../lib/contract/parse'
import { Queue } from '../../../lib/queue/queue'
import { randomNumbers } from '../../support/random'
import {
  assertIntact,
  assertQueueError,
  type Child,
  closing,
  drain,
  envelope,
  forking,
  scratchFolder,
  until,
} from './scratch'

/** Numbers that came from each producer, in the order of arrival; drained as Node-RED does. */
class Tally {
  readonly numbers = new Map<string, number[]>()
  readonly #queue: Queue
  #last = 0

  constructor(queue: Queue) {
    this.#queue = queue
  }

  drain(): void {
    for (;;) {
      const messages = this.#queue.tail(this.#last, 200)
      for (const { id, data } of messages) {
        assert.ok(id > this.#last)
        this.#last = id
        const { name, number } = asRecord(data) ?? {}
        const list = this.numbers.get(String(name)) ?? []
        this.numbers.set(String(name), list)
        list.push(Number(number))
      }
      if (messages.length === 0) return
    }
  }

  discard(): void {
    try {
      this.#queue.discardThrough(this.#last)
    } catch (thrown) {
      assertQueueError(() => {
        throw thrown
      }, 'AccessFailed')
    }
  }

  count(name: string): number {
    return this.numbers.get(name)?.length ?? 0
  }

  assertNoGaps(): void {
    for (const [name, numbers] of this.numbers) {
      numbers.forEach((number, index) => {
        assert.equal(number, index + 1, `${name}: ${number} at place ${index + 1}`)
      })
    }
  }
}

const lastSent = (child: Child) => asCount(asRecord(child.messages.at(-1))?.sent) ?? 0

describe('queue between processes', function () {
  this.timeout(30_000)
  const folder = scratchFolder()
  const keep = closing()
  const start = forking()
  const make = (capacityBytes = 32 * 1024 * 1024) =>
    keep(Queue.create(folder.file(), { capacityBytes, busyTimeoutMs: 0 }))

  it('loses and doubles nothing of many producers, in the order of each', async () => {
    const queue = make()
    const tally = new Tally(queue)
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const children = names.map((name, index) => start('producer', [queue.path, name, '1000', String(1 + index * 3)]))
    const exits = children.map((child) => once(child.process, 'exit'))
    let turns = 0
    await until(
      'all has arrived',
      () => {
        tally.drain()
        if (++turns % 20 === 0) tally.discard()
        return names.every((name) => tally.count(name) >= 1000)
      },
      20_000,
    )
    for (const [code] of await Promise.all(exits)) assert.equal(code, 0)
    tally.drain()
    assert.deepEqual(
      names.map((name) => tally.count(name)),
      names.map(() => 1000),
    )
    tally.assertNoGaps()
    const { dropped, dead } = queue.status()
    assert.deepEqual({ dropped, dead }, { dropped: 0, dead: 0 })
    assertIntact(queue.path)
  })

  it('drops the oldest, counted exactly, though many producers do so at once', async () => {
    const queue = make(256 * 1024)
    const children = ['a', 'b', 'c'].map((name) => start('producer', [queue.path, name, '1500', '2']))
    await Promise.all(children.map((child) => once(child.process, 'exit')))
    const { pending, dropped } = queue.status()
    assert.equal(pending + dropped, 4500)
    assert.equal(drain(queue).length, pending)
    assert.equal(queue.lastId(), 4500)
    assertIntact(queue.path)
  })

  it('survives kill -9 of producers at any moment: nothing committed is lost, nothing half is there', async () => {
    const queue = make()
    const tally = new Tally(queue)
    const random = randomNumbers(3)
    const told: [string, number][] = []
    let producers = 0
    const next = () => {
      const name = `p${++producers}`
      return { name, child: start('producer', [queue.path, name, '0', String(1 + 10 * (producers % 4)), '5000', '1']) }
    }
    const running = [next(), next(), next()]
    for (let kills = 0; kills < 30; kills++) {
      const victim = running.shift()
      assert.ok(victim)
      running.push(next())
      const enough = Math.floor(random() * 60)
      await until('the producer produces', () => {
        tally.drain()
        return lastSent(victim.child) > enough
      })
      await victim.child.kill()
      told.push([victim.name, lastSent(victim.child)])
      if (kills % 5 === 0) tally.discard()
    }
    for (const { child } of running) await child.kill()
    tally.drain()
    tally.assertNoGaps()
    for (const [name, sent] of told) assert.ok(tally.count(name) >= sent, `${name}: ${tally.count(name)} of ${sent}`)
    assert.equal(queue.status().dead, 0)
    assertIntact(queue.path)
    queue.send(envelope('goes on'))
  })

  it('survives kill -9 of a consumer that reads and discards', async () => {
    const queue = make()
    const producer = start('producer', [queue.path, 'p', '0', '10', '5000', '1'])
    for (let kills = 0; kills < 5; kills++) {
      const before = lastSent(producer)
      const consumer = start('consumer', [queue.path])
      await until('the consumer discards', () => consumer.messages.length > kills)
      await consumer.kill()
      await until('the producer goes on', () => lastSent(producer) > before)
    }
    await producer.kill()
    queue.send(envelope('goes on'))
    assert.equal(drain(queue).at(-1), 'goes on')
    assertIntact(queue.path)
  })

  it('goes on with the others when a producer is stopped in mid-stream', async () => {
    const queue = make()
    const tally = new Tally(queue)
    const random = randomNumbers(4)
    const stopped = start('producer', [queue.path, 'stopped', '0', '3', '5000', '1'])
    const other = start('producer', [queue.path, 'other', '0', '1', '20', '1'])
    await until('both produce', () => lastSent(stopped) > 0 && lastSent(other) > 0)
    for (let stops = 0; stops < 15; stops++) {
      const enough = tally.count('stopped') + Math.floor(random() * 30)
      await until('the producer produces', () => {
        tally.drain()
        return tally.count('stopped') > enough
      })
      stopped.process.kill('SIGSTOP')
      tally.drain()
      const before = tally.count('other')
      // stopped while it held the lock, it makes the others wait: told so, at once, every time
      let refusals = 0
      await until('the other goes on, or all are told that the queue is busy', () => {
        tally.drain()
        try {
          queue.send(envelope({ name: 'probe', number: tally.count('probe') + 1 }))
          tally.drain()
          refusals = 0
        } catch (thrown) {
          assertQueueError(
            () => {
              throw thrown
            },
            'AccessFailed',
            /locked/,
          )
          refusals++
        }
        return refusals > 30 || tally.count('other') > before + 10
      })
      stopped.process.kill('SIGCONT')
    }
    await Promise.all([stopped.kill(), other.kill()])
    tally.drain()
    tally.assertNoGaps()
    assertIntact(queue.path)
  })

  it('is busy, at once and by name, while a stopped process holds the lock; reading goes on, and its death frees it', async () => {
    const queue = make()
    queue.send(envelope('before'))
    const holder = start('lock-holder', [queue.path])
    await until('it holds the lock', () => holder.messages.length > 0)
    holder.process.kill('SIGSTOP')
    const begin = performance.now()
    for (const write of [() => queue.send(envelope('x')), () => queue.discardThrough(1), () => queue.ack([1])]) {
      assert.equal(assertQueueError(write, 'AccessFailed').busy, true)
    }
    assert.deepEqual(drain(queue), ['before'])
    assert.equal(queue.status().pending, 1)
    assert.ok(performance.now() - begin < 500)

    const again = keep(Queue.create(queue.path, { capacityBytes: queue.capacityBytes }))
    assert.deepEqual(drain(again), ['before'])
    assert.equal(assertQueueError(() => Queue.create(queue.path, { capacityBytes: 1e6 }), 'CreationFailed').busy, true)

    const patient = keep(Queue.connect(queue.path, { busyTimeoutMs: 60 }))
    const waiting = performance.now()
    assert.equal(assertQueueError(() => patient.send(envelope('x')), 'AccessFailed').busy, true)
    assert.ok(performance.now() - waiting >= 50)
    await holder.kill()
    queue.send(envelope('after'))
    assert.deepEqual(drain(queue), ['before', 'after'])
  })

  it('is made once when several create it at the same time', async () => {
    for (let round = 0; round < 4; round++) {
      const path = folder.file()
      const creators = ['a', 'b', 'c', 'd'].map((name) => start('creator', [path, name]))
      await until('all are ready', () => creators.every((creator) => creator.messages.length > 0))
      const exits = creators.map((creator) => once(creator.process, 'exit'))
      const time = Date.now() + 20
      for (const creator of creators) creator.process.send(time)
      await Promise.all(exits)
      for (const creator of creators) {
        assert.deepEqual(creator.messages.at(-1), { created: true, setAside: null })
      }
      const queue = keep(Queue.connect(path))
      assert.deepEqual(drain(queue).sort(), ['a', 'b', 'c', 'd'])
      assertIntact(path)
    }
  })

  it('can be used, and even created, by a process that may write no file', async () => {
    const queue = make()
    const dist = join(__dirname, '..', '..', '..')
    const child = start(
      'sandboxed',
      [queue.path, folder.file('sandboxed')],
      ['--permission', `--allow-fs-read=${dist}/*`],
    )
    await once(child.process, 'exit')
    assert.deepEqual(child.messages, [{ mayWrite: false, received: ['from the sandbox'] }])
    assert.deepEqual(drain(queue), ['from the sandbox'])
    assert.deepEqual(drain(keep(Queue.connect(folder.file('sandboxed')))), ['mine'])
  })
})
