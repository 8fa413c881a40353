import assert from 'node:assert/strict'
import { Share } from '../../../nodes/collector-supervisor/share'

const LIMIT = { perSecond: 100, burst: 50 }

describe('a share', () => {
  // biome-ignore format: a table, one line a case: [ms, amount, is it within the share]
  const cases: [what: string, steps: [at: number, amount: number, isWithin: boolean][]][] = [
    ['has a burst at once', [[0, 50, true], [0, 1, false]]],
    ['has its rate for ever', [[0, 50, true], [100, 10, true], [200, 10, true], [300, 10, true]]],
    ['is no more than its rate after that', [[0, 50, true], [100, 11, false]]],
    ['begins anew when it was passed', [[0, 60, false], [100, 10, true], [100, 1, false]]],
    ['gathers no more than a burst while it is looked at', [[0, 0, true], [500, 0, true], [1000, 0, true], [1000, 101, false]]],
    ['has all the time in which nobody looked', [[0, 50, true], [10_000, 1000, true], [10_000, 1, false]]],
  ]
  for (const [what, steps] of cases) {
    it(what, () => {
      const share = new Share(LIMIT, 0)
      assert.deepEqual(
        steps.map(([at, amount]) => share.take(amount, at)),
        steps.map(([, , isWithin]) => isWithin),
      )
    })
  }
})
