import assert from 'node:assert/strict'
import { isTold } from '../../../lib/collector/repetition'

describe('what repeats itself', () => {
  it('is told of one by one at first, then now and then', () => {
    const told = Array.from({ length: 2500 }, (_, index) => index + 1).filter(isTold)
    assert.deepEqual(told, [1, 2, 3, 1000, 2000])
  })
})
