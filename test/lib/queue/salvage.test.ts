import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { Queue } from '../../../lib/queue/queue'
import { Salvage } from '../../../lib/queue/salvage'
import { randomNumbers } from '../../support/random'
import { scratchFolder } from './scratch'

const MESSAGES = 600
const PAGE_BYTES = 4096
const MESSAGE_BYTES = 2 ** 20
const SEED = Number(process.env.SEED ?? 5)

describe('what can still be read of a queue', () => {
  const folder = scratchFolder()

  /** A file of a queue that holds numbered messages, closed. */
  function makeQueue(): string {
    const path = folder.file()
    const queue = Queue.create(path, { capacityBytes: 16 * 2 ** 20 })
    for (let index = 0; index < MESSAGES; index++) {
      const data = { index, filling: 'y'.repeat((index * 37) % 1500) }
      queue.send({ origin: 'o', to: 'r', title: 't', time: '2026-01-01T00:00:00Z', data, weight: 2 }, { priority: 1 })
    }
    queue.close()
    return path
  }

  function read(path: string, lastId = MESSAGES): number[] {
    const salvage = new Salvage(path, { messageBytes: MESSAGE_BYTES, lastId })
    try {
      const indexes: number[] = []
      for (let messages = salvage.next(); messages; messages = salvage.next()) {
        for (const { data, weight, priority, to } of messages) {
          assert.deepEqual([weight, priority, to], [2, 1, 'r'])
          assert.equal(Object(data).filling.length, (Object(data).index * 37) % 1500)
          indexes.push(Object(data).index)
        }
      }
      return indexes
    } finally {
      salvage.close()
    }
  }

  const all = Array.from({ length: MESSAGES }, (_, index) => index)

  it('is all of it, in order, where it is intact', () => assert.deepEqual(read(makeQueue()), all))

  it('is all of it, though the last id that is known is lower', () => assert.deepEqual(read(makeQueue(), 5), all))

  it('is nothing where there is no file, and none that is a database', () => {
    assert.deepEqual(read(folder.file()), [])
    const path = folder.file()
    writeFileSync(path, 'no queue')
    assert.deepEqual(read(path), [])
  })

  it(`is all but what stands in damaged pages, and never another content (seed ${SEED})`, () => {
    const random = randomNumbers(SEED)
    const whole = readFileSync(makeQueue())
    const pages = whole.length / PAGE_BYTES
    let most = 0
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(whole)
      const broken = new Set(Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * pages)))
      for (const page of broken) for (let at = 0; at < PAGE_BYTES; at++) bytes[page * PAGE_BYTES + at] = random() * 256
      const path = folder.file()
      writeFileSync(path, bytes)
      const indexes = read(path)
      assert.deepEqual(
        indexes,
        [...new Set(indexes)].sort((a, b) => a - b),
        `round ${round}: ${[...broken]}`,
      )
      most = Math.max(most, indexes.length)
    }
    assert.ok(most >= MESSAGES - 60, `at best ${most}`)
  })
})

describe('a queue that takes messages over', () => {
  const folder = scratchFolder()

  it('counts them as pending and not as dropped, and those sent as before', () => {
    const former = Queue.create(folder.file(), { capacityBytes: 2 ** 20 })
    for (let index = 0; index < 10; index++) {
      former.send({ origin: 'o', to: 'r', title: 't', time: '2026-01-01T00:00:00Z', data: index, weight: 5 })
    }
    const messages = former.tail(0, 7)
    former.close()
    const queue = Queue.replace(folder.file(), { capacityBytes: 2 ** 20 }, { sent: 60, delivered: 10, dropped: 50 })
    queue.takeOver(messages.slice(0, 3))
    queue.takeOver(messages.slice(3))
    queue.takeOver([])
    const { sent, delivered, dropped, pending } = queue.status()
    assert.deepEqual({ sent, delivered, dropped, pending }, { sent: 60, delivered: 10, dropped: 15, pending: 35 })
    assert.deepEqual(
      queue.tail(0, 100).map(({ data, weight }) => [data, weight]),
      messages.map(({ data, weight }) => [data, weight]),
    )
    queue.close()
  })
})
