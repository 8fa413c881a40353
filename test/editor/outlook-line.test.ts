import assert from 'node:assert/strict'
import { aboutMs } from '../../editor/outlook-line'

const cases: [ms: number, about: number][] = [
  [0, 1],
  [0.3, 1],
  [1, 1],
  [7.2, 8],
  [12, 12],
  [99.1, 100],
  [101, 110],
  [1000, 1000],
  [1040, 1100],
  [12_345, 13_000],
]

describe('A time that nobody knows exactly', () => {
  for (const [ms, about] of cases) it(`of ${ms} ms is about ${about} ms`, () => assert.equal(aboutMs(ms), about))
})
