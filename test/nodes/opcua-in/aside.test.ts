import assert from 'node:assert/strict'
import { Aside, describeAside } from '../../../nodes/opcua-in/aside'

describe('Tags that are put aside', () => {
  let nowMs = 0
  const dueAfter = (ms: number, aside: Aside): number[] => {
    nowMs += ms
    return aside.due()
  }

  it('are due after 10 s, then ever later, at most after 5 min', () => {
    const aside = new Aside(() => nowMs)
    for (const waitMs of [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      aside.put(3)
      assert.deepEqual(dueAfter(waitMs - 1, aside), [])
      assert.deepEqual(dueAfter(1, aside), [3])
    }
  })

  it('are not there any more once they are released, and wait longer when they come back', () => {
    const aside = new Aside(() => nowMs)
    aside.put(3)
    aside.release(3)
    assert.deepEqual([aside.has(3), dueAfter(600_000, aside)], [false, []])
    aside.put(3)
    assert.deepEqual([aside.has(3), dueAfter(19_999, aside), dueAfter(1, aside)], [true, [], [3]])
    aside.clear()
    assert.deepEqual([aside.has(3), aside.due()], [false, []])
  })

  it('are due five at a time, the one that waits longest first', () => {
    const aside = new Aside(() => nowMs)
    for (const column of [7, 6, 5, 4, 3, 2]) {
      aside.put(column)
      nowMs++
    }
    assert.deepEqual(dueAfter(20_000, aside), [7, 6, 5, 4, 3])
  })

  it('are told by the name of the first and the number of the others', () => {
    assert.match(describeAside([['a', 'why']]), /"a" can be used, .*: why$/)
    assert.match(
      describeAside([
        ['a', 'why'],
        ['b', 'other'],
      ]),
      /"a", and 1 others can/,
    )
  })
})
