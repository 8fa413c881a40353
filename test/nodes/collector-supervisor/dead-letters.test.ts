// Dead letters of several supervisors, as the REST routes and the sidebar show them.

import assert from 'node:assert/strict'
import type { DeadLetterGroup, DeadLetterQuestion } from '../../../lib/contract/dead-letters'
import { Fault } from '../../../lib/contract/fault'
import {
  groupDeadLetters,
  type Keeper,
  listDeadLetters,
  moveDeadLetters,
} from '../../../nodes/collector-supervisor/dead-letters'

function keeper(name: string, answer: (question: DeadLetterQuestion) => unknown): Keeper {
  return { name, askKeeper: async (question) => answer(question) }
}

function group(field: string, samples: number): DeadLetterGroup {
  const time = new Date(0).toISOString()
  const what = { measurement: 'press', field, reason: 'type conflict', collectors: ['press'] }
  return { ...what, samples, letters: 1, first: time, last: time, ids: [samples] }
}

function letter(id: number) {
  return { id, collector: 'press', time: new Date(0).toISOString(), reason: 'type conflict', samples: 1 }
}

describe('dead letters of several supervisors', () => {
  it('are grouped with the most samples first, whosever they are, and say whose', async () => {
    const groups = await groupDeadLetters([
      keeper('north', () => [group('a', 20), group('b', 3)]),
      keeper('south', () => []),
      keeper('west', () => [group('a', 300), group('c', 5)]),
    ])
    assert.deepEqual(
      groups.map(({ supervisor, field, samples, ids }) => [supervisor, field, samples, ids]),
      [
        ['west', 'a', 300, [300]],
        ['north', 'a', 20, [20]],
        ['west', 'c', 5, [5]],
        ['north', 'b', 3, [3]],
      ],
    )
  })

  it('are listed for each, up to as many, answer after answer', async () => {
    const answering = (last: number) => (question: DeadLetterQuestion) => {
      assert.ok(question.ask === 'dead-letters')
      const left = Math.min(last - question.after, question.max, 2)
      return Array.from({ length: Math.max(0, left) }, (_, index) => letter(question.after + index + 1))
    }
    const letters = await listDeadLetters([keeper('north', answering(3)), keeper('south', answering(9))], 5)
    assert.deepEqual(
      letters.map(({ supervisor, id }) => `${supervisor} ${id}`),
      ['north 1', 'north 2', 'north 3', 'south 1', 'south 2', 'south 3', 'south 4', 'south 5'],
    )
  })

  it('are moved by each, and counted together', async () => {
    const asked: unknown[] = []
    const answering = (count: number) => (question: DeadLetterQuestion) => {
      asked.push(question)
      return count
    }
    const keepers = [keeper('north', answering(700_000)), keeper('south', answering(4))]
    assert.equal(await moveDeadLetters(keepers, 'requeue', undefined), 700_004)
    assert.equal(await moveDeadLetters(keepers.slice(1), 'discard', [4, 5]), 4)
    assert.deepEqual(asked, [
      { ask: 'move-dead-letters', how: 'requeue' },
      { ask: 'move-dead-letters', how: 'requeue' },
      { ask: 'move-dead-letters', how: 'discard', ids: [4, 5] },
    ])
  })

  it('are a Fault where one of them gives no answer, or one that is none', async () => {
    const good = keeper('north', () => [])
    const silent = keeper('south', () => {
      throw new Fault('link', 'timeout', 'no answer within 10 s')
    })
    const odd = keeper('west', () => [{ id: 'one' }])
    await assert.rejects(groupDeadLetters([good, silent]), /no answer within 10 s/)
    for (const ask of [groupDeadLetters([good, odd]), listDeadLetters([good, odd], 5)]) {
      await assert.rejects(ask, (thrown) => thrown instanceof Fault && /malformed answer/.test(thrown.message))
    }
    await assert.rejects(moveDeadLetters([good], 'requeue', undefined), /malformed answer/)
  })
})
