// An operator requeues very many dead letters at once: Node-RED does not notice. `npm run bench` does it with more of them.

import assert from 'node:assert/strict'
import { BuriedLetters } from '../support/buried-letters'
import { OwnLoop } from '../support/loop-meter'

const LETTERS = 150_000
const HELD_UP_MAX_MS = 50
const GROWTH_MAX_MB = 40

describe('very many dead letters', function () {
  this.timeout(300_000)
  let buried: BuriedLetters

  before(async () => {
    buried = await BuriedLetters.start(LETTERS)
  })
  after(() => buried?.dispose())

  it('are requeued beside Node-RED', async () => {
    const own = new OwnLoop()
    const cost = await buried.requeue()
    const ownMs = own.end()
    assert.ok(cost.meanwhile.heldUpMs < HELD_UP_MAX_MS + ownMs, JSON.stringify({ ...cost, ownMs }))
    assert.ok(cost.growthMb < GROWTH_MAX_MB, JSON.stringify(cost))
    assert.equal((await buried.nodeRed.row('historian plant')).generation, 1)
  })
})
