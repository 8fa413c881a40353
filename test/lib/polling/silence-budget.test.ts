import assert from 'node:assert/strict'
import { restMs, SilenceBudget } from '../../../lib/polling/silence-budget'

describe('the rest between requests that may not be answered', () => {
  const table: [costMs: number, intervalMs: number, rest: number][] = [
    [0, 1000, 0],
    [999, 1000, 0],
    [1000, 1000, 10_000],
    [1500, 1000, 20_000],
    [1500, 200, 16_000],
  ]
  for (const [costMs, intervalMs, rest] of table) {
    it(`is ${rest} ms where each spoils ${costMs} ms of cycles of ${intervalMs} ms`, () =>
      assert.equal(restMs(costMs, intervalMs), rest))
  }

  it('begins with the cycle in which one was not answered, and others were', () => {
    let nowMs = 0
    let silenceCostMs = 1500
    const budget = new SilenceBudget({ intervalMs: 1000, nowMs: () => nowMs, silenceCostMs: () => silenceCostMs })
    budget.note({ answers: 5, silences: 0 })
    budget.note({ answers: 0, silences: 5 })
    assert.equal(budget.isSpent, false)
    budget.note({ answers: 5, silences: 1 })
    nowMs = 19_999
    assert.equal(budget.isSpent, true)
    silenceCostMs = 0
    assert.equal(budget.isSpent, false, 'the device does not keep the place any more')
    silenceCostMs = 1500
    nowMs = 20_000
    assert.equal(budget.isSpent, false)
  })

  it('is none where a silence costs nothing but its timeout', () => {
    const budget = new SilenceBudget({ intervalMs: 1000, nowMs: () => 0 })
    budget.note({ answers: 5, silences: 1 })
    assert.equal(budget.isSpent, false)
  })
})
