import assert from 'node:assert/strict'
import { type ColumnFinish, finishOf } from '../../../lib/collector/finish'
import type { Reading } from '../../../lib/collector/reader'
import type { Value } from '../../../lib/contract/batch'

const power = (column: number, from: number, more: Partial<ColumnFinish> = {}): ColumnFinish => ({
  column,
  scale: { kind: 'power', from, called: '"SF"' },
  ...more,
})
const factor = (column: number, from: number): ColumnFinish => ({
  column,
  scale: { kind: 'factor', from, called: '40085' },
})

function reading(values: (Value | null)[], bad: [number, string][] = [], more: Partial<Reading> = {}): Reading {
  return { values, bad: new Map(bad), ...more }
}

/** The first column of two, the second being its scale. */
function scaled(value: Value | null, scale: Value | null, finish = power(0, 1), bad: [number, string][] = []) {
  const finished = finishOf([finish], 1)(reading([value, scale], bad))
  assert.equal(finished.values.length, 1)
  return finished.bad.get(0) ?? finished.values[0]
}

describe('the last step of a reading', () => {
  const bounds = { min: 0, max: 6000 }
  const texts = new Map([['20', 'twenty']])
  const rows: [what: string, result: unknown, ...Parameters<typeof scaled>][] = [
    ['a value × 10^-1, to the last digit', 5024.3, 50243, -1],
    ['a value × 10^0', 5024, 5024, 0],
    ['a value × 10^2', 300, 3, 2],
    ['a value × n', 120, 3, 40, factor(0, 1)],
    ['a value × 0.1', 0.3, 3, 0.1, factor(0, 1)],
    ['the elements of an array', [0.3, -0.1], [3, -1], -1],
    ['the elements of an array that are there', [0.3, null, [null, -0.1]], [3, null, [null, -1]], -1],
    ['digits beyond 2^53', 900719925474099.2, '9007199254740993', -1],
    ['a scale that is no power', 'the scale "SF" holds 41, which is no power of ten that a device scales by', 1, 41],
    ['a scale between two', 'the scale "SF" holds 0.5, which is no power of ten that a device scales by', 1, 0.5],
    ['a scale of texts', 'the scale "SF" is no number', 1, 'x'],
    ['a bad scale', 'the scale "SF" is bad: no answer', 1, null, power(0, 1), [[1, 'no answer']]],
    ['a bad value, which keeps its reason', 'no such register', null, -1, power(0, 1), [[0, 'no such register']]],
    [
      'both bad',
      'first',
      null,
      null,
      power(0, 1),
      [
        [0, 'first'],
        [1, 'second'],
      ],
    ],
    ['a value that is no number', 'the device holds no number here, so nothing can scale it', 'x', 1],
    ['an element that is none', 'element [1]: the device holds no number here, so nothing can scale it', [1, 'x'], 1],
    ['too large a product', '1e+300 times its scale "SF" is too large for a number', 1e300, 40],
    ['a product above its bound', '50240 is above the maximum 6000', 5024, 1, power(0, 1, { bounds })],
    ['a product within its bounds', 5024, 5024, 0, power(0, 1, { bounds })],
    ['a product that has a text', 'twenty', 2, 1, power(0, 1, { texts })],
    ['a product without a text', '21', 21, 0, power(0, 1, { texts })],
  ]
  for (const [what, result, ...input] of rows) it(`takes ${what}`, () => assert.deepEqual(scaled(...input), result))

  it('leaves a reading alone that has nothing to finish', () => {
    const given = reading([1, 2])
    assert.equal(finishOf([], 2)(given), given)
  })

  it('does not change what it is given', () => {
    const given = reading([1, 1], [], { sourceTimes: new Map([[0, 5]]) })
    finishOf([power(0, 1, { bounds: { min: 0, max: 5 } })], 1)(given)
    assert.deepEqual(given, reading([1, 1], [], { sourceTimes: new Map([[0, 5]]) }))
  })

  it('finishes a scale before what it scales, however they are listed', () => {
    for (const finishes of [
      [power(0, 1), power(1, 2)],
      [power(1, 2), power(0, 1)],
    ]) {
      assert.deepEqual(finishOf(finishes, 3)(reading([5, 2, 1])).values, [5e20, 20, 1])
    }
  })

  it('leaves out what was read for it alone, and its reasons', () => {
    const finished = finishOf([power(0, 2)], 2)(reading([1, 2, null], [[2, 'gone']], { held: new Set([1, 2]) }))
    assert.deepEqual(finished, {
      values: [null, 2],
      bad: new Map([[0, 'the scale "SF" is bad: gone']]),
      held: new Set([1]),
    })
  })

  it('leaves a column alone whose turn it is not', () => {
    const finished = finishOf([power(0, 1)], 2)(reading([null, 3], [], { held: new Set([0]) }))
    assert.deepEqual([finished.values, finished.bad.size], [[null, 3], 0])
    const kept = finishOf([power(0, 1)], 2)(reading([7, 3], [], { held: new Set([0]) }))
    assert.deepEqual(kept.values, [7, 3])
  })

  it('does without a scale whose turn it is not', () =>
    assert.deepEqual(
      finishOf([power(0, 1)], 2)(reading([7, null], [], { held: new Set([1]) })).bad,
      new Map([[0, 'the scale "SF" was not read in this cycle']]),
    ))

  it('forgets source times of what is bad, and earlier values whose scale is not known', () => {
    const earlier = [
      { column: 0, value: 1, time: 1 },
      { column: 1, value: 1, time: 1 },
    ]
    const sourceTimes = new Map([
      [0, 5],
      [1, 5],
    ])
    const finished = finishOf([power(0, 1)], 2)(reading([7, 99], [], { earlier, sourceTimes }))
    assert.deepEqual(finished.earlier, [earlier[1]])
    assert.deepEqual(finished.sourceTimes, new Map([[1, 5]]))
  })
})
