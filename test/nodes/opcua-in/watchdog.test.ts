import assert from 'node:assert/strict'
import { Watchdog } from '../../../nodes/opcua-in/watchdog'

describe('The watchdog of a subscription', () => {
  const LIMITS = { silentMs: 5000, starvedMs: 7000 }
  const BUSY = { silentMs: 60_000, starvedMs: 3000 }
  let watchdog: Watchdog
  beforeEach(() => {
    watchdog = new Watchdog()
    watchdog.begin(1000, LIMITS, false)
  })

  it('waits for the first message, but not for ever', () => {
    assert.equal(watchdog.standing(6000), 'waiting')
    assert.equal(watchdog.standing(6001), 'silent')
  })

  it('lives by messages without data where no clock is told', () => {
    watchdog.heard(2000, false)
    assert.equal(watchdog.standing(7000), 'well')
    assert.equal(watchdog.standing(7001), 'silent')
  })

  describe('where a clock is told', () => {
    beforeEach(() => watchdog.begin(1000, LIMITS, true))

    it('wants data', () => {
      watchdog.heard(2000, true)
      for (const atMs of [4000, 6000, 8000]) watchdog.heard(atMs, false)
      assert.equal(watchdog.standing(9000), 'well')
      assert.equal(watchdog.standing(9001), 'starved')
    })

    it('calls it silence when nothing else came either, however rarely the server would have said that it lives', () => {
      watchdog.begin(1000, BUSY, true)
      watchdog.heard(2000, true)
      assert.equal(watchdog.standing(5000), 'well')
      assert.equal(watchdog.standing(5001), 'silent')
      watchdog.heard(4000, false)
      assert.equal(watchdog.standing(5001), 'starved')
    })

    it('wants them from the beginning', () => {
      watchdog.heard(2000, false)
      assert.equal(watchdog.standing(2000), 'waiting')
      watchdog.heard(5000, false)
      assert.equal(watchdog.standing(8001), 'starved')
    })

    it('does not want them from a server whose clock is not to be trusted, until it goes', () => {
      watchdog.distrustClock()
      watchdog.begin(1000, LIMITS, true)
      for (const atMs of [2000, 6000]) watchdog.heard(atMs, false)
      assert.equal(watchdog.standing(9000), 'well')
      watchdog.tick(5)
      watchdog.tick(5)
      assert.equal(watchdog.standing(9000), 'well')
      watchdog.tick(6)
      assert.equal(watchdog.standing(9000), 'starved')
    })

    it('takes a clock that is set back for one that goes', () => {
      watchdog.tick(500)
      watchdog.tick(5)
      assert.equal(watchdog.ticking, true)
    })

    it('forgets everything else with a new subscription', () => {
      watchdog.tick(5)
      watchdog.tick(6)
      watchdog.heard(2000, true)
      watchdog.begin(8000, LIMITS, true)
      assert.deepEqual([watchdog.standing(8000), watchdog.clock, watchdog.ticking], ['waiting', undefined, true])
    })
  })
})
