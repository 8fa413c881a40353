import assert from 'node:assert/strict'
import { lostWith, parseTotals } from '../../../lib/contract/queue-totals'

describe('totals of a queue', () => {
  it('stay in balance when the file is lost: what was in it counts as dropped', () => {
    assert.deepEqual(lostWith({ sent: 100, delivered: 70, dropped: 10 }), { sent: 100, delivered: 70, dropped: 30 })
  })

  const table: [string, unknown, boolean][] = [
    ['what was saved', { sent: 3, delivered: 2, dropped: 1 }, true],
    ['more in it still', { sent: 9, delivered: 2, dropped: 1 }, true],
    ['more delivered than sent', { sent: 1, delivered: 2, dropped: 0 }, false],
    ['a negative count', { sent: 1, delivered: -1, dropped: 0 }, false],
    ['a missing count', { sent: 1, delivered: 1 }, false],
    ['no object', [1, 1, 0], false],
    ['nothing', undefined, false],
  ]
  for (const [what, input, ok] of table) {
    it(`${ok ? 'are' : 'are not'} read from ${what}`, () =>
      assert.deepEqual(parseTotals(input), ok ? input : undefined))
  }
})
