import assert from 'node:assert/strict'
import { LOG_BYTES, PAGE_BYTES } from '../../../../lib/historian/history/layout'
import {
  type HistoryFacts,
  nextStep,
  type RetentionStep,
  retentionLimits,
} from '../../../../lib/historian/history/retention-plan'

const DAY = 86_400_000
const NOW = 100 * DAY
const limits = retentionLimits({ days: 7, megabytes: 100 })
/** Pages that may be in use below 100 MB. */
const LIMIT = Math.floor((((100 * 1024 * 1024 - LOG_BYTES) / PAGE_BYTES) * 15) / 16)

describe('what the retention does next', () => {
  const quiet: HistoryFacts = { pages: 1000, freePages: 0, oldestMs: NOW - DAY, nowMs: NOW }
  const table: [string, Partial<HistoryFacts>, boolean, RetentionStep][] = [
    ['nothing while all is within its limits', {}, false, { kind: 'nothing' }],
    ['nothing with an empty history', { oldestMs: undefined }, false, { kind: 'nothing' }],
    ['nothing as long as only a little is too old', { oldestMs: NOW - 7.02 * DAY }, false, { kind: 'nothing' }],
    [
      'deletes all that is too old',
      { oldestMs: NOW - 7.03 * DAY },
      false,
      { kind: 'delete', beforeMs: NOW - 7 * DAY, because: 'age' },
    ],
    [
      'deletes a 256th of the time when there is too much',
      { pages: LIMIT + 1, oldestMs: NOW - 2.56 * DAY },
      false,
      { kind: 'delete', beforeMs: NOW - 2.55 * DAY, because: 'size' },
    ],
    [
      'rather by size than by age',
      { pages: LIMIT + 1, oldestMs: NOW - 256 * DAY },
      false,
      { kind: 'delete', beforeMs: NOW - 255 * DAY, because: 'size' },
    ],
    ['nothing right at the limit', { pages: LIMIT }, false, { kind: 'nothing' }],
    [
      'deletes somewhat more than it must',
      { pages: LIMIT - 10, oldestMs: NOW - 2.56 * DAY },
      true,
      { kind: 'delete', beforeMs: NOW - 2.55 * DAY, because: 'size' },
    ],
    ['and then stops', { pages: Math.floor((LIMIT * 255) / 256) }, true, { kind: 'nothing' }],
    [
      'deletes what is in the future from the oldest on',
      { pages: LIMIT + 1, oldestMs: NOW + DAY },
      false,
      { kind: 'delete', beforeMs: NOW + DAY + 1000, because: 'size' },
    ],
    ['does not count free pages', { pages: LIMIT + 10, freePages: 10 }, false, { kind: 'nothing' }],
    ['leaves some free pages', { pages: 1000, freePages: 256 }, false, { kind: 'nothing' }],
    ['leaves more of them in a large file', { pages: 16_000, freePages: 1000 }, false, { kind: 'nothing' }],
    ['gives back what is beyond', { pages: 16_000, freePages: 1010 }, false, { kind: 'give-back', pages: 10 }],
    [
      'gives back though nothing is left',
      { pages: 16_000, freePages: 15_999, oldestMs: undefined },
      true,
      { kind: 'give-back', pages: 14_999 },
    ],
  ]
  for (const [name, facts, isShrinking, step] of table) {
    it(name, () => {
      const found = nextStep({ ...quiet, ...facts }, limits, isShrinking)
      assert.deepEqual({ ...found, ...('beforeMs' in found && { beforeMs: Math.round(found.beforeMs) }) }, step)
    })
  }

  it('deletes nothing where there are no limits', () => {
    const none = retentionLimits({ days: 0, megabytes: 0 })
    assert.deepEqual(nextStep({ ...quiet, pages: 1e9, oldestMs: 0 }, none, false), { kind: 'nothing' })
  })

  it('has no limit that is smaller than what it needs', () => {
    assert.deepEqual(retentionLimits({ days: 1, megabytes: 1 }), { keptMs: DAY, maxBytes: 16 * 1024 * 1024 })
  })
})
