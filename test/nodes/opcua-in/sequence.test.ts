import assert from 'node:assert/strict'
import { Sequence } from '../../../nodes/opcua-in/sequence'

describe('The numbers of the messages of a subscription', () => {
  const HIGHEST = 0xffffffff

  // biome-ignore format: a table, one line a rule
  const rows: [rule: string, last: number, number: number, missed: number][] = [
    ['begin with 1', 0, 1, 0],
    ['rise by one', 7, 8, 0],
    ['tell by a gap what was missed', 7, 10, 2],
    ['tell it from the first message on', 0, 3, 2],
    ['begin anew after the highest', HIGHEST, 1, 0],
    ['tell of a gap around the highest', HIGHEST - 1, 2, 2],
    ['tell of no gap when they come a second time', 7, 7, 0],
    ['tell of no gap when they are set back', 70, 3, 0],
    ['tell of no gap that no server could fill', 7, 5000, 0],
  ]
  for (const [rule, last, number, missed] of rows) {
    it(rule, () => {
      const sequence = new Sequence()
      if (last > 0) sequence.came(last)
      assert.equal(sequence.missingBefore(number).length, missed)
    })
  }

  it('are listed one by one where they are missing, around the highest, too', () => {
    const sequence = new Sequence()
    sequence.came(HIGHEST - 1)
    assert.deepEqual(sequence.missingBefore(3), [HIGHEST, 1, 2])
  })

  it('have a next one, which is never 0', () => {
    const sequence = new Sequence()
    sequence.came(HIGHEST)
    assert.equal(sequence.next, 1)
    sequence.expect(1)
    assert.equal(sequence.next, 1)
    sequence.expect(8)
    assert.equal(sequence.next, 8)
  })
})
