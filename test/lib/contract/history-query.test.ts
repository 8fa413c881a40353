import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { HISTORY_BUCKETS_MAX, HISTORY_TAGS_MAX, parseHistoryQuery } from '../../../lib/contract/history-query'

const NOW = Date.UTC(2030, 5, 1, 12)
const HOUR = 3_600_000

function parsed(input: Record<string, unknown>) {
  const outcome = parseHistoryQuery({ collector: 'press', ...input }, NOW)
  return outcome.ok ? outcome.value : outcome.problem
}
const local = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts).getTime()

describe('a query of the history', () => {
  it('by the collector alone is for the last hour of all its tags', () => {
    const value = { collector: 'press', tags: undefined, from: NOW - HOUR, to: NOW, buckets: undefined }
    assert.deepEqual(parsed({}), value)
    assert.deepEqual(parsed({ tag: '', from: '', to: '', buckets: '' }), value)
  })

  const refusals: [string, Record<string, unknown>, RegExp][] = [
    ['no collector', { collector: undefined }, /^collector/],
    ['an empty collector', { collector: '' }, /^collector/],
    ['two collectors', { collector: ['a', 'b'] }, /^collector/],
    ['a collector with too long a name', { collector: 'x'.repeat(201) }, /^collector/],
    ['too many tags', { tag: Array.from({ length: HISTORY_TAGS_MAX + 1 }, (_, index) => `t${index}`) }, /^tag/],
    ['a tag that is an object of objects', { tag: { a: {} } }, /^tag/],
    ['a tag that is a number', { tag: 5 }, /^tag/],
    ['two times', { from: ['1', '2'] }, /^from/],
    ['a word for a time', { from: 'yesterday' }, /^from: expected ms/],
    ['blanks for a time', { to: ' ' }, /^to/],
    ['a time ahead of now', { to: '+1h' }, /^to/],
    ['a time of an unknown unit', { from: '-1y' }, /^from/],
    ['a day that no month has', { from: '2030-13-01' }, /^from/],
    ['a time beyond all clocks', { to: '9999999999999999' }, /^to/],
    ['a time before all clocks', { from: '-999999999w' }, /^from/],
    ['a range that ends where it begins', { from: '5', to: '5' }, /earlier/],
    ['a range that goes backwards', { from: 'now', to: '-1h' }, /earlier/],
    ['no buckets', { buckets: '0' }, /^buckets/],
    ['too many buckets', { buckets: String(HISTORY_BUCKETS_MAX + 1) }, /^buckets/],
    ['a fraction of a bucket', { buckets: '1.5' }, /^buckets/],
    ['negative buckets', { buckets: '-1' }, /^buckets/],
    ['buckets that are no number', { buckets: '1e3' }, /^buckets/],
    ['two numbers of buckets', { buckets: ['1', '2'] }, /^buckets/],
  ]
  for (const [name, input, problem] of refusals) {
    it(`with ${name} is refused`, () => {
      const outcome = parsed(input)
      assert.ok(typeof outcome === 'string')
      assert.match(outcome, problem)
    })
  }

  const times: [string, number][] = [
    ['now', NOW],
    ['0', 0],
    ['-5', -5],
    [String(NOW - 1), NOW - 1],
    ['-90s', NOW - 90_000],
    ['-15m', NOW - 15 * 60_000],
    ['-1h', NOW - HOUR],
    ['now-1h', NOW - HOUR],
    ['-7d', NOW - 7 * 24 * HOUR],
    ['-2w', NOW - 14 * 24 * HOUR],
    ['2030-06-01T10:00:00Z', NOW - 2 * HOUR],
    ['2030-06-01T10:00:00.250Z', NOW - 2 * HOUR + 250],
    ['2030-06-01T18:00:00+08:00', NOW - 2 * HOUR],
    ['2030-06-01T18:00:00 08:00', NOW - 2 * HOUR],
    ['2030-06-01T18:00:00+0800', NOW - 2 * HOUR],
    ['2030-06-01T05:00-05:00', NOW - 2 * HOUR],
    ['2030-05-01', local(2030, 4, 1)],
    ['2030-05-01T08:30', local(2030, 4, 1, 8, 30)],
    ['2030-05-01 08:30:15', local(2030, 4, 1, 8, 30, 15)],
  ]
  for (const [text, time] of times) {
    it(`knows the time ${text}`, () => {
      const outcome = parsed({ from: text, to: String(NOW + 1) })
      assert.ok(typeof outcome !== 'string', String(outcome))
      assert.equal(outcome.from, time)
    })
  }

  it('names tags once, of any kind and number, as Express parses them', () => {
    const tags = (tag: unknown) => {
      const outcome = parsed({ tag })
      return typeof outcome === 'string' ? outcome : outcome.tags
    }
    assert.deepEqual(tags('a,b'), ['a,b'])
    assert.deepEqual(tags(['a', 'b', 'a', '']), ['a', 'b'])
    assert.deepEqual(tags({ 0: 'a', 1: '__proto__' }), ['a', '__proto__'])
  })

  it('takes buckets up to the limit', () => {
    for (const buckets of [1, HISTORY_BUCKETS_MAX]) {
      const outcome = parsed({ buckets: String(buckets) })
      assert.ok(typeof outcome !== 'string')
      assert.equal(outcome.buckets, buckets)
    }
  })

  it('of any other shape is a problem or a query within the limits, never an error', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('now', '-1h', '5', '2030-01-01'), fc.anything())
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ collector: part, tag: part, from: part, to: part, buckets: part })),
        (input) => {
          const outcome = parseHistoryQuery(input, NOW)
          if (!outcome.ok) return assert.ok(outcome.problem.length > 0)
          const { from, to } = outcome.value
          assert.ok(from < to && Number.isFinite(from) && Number.isFinite(to))
        },
      ),
    )
  })
})
