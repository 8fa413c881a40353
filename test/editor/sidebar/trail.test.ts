import assert from 'node:assert/strict'
import { extend, pathOf, TRAIL_LENGTH } from '../../../editor/sidebar/trail'

describe('The small line of a measurement', () => {
  it('keeps the last ones', () => {
    let trail: readonly number[] = []
    for (let value = 0; value < TRAIL_LENGTH + 3; value++) trail = extend(trail, value)
    assert.deepEqual([trail.length, trail[0], trail.at(-1)], [TRAIL_LENGTH, 3, TRAIL_LENGTH + 2])
  })

  it('is nothing yet with one of them', () =>
    assert.deepEqual([pathOf([], 59, 10, 1), pathOf([5], 59, 10, 1)], ['', '']))

  it('has the newest at the right edge, nothing at the bottom and the most at the top', () => {
    assert.equal(
      pathOf([0, 5, 10], TRAIL_LENGTH - 1, 20, 1),
      `M${TRAIL_LENGTH - 3} 20L${TRAIL_LENGTH - 2} 10L${TRAIL_LENGTH - 1} 0`,
    )
  })

  it('does not make a mountain of little, nor falls below the bottom', () => {
    assert.match(pathOf([1, -1], TRAIL_LENGTH - 1, 20, 10), /^M\d+ 18L\d+ 20$/)
  })

  it('is there for zeros', () => assert.doesNotMatch(pathOf([0, 0], 59, 20, 1), /NaN/))
})
