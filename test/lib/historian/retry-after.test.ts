import assert from 'node:assert/strict'
import { parseRetryAfter, RETRY_AFTER_MAX_MS } from '../../../lib/historian/retry-after'

const NOW = Date.parse('Fri, 06 Nov 2026 08:00:00 GMT')

describe('Retry-After', () => {
  const table: [string, number | undefined][] = [
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['99999999999999999999', RETRY_AFTER_MAX_MS],
    ['Fri, 06 Nov 2026 08:00:30 GMT', 30_000],
    ['Friday, 06-Nov-26 08:00:30 GMT', 30_000],
    ['Fri Nov  6 08:00:30 2026', 30_000],
    ['Fri, 06 Nov 2026 07:00:00 GMT', 0],
    ['Sun, 06 Nov 2033 08:00:00 GMT', RETRY_AFTER_MAX_MS],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-06T08:00:30Z', undefined],
    ['Friday', undefined],
    ['', undefined],
  ]
  for (const [text, ms] of table) {
    it(`"${text}" is ${ms === undefined ? 'nonsense' : `${ms} ms`}`, () => assert.equal(parseRetryAfter(text, NOW), ms))
  }
})
