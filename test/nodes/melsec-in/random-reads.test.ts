import assert from 'node:assert/strict'
import {
  asideMs,
  GIVEN_UP,
  type RandomEvent,
  type RandomReads,
  step,
  UNTRIED,
} from '../../../nodes/melsec-in/random-reads'

const reached = (events: RandomEvent[], from: RandomReads = UNTRIED): RandomReads => events.reduce(step, from)
const PROVEN = reached(['batch-answered', 'point-answered', 'block-answered'])

const B = 'batch-answered'
const P = 'point-answered'
const K = 'block-answered'
const X = 'broken'
const C = 'reconnected'
const R = 'block-refused'
const E = 'cycle-ended'
const D = 'retry-due'
/** In use again, in a cycle of which nothing is known yet. */
const WORKING = reached([P, E], PROVEN)

describe('random reads of a PLC', () => {
  const table: [what: string, from: RandomReads, events: RandomEvent[], kind: RandomReads['kind']][] = [
    ['are given up at a refusal', UNTRIED, [B, 'refused'], 'given-up'],
    ['are given up when a batch is answered after each of two broken ones', UNTRIED, [B, X, B, X, B], 'given-up'],
    ['are not given up before the batch after the second', UNTRIED, [B, X, B, X], 'on-trial'],
    ['are not given up by a PLC that is off', UNTRIED, [B, X, C, X, C, X, C, X, C, X], 'on-trial'],
    ['are not given up by a PLC that was off for long', UNTRIED, [B, X, C, C, C, B, P], 'in-use'],
    ['are given up over connections', UNTRIED, [B, X, C, B, X, C, B], 'given-up'],
    ['are used when a point has been answered', UNTRIED, [B, P], 'in-use'],
    ['are not used because batches are answered', UNTRIED, [B, B, B], 'on-trial'],
    ['are tried again after one that broke', UNTRIED, [B, P, X], 'on-trial'],
    ['are given up when the point is answered and the blocks never', UNTRIED, [B, P, X, B, P, X, B], 'given-up'],
    ['are tried again at another connection', PROVEN, [C], 'on-trial'],
    ['are kept longer when they have worked', PROVEN, [X, B, X, B, X, B], 'on-trial'],
    ['are set aside at last by another server in the place of the PLC', PROVEN, [X, B, X, B, X, B, X, B], 'set-aside'],
    ['forget failures when a block is answered', PROVEN, [X, B, X, B, X, B, P, K, X, B, X, B, X, B], 'on-trial'],
    ['are set aside when a point is refused of what has worked', PROVEN, ['refused'], 'set-aside'],
    ['are tried again when all blocks of a cycle were refused', WORKING, [R, R, E], 'on-trial'],
    ['are not doubted within the cycle', WORKING, [R], 'in-use'],
    ['are not doubted when another block of the cycle was answered before', WORKING, [K, R, E], 'in-use'],
    ['are not doubted when another block of the cycle was answered behind', WORKING, [R, K, E], 'in-use'],
    ['are not doubted for a refusal of the cycle before', WORKING, [R, K, E, E], 'in-use'],
    ['are kept when the single point is answered: it was for the addresses', WORKING, [R, E, B, P], 'in-use'],
    ['are set aside when it is refused, too', WORKING, [R, E, B, 'refused'], 'set-aside'],
    ['stay set aside over connections and answers', WORKING, [R, E, B, 'refused', C, B, P, K, E, R, E], 'set-aside'],
    ['are tried again some time after they were set aside', WORKING, [R, E, B, 'refused', D], 'on-trial'],
    ['come back then', WORKING, [R, E, B, 'refused', D, B, P], 'in-use'],
    ['are set aside again at one more failure', WORKING, [R, E, B, 'refused', D, B, X, B], 'set-aside'],
  ]
  for (const [what, from, events, kind] of table) it(what, () => assert.equal(reached(events, from).kind, kind))

  it('are tried again ever more rarely, and as at first when they have worked in between', () => {
    const waitsOf = (events: RandomEvent[]): number => {
      const reads = reached(events, WORKING)
      return reads.kind === 'set-aside' ? asideMs(reads) / 1000 : 0
    }
    const again: RandomEvent[] = [D, B, 'refused']
    assert.equal(waitsOf(['refused']), 60)
    assert.equal(waitsOf(['refused', ...again]), 120)
    assert.equal(waitsOf(['refused', ...again, ...again, ...again, ...again, ...again]), 600)
    assert.equal(waitsOf(['refused', ...again, D, B, P, K, 'refused']), 60)
  })

  it('stay given up whatever happens', () => {
    for (const event of [B, P, K, X, C, R, E, D, 'refused'] as const) assert.equal(step(GIVEN_UP, event), GIVEN_UP)
  })
})
