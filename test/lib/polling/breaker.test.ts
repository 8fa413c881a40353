import assert from 'node:assert/strict'
import { type Breaker, type BreakerEvent, CLOSED, mayAsk, step } from '../../../lib/polling/breaker'

const closed = (lost: number, heard = false): Breaker => ({ state: 'closed', lost, heard })
const open = (tries: number, waitMs: number, untilMs: number): Breaker => ({ state: 'open', tries, waitMs, untilMs })
const halfOpen = (tries: number): Breaker => ({ state: 'half-open', tries })

const cycle = (nowMs: number): BreakerEvent => ({ type: 'cycle', nowMs })
const lost = (nowMs: number, chance = 0): BreakerEvent => ({ type: 'lost', nowMs, chance })
const answered: BreakerEvent = { type: 'answered' }
const due: BreakerEvent = { type: 'due' }

describe('the breaker of a unit', () => {
  const table: [before: Breaker, event: BreakerEvent, after: Breaker][] = [
    [closed(0), cycle(500), closed(0)],
    [closed(0), answered, closed(0, true)],
    [closed(0), lost(500), closed(1)],
    [closed(0), due, closed(0)],
    [closed(0, true), cycle(500), closed(0)],
    [closed(0, true), lost(500), closed(1, true)],
    [closed(1), cycle(500), closed(1)],
    [closed(1), answered, closed(0, true)],
    [closed(1), lost(500), open(1, 1000, 1500)],
    [closed(1), lost(500, 0.5), open(1, 875, 1375)],
    [closed(1, true), lost(500), closed(2, true)],
    [closed(2, true), cycle(500), closed(2)],
    [closed(2), lost(500), open(1, 1000, 1500)],
    [open(1, 1000, 1500), cycle(1499), open(1, 1000, 1500)],
    [open(1, 1000, 1500), cycle(1500), halfOpen(1)],
    [open(1, 1000, 1500), due, halfOpen(0)],
    [halfOpen(1), cycle(1600), halfOpen(1)],
    [halfOpen(1), due, halfOpen(1)],
    [halfOpen(1), answered, closed(0, true)],
    [halfOpen(1), lost(1600), open(2, 2000, 3600)],
    [halfOpen(5), lost(1600), open(6, 30_000, 31_600)],
    [halfOpen(90), lost(1600), open(91, 30_000, 31_600)],
    [halfOpen(90), lost(1600, 0.999), open(91, 22_507.5, 24_107.5)],
    // a request that was on its way when the unit was taken for dead
    [open(1, 1000, 1500), lost(900), open(2, 2000, 2900)],
    [open(1, 1000, 1500), answered, closed(0, true)],
  ]
  for (const [before, event, after] of table) {
    it(`${JSON.stringify(before)} + ${JSON.stringify(event)}`, () => {
      assert.deepEqual(step(before, event), after)
    })
  }

  it('lets requests through, but not to a unit that is taken for dead or has just fallen silent', () => {
    for (const breaker of [CLOSED, closed(1), closed(1, true), closed(2), halfOpen(3)]) assert.ok(mayAsk(breaker))
    for (const breaker of [open(1, 1000, 1500), closed(2, true), closed(3, true)]) assert.ok(!mayAsk(breaker))
  })

  it('waits no longer for a dead unit that was tried before its time, however often', () => {
    const third = open(3, 4000, 4000)
    let breaker: Breaker = third
    for (const nowMs of [100, 200, 300, 3999]) {
      breaker = step(step(breaker, due), lost(nowMs))
      assert.deepEqual(breaker, open(3, 4000, nowMs + 4000))
    }
    const atItsTime = step(step(breaker, cycle(7999)), lost(7999))
    assert.deepEqual(atItsTime, open(4, 8000, 15_999))
  })

  it('makes nothing new as long as all is well', () => {
    const first = step(CLOSED, answered)
    assert.equal(step(step(first, cycle(5)), answered), first)
  })
})
