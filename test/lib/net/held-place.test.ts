import assert from 'node:assert/strict'
import { type HeldPlace, mayBeHeld, NEVER_HELD, type PlaceEvent, step } from '../../../lib/net/held-place'

const letGo = (atMs: number): PlaceEvent => ({ type: 'let-go', atMs })
const served = (atMs: number): PlaceEvent => ({ type: 'served', atMs })
const AWAY: PlaceEvent = { type: 'turned-away' }

describe('how long a device keeps the place of a client that has gone', () => {
  const table: [what: string, events: PlaceEvent[], heldMs: number][] = [
    ['a device that takes the next client at once', [letGo(0), served(2)], 0],
    ['one that turns it away for a while', [letGo(0), AWAY, AWAY, served(1500)], 1500],
    ['one that turned it away once before', [letGo(0), AWAY, served(1500), letGo(5000), served(5010)], 10],
    ['one that was asked again later than it needs', [letGo(0), AWAY, served(1500), letGo(5000), served(9000)], 1500],
    ['one that needs longer now', [letGo(0), AWAY, served(1500), letGo(5000), AWAY, served(9000)], 4000],
    ['one that was off meanwhile', [letGo(0), AWAY, served(1500), letGo(5000), AWAY, served(90_000)], 1500],
    ['one that turned away without our having let go', [AWAY, served(1500)], 0],
    ['one that has not served since', [letGo(0), AWAY], 0],
    ['one that serves on and on', [letGo(0), AWAY, served(1500), served(1600), served(9000)], 1500],
  ]
  it('may be why a connection is closed, for half a minute after we let go', () => {
    const turnedAway = [letGo(0), AWAY].reduce<HeldPlace>(step, NEVER_HELD)
    assert.deepEqual([mayBeHeld(turnedAway, 30_000), mayBeHeld(turnedAway, 30_001)], [true, false])
    assert.equal(mayBeHeld(step(NEVER_HELD, AWAY), 0), false)
    assert.equal(mayBeHeld(step(turnedAway, served(10)), 20), false)
  })

  for (const [what, events, heldMs] of table) {
    it(`is ${heldMs} ms of ${what}`, () => {
      assert.equal(events.reduce<HeldPlace>(step, NEVER_HELD).heldMs, heldMs)
    })
  }
})
