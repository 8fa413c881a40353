import assert from 'node:assert/strict'
import { arrived, gaveUp, NOTHING_OWED, type OwedAnswers, waitMs } from '../../../../nodes/melsec-in/link/owed-answers'

describe('answers that may still come to a named port', () => {
  const one = gaveUp(NOTHING_OWED, 1000, 200)
  const two = gaveUp(one, 1300, 200)
  const table: [what: string, owed: OwedAnswers, nowMs: number, ms: number][] = [
    ['are none at first', NOTHING_OWED, 1000, 0],
    ['are waited for three timeouts', one, 1000, 600],
    ['are waited for what is left of them', one, 1450, 150],
    ['are not waited for any longer', one, 1600, 0],
    ['are not waited for once they have come', arrived(one), 1001, 0],
    ['are waited for from the last request on', two, 1300, 600],
    ['are waited for until the last has come', arrived(two), 1300, 600],
    ['are all there when all have come', arrived(arrived(two)), 1300, 0],
    ['are not owed because something else came', arrived(arrived(arrived(two))), 1300, 0],
  ]
  for (const [what, owed, nowMs, ms] of table) it(what, () => assert.equal(waitMs(owed, nowMs), ms))

  it('are counted from nothing again after more have come than were owed', () => {
    assert.equal(waitMs(gaveUp(arrived(NOTHING_OWED), 0, 10), 0), 30)
  })
})
