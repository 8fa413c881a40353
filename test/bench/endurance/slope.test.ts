// The straight line through samples: what says whether something rises.

import assert from 'node:assert/strict'
import { slopePerHour } from '../../../bench/endurance/slope'

const MINUTE_MS = 60_000

describe('a slope', () => {
  const cases: { title: string; values: number[]; perHour: number }[] = [
    { title: 'of what stays is nothing', values: [5, 5, 5, 5], perHour: 0 },
    { title: 'of one more each minute is 60 an hour', values: [1, 2, 3, 4, 5], perHour: 60 },
    { title: 'of what falls is negative', values: [10, 8, 6], perHour: -120 },
    { title: 'is not that of first and last alone', values: [0, 0, 0, 0, 10], perHour: 120 },
    { title: 'of what goes up and down alike is nothing', values: [1, 3, 1], perHour: 0 },
  ]
  for (const { title, values, perHour } of cases) {
    it(title, () => {
      const slope = slopePerHour(values.map((value, minute) => ({ atMs: minute * MINUTE_MS, value })))
      assert.ok(Math.abs(slope - perHour) < 1e-9, String(slope))
    })
  }

  it('needs two moments', () => {
    assert.ok(Number.isNaN(slopePerHour([])))
    assert.ok(Number.isNaN(slopePerHour([{ atMs: 0, value: 1 }])))
  })
})
