import assert from 'node:assert/strict'
import { backoffMs } from '../../../lib/contract/backoff'

describe('backoff', () => {
  const table = [
    [0, 0],
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [100_000, 30_000],
  ] as const
  for (const [failed, ms] of table) {
    it(`waits ${ms} ms after ${failed} failed attempts, or up to a quarter less`, () => {
      assert.equal(backoffMs(failed, 0), ms)
      assert.equal(backoffMs(failed, 0.5), ms * 0.875)
      assert.ok(backoffMs(failed, 0.999999) >= ms * 0.75)
    })
  }
})
