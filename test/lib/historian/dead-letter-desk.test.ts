import assert from 'node:assert/strict'
import { join } from 'node:path'
import { encodeBatch } from '../../../lib/contract/batch'
import type { DeadLetterQuestion } from '../../../lib/contract/dead-letters'
import type { Fault } from '../../../lib/contract/fault'
import { HISTORIAN, TITLE_READINGS } from '../../../lib/contract/limits'
import { encodeReadings, encodeSource } from '../../../lib/contract/readings'
import { DeadLetterDesk } from '../../../lib/historian/dead-letter-desk'
import { Queue } from '../../../lib/queue/queue'
import { type Keeper, listDeadLetters, moveDeadLetters } from '../../../nodes/collector-supervisor/dead-letters'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

const WEIGHT = 3

describe('the desk for dead letters', () => {
  const folder = temporaryFolder()
  let queue: Queue
  let desk: DeadLetterDesk
  let keeper: Keeper
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(fault: Fault): void }>()

  beforeEach(() => {
    const path = join(folder(), 'durable.queue')
    queue = Queue.create(path, { capacityBytes: 64 * 2 ** 20 })
    desk = new DeadLetterDesk({
      path,
      answer: (id, answer) => waiting.get(id)?.resolve(answer),
      refuse: (id, fault) => waiting.get(id)?.reject(fault),
    })
    let lastId = 0
    keeper = {
      name: 'plant',
      askKeeper: (question: DeadLetterQuestion) =>
        new Promise((resolve, reject) => {
          waiting.set(++lastId, { resolve, reject })
          desk.ask(lastId, question)
        }),
    }
  })
  afterEach(async () => {
    await desk.close()
    queue.close()
  })

  function bury(count: number, textLength = 0): void {
    const columns = ['a', 'b', 'c'].map((name) => ({ name, unit: '', kind: 'any' as const }))
    const source = encodeSource({ collector: 'press', type: 'modbus', measurement: 'm', pointTags: {}, columns })
    const batch = { generation: 1, revision: 1, cycle: 1, bad: new Map(), sourceTimes: new Map() }
    const values = textLength === 0 ? [1, 2, 3] : ['x'.repeat(textLength), '', '']
    const messages = Array.from({ length: count }, (_, index) => ({
      origin: 'press',
      to: HISTORIAN,
      title: TITLE_READINGS,
      time: new Date(0).toISOString(),
      data: encodeReadings(source, [encodeBatch({ ...batch, time: 1e12 + index, values })]),
      weight: WEIGHT,
    }))
    queue.send(messages)
    for (let left = count; left > 0; ) {
      const some = queue.receive(HISTORIAN, { max: 1000, leaseMs: 60_000 })
      queue.dead(
        some.map(({ id }) => id),
        'field type conflict',
      )
      left -= some.length
    }
  }

  it('lists what is in them, and moves some or all', async () => {
    bury(3)
    const letters = await listDeadLetters([keeper], 10)
    assert.deepEqual(letters[1], {
      supervisor: 'plant',
      id: letters[1]?.id,
      collector: 'press',
      time: new Date(1e12 + 1).toISOString(),
      reason: 'field type conflict',
      samples: WEIGHT,
      measurement: 'm',
      values: { a: 1, b: 2, c: 3 },
    })
    assert.equal((await listDeadLetters([keeper], 2)).length, 2)
    assert.equal(await moveDeadLetters([keeper], 'requeue', [letters[1]?.id ?? 0]), 1)
    assert.equal(await moveDeadLetters([keeper], 'discard', undefined), 2)
    const { dead, dropped, pending, retry } = queue.status()
    assert.deepEqual([dead, dropped, pending + retry], [0, 2 * WEIGHT, WEIGHT])
  })

  it('lists more than one answer holds, each once', async () => {
    bury(450, 10_000)
    const letters = await listDeadLetters([keeper], 1000)
    assert.equal(letters.length, 450)
    assert.equal(new Set(letters.map(({ id }) => id)).size, 450)
  })

  it('leaves out values that are too long to be looked at', async () => {
    bury(1, 100_000)
    const [letter] = await listDeadLetters([keeper], 1)
    assert.deepEqual([letter?.measurement, letter?.values], ['m', undefined])
  })

  it('moves many in slices: others have their turns, the status tells how far it is, and what dies meanwhile stays', async () => {
    bury(5_000)
    const seen = new Set<number>()
    let isDone = false
    const moving = moveDeadLetters([keeper], 'requeue', undefined).finally(() => {
      isDone = true
    })
    let isLateBuried = false
    await until(() => {
      const { dead } = queue.status()
      seen.add(dead)
      if (!isLateBuried && dead < 5_000 * WEIGHT) {
        isLateBuried = true
        queue.send({ origin: 'press', to: 'somebody', title: 'x', time: '', data: new Uint8Array(1), weight: WEIGHT })
        queue.dead(
          queue.receive('somebody', { max: 1, leaseMs: 60_000 }).map(({ id }) => id),
          'late',
        )
      }
      return isDone
    }, 20_000)
    assert.equal(await moving, 5_000)
    assert.ok(seen.size > 3, `${seen.size} different counts were seen`)
    assert.equal(queue.status().dead, WEIGHT)
  })

  it('stops moving when it is closed', async () => {
    bury(5_000)
    const moving = moveDeadLetters([keeper], 'requeue', undefined)
    const refused = assert.rejects(moving, /was stopped/)
    await desk.close()
    await refused
    assert.ok(queue.status().dead > 0)
  })
})
