import assert from 'node:assert/strict'
import { ASK_AGAIN_MS, Suspects } from '../../../lib/historian/suspects'
import { readingOf } from './readings-of-test'

const CONFLICT = 'partial write: field type conflict: input field "t" on measurement "plant" is type string'
const UNKNOWN = 'the value does not please me'

const reading = readingOf(0, { t: 1 })
const [field] = reading.fields
assert.ok(field)

function refusedTimes(reasons: readonly string[], stepMs = 0): Suspects {
  const suspects = new Suspects()
  for (const [index, reason] of reasons.entries()) suspects.add(reading, reason, index * stepMs)
  return suspects
}

describe('fields that the database has refused', () => {
  const rows: [what: string, reasons: string[], believed: string | undefined][] = [
    ['never', [], undefined],
    ['once, for words that nobody knows', [UNKNOWN], undefined],
    ['twice', [UNKNOWN, UNKNOWN], undefined],
    ['three times alone, whatever the words', [UNKNOWN, 'no', UNKNOWN], UNKNOWN],
    ['more often', [UNKNOWN, UNKNOWN, UNKNOWN, 'no'], 'no'],
    ['once, for their type', [CONFLICT], CONFLICT],
    ['for other words than at first', [CONFLICT, UNKNOWN], undefined],
  ]
  for (const [what, reasons, believed] of rows) {
    it(`are ${believed === undefined ? 'asked about' : 'refused without asking'}: ${what}`, () => {
      const suspects = refusedTimes(reasons)
      assert.equal(suspects.has(reading, field), reasons.length > 0)
      assert.equal(suspects.refusedType(reading, field), believed)
      assert.equal(suspects.refusedNow(reading, field, 0), believed)
    })
  }

  it('are asked about again a minute after the last refusal, and still known', () => {
    const suspects = refusedTimes([UNKNOWN, UNKNOWN, UNKNOWN], 1000)
    assert.equal(suspects.refusedNow(reading, field, 2000 + ASK_AGAIN_MS - 1), UNKNOWN)
    assert.equal(suspects.refusedNow(reading, field, 2000 + ASK_AGAIN_MS), undefined)
    assert.equal(suspects.refusedType(reading, field), UNKNOWN)
  })

  it('are counted from the beginning once the database has taken one', () => {
    const suspects = refusedTimes([UNKNOWN, UNKNOWN])
    suspects.clear(reading)
    assert.ok(!suspects.has(reading, field))
    suspects.add(reading, UNKNOWN, 0)
    assert.equal(suspects.refusedType(reading, field), undefined)
  })

  it('are the same whoever reads them, but not in another measurement or of another type', () => {
    const suspects = refusedTimes([CONFLICT])
    for (const [others, isKnown] of [
      [{ collector: 'oven' }, true],
      [{ measurement: 'hall' }, false],
      [{ kinds: { t: 'integer' } }, false],
    ] as const) {
      const other = readingOf(5, { t: 2 }, others)
      assert.equal(suspects.has(other, other.fields[0] ?? assert.fail()), isKnown, JSON.stringify(others))
    }
    const text = readingOf(5, { t: 'on' }, { kinds: { t: 'any' } })
    assert.ok(!suspects.has(text, text.fields[0] ?? assert.fail()))
  })

  it('are forgotten, the longest known first, where there are more than ten thousand', () => {
    const suspects = refusedTimes([CONFLICT])
    const others = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`u${index}`, 1]))
    suspects.add(readingOf(0, others), CONFLICT, 0)
    assert.equal(suspects.size, 10_000)
    assert.ok(!suspects.has(reading, field))
  })
})
