import assert from 'node:assert/strict'
import { BELIEVED_MS, Horizon } from '../../../lib/historian/horizon'
import { SEARCH_REQUESTS_MAX, SearchBudget, TURN_MS, TURN_REQUESTS_MAX } from '../../../lib/historian/search-budget'

describe('the budget of searches', () => {
  it('has 64 requests in any minute, however they are spread', () => {
    const budget = new SearchBudget()
    const taken: number[] = []
    for (let ms = 0; ms < 300_000; ms += 250) {
      budget.begin(ms, false)
      for (let round = 0; round < 5; round++) if (budget.take(ms)) taken.push(ms)
      budget.end(ms)
    }
    for (const from of taken) {
      const within = taken.filter((ms) => ms >= from && ms < from + 60_000).length
      assert.ok(within <= SEARCH_REQUESTS_MAX, `${within} from ${from} on`)
    }
    assert.equal(taken.length, 5 * SEARCH_REQUESTS_MAX)
  })

  it('ends a turn after some requests, and after some time', () => {
    const budget = new SearchBudget()
    budget.begin(0, false)
    const inTurn = Array.from({ length: 100 }, () => budget.take(0)).filter(Boolean)
    assert.equal(inTurn.length, TURN_REQUESTS_MAX)
    budget.end(0)
    budget.begin(1000, false)
    const slow = [1000, 1500, 2000, 2500, 1000 + TURN_MS].map((ms) => budget.take(ms))
    assert.deepEqual(slow, [true, true, true, true, false])
  })

  it('lets what was set aside wait for the end of a rest, and what is fresh not', () => {
    const budget = new SearchBudget()
    budget.begin(0, false)
    budget.take(0)
    budget.end(1000)
    budget.begin(2999, true)
    assert.equal(budget.take(2999), false)
    assert.equal(budget.freeInMs(2999), 1)
    budget.begin(2999, false)
    assert.equal(budget.take(2999), true)
    budget.end(2999)
    budget.begin(3000, true)
    assert.equal(budget.take(3000), true)
  })

  it('keeps half of it from what is known already', () => {
    const budget = new SearchBudget()
    const spare: boolean[] = []
    for (let claim = 0; claim < SEARCH_REQUESTS_MAX; claim++) {
      budget.begin(claim, false)
      spare.push(budget.take(claim, { spare: true }))
      budget.end(claim)
    }
    assert.equal(spare.filter(Boolean).length, SEARCH_REQUESTS_MAX / 2)
    budget.begin(100, false)
    assert.equal(budget.take(100), true)
  })
})

describe('how far back the database keeps', () => {
  it('is not known at first, moves on with the clock, and is asked again after a while', () => {
    const horizon = new Horizon()
    assert.equal(horizon.against(0, 0), undefined)
    horizon.learn(5000, 'too old', 100)
    assert.equal(horizon.against(5000, 100), 'too old')
    assert.equal(horizon.against(5001, 100), undefined)
    assert.equal(horizon.against(5900, 1000), 'too old')
    assert.equal(horizon.against(5901, 1000), undefined)
    assert.equal(horizon.against(0, 100 + BELIEVED_MS), undefined)
  })

  it('is what reaches furthest', () => {
    const horizon = new Horizon()
    horizon.learn(5000, 'first', 0)
    horizon.learn(4000, 'second', 10)
    assert.equal(horizon.against(5000, 10), 'first')
    horizon.learn(9000, 'third', 20)
    assert.equal(horizon.against(5000, 20), 'third')
  })
})
