import assert from 'node:assert/strict'
import {
  dayAt,
  localDate,
  type Mark,
  parseDay,
  speedOf,
  withMark,
} from '../../../nodes/collector-supervisor/processor-count'

describe('a day', () => {
  const evening = new Date(2026, 10, 22, 23, 59, 59, 999)
  const midnight = new Date(2026, 10, 23, 0, 0, 0, 0)

  it('is the local one', () => {
    assert.equal(localDate(evening), '2026-11-22')
    assert.equal(localDate(midnight), '2026-11-23')
    assert.equal(localDate(new Date(2026, 0, 5)), '2026-01-05')
  })

  it('begins with what is delivered when it is first looked at', () => {
    assert.deepEqual(dayAt(undefined, evening, 500), { date: '2026-11-22', deliveredBefore: 500 })
  })

  it('goes on until midnight and begins anew then', () => {
    const day = { date: '2026-11-22', deliveredBefore: 500 }
    assert.equal(dayAt(day, evening, 900), day)
    assert.deepEqual(dayAt(day, midnight, 950), { date: '2026-11-23', deliveredBefore: 950 })
  })

  it('begins anew when the clock is set back over midnight', () => {
    const day = { date: '2026-11-23', deliveredBefore: 950 }
    assert.deepEqual(dayAt(day, evening, 960), { date: '2026-11-22', deliveredBefore: 960 })
  })

  it('never counts below zero when the queue forgot its totals', () => {
    const day = { date: '2026-11-22', deliveredBefore: 500 }
    assert.deepEqual(dayAt(day, evening, 20), { date: '2026-11-22', deliveredBefore: 20 })
  })

  it('is read from what was saved, and from nothing else', () => {
    const day = { date: '2026-11-22', deliveredBefore: 5 }
    assert.deepEqual(parseDay(day), day)
    for (const input of [undefined, null, [], { date: 5, deliveredBefore: 5 }, { date: '2026-11-22' }]) {
      assert.equal(parseDay(input), undefined)
    }
  })
})

describe('the speed', () => {
  const run = (...marks: [at: number, delivered: number][]): number =>
    speedOf(marks.reduce<Mark[]>((kept, [at, delivered]) => withMark(kept, { at, delivered }), []))

  it('is none before there are two looks', () => {
    assert.equal(run(), 0)
    assert.equal(run([1000, 500]), 0)
  })
  it('is what came, a second', () => assert.equal(run([0, 0], [1000, 100], [2000, 400]), 200))
  it('forgets what is more than ten seconds old', () => {
    assert.equal(run([0, 0], [1000, 10_000], [11_000, 10_000], [11_500, 10_000]), 0)
  })
  it('begins anew with a queue that begins anew', () => assert.equal(run([0, 5000], [1000, 0], [2000, 100]), 100))
})
