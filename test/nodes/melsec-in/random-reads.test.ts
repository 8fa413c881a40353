import assert from 'node:assert/strict'
import { GIVEN_UP, type RandomEvent, type RandomReads, step, UNTRIED } from '../../../nodes/melsec-in/random-reads'

const after = (events: RandomEvent[], from: RandomReads = UNTRIED): RandomReads => events.reduce(step, from)
const PROVEN = after(['batch-answered', 'point-answered', 'block-answered'])

const B = 'batch-answered'
const P = 'point-answered'
const K = 'block-answered'
const X = 'broken'
const C = 'reconnected'

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
    ['are given up at last by another server in the place of the PLC', PROVEN, [X, B, X, B, X, B, X, B], 'given-up'],
    ['forget failures when a block is answered', PROVEN, [X, B, X, B, X, B, P, K, X, B, X, B, X, B], 'on-trial'],
    ['are given up when what has worked is refused', PROVEN, ['refused'], 'given-up'],
  ]
  for (const [what, from, events, kind] of table) it(what, () => assert.equal(after(events, from).kind, kind))

  it('stay given up whatever happens', () => {
    for (const event of [B, P, K, X, C, 'refused'] as const) assert.equal(step(GIVEN_UP, event), GIVEN_UP)
  })
})
