import assert from 'node:assert/strict'
import type { Item } from '../../../lib/polling/item'
import { type RefusalKind, Refusals, retryAfterMs } from '../../../lib/polling/refusals'

const item = (address: number, unit = 1): Item => ({ unit, area: 'holding', address, length: 1, targets: [] })
const at = (nowMs: number) => ({ nowMs, chance: 0 })
const STEP_MS = 500

/** Seconds from each refusal to when the item is due, on a clock that is stepped; it is refused again every time. */
function waitsS(kind: RefusalKind, wasGood: boolean, times: number): number[] {
  const refused = item(1)
  const refusals = new Refusals(() => wasGood)
  let nowMs = 0
  return Array.from({ length: times }, () => {
    const refusedMs = nowMs
    refusals.refuse([refused], 'no', { ...at(nowMs), kind })
    while (refusals.due(nowMs).length === 0) nowMs += STEP_MS
    return (nowMs - refusedMs) / 1000
  })
}

describe('refused items', () => {
  it('are tried again after a minute, then twice as long, ten minutes at most, less what chance takes', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 60].map((times) => retryAfterMs(times, { chance: 0 }) / 60_000)
    assert.deepEqual(minutes, [1, 2, 4, 8, 10, 10, 10])
    assert.equal(retryAfterMs(1, { chance: 0.5 }), 52_500)
  })

  const kinds: [kind: RefusalKind, wasGood: boolean, waitsS: number[]][] = [
    ['refused', false, [60, 120, 240, 480, 600, 600]],
    ['deviating', false, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]],
    ['silent', false, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]],
    ['refused', true, [0, 0, 0]],
    ['deviating', true, [0, 0, 0]],
    ['silent', true, [2, 4, 8, 16, 30, 30]],
  ]
  for (const [kind, wasGood, waits] of kinds) {
    it(`wait ${waits.join(', ')} s if they are ${kind} and were ${wasGood ? 'good before' : 'never good'}`, () =>
      assert.deepEqual(waitsS(kind, wasGood, waits.length), waits))
  }

  it('wait as at first once the device refuses them in another way', () => {
    const refusals = new Refusals()
    const one = item(1)
    for (const nowMs of [0, 60_000]) refusals.refuse([one], 'no', at(nowMs))
    refusals.refuse([one], 'no answer', { ...at(180_000), kind: 'silent' })
    assert.deepEqual([refusals.due(181_999), refusals.due(182_000)], [[], [[one]]])
  })

  it('wait as those that were good before if one of their range was', () => {
    const [good, never] = [item(1), item(2)]
    const refusals = new Refusals((tried) => tried === good)
    refusals.refuse([never, good], 'no', at(0))
    assert.deepEqual(refusals.due(0), [[never, good]])
  })

  it('are due together if they were refused as a range', () => {
    const refusals = new Refusals()
    const range = [item(1), item(2), item(3)]
    const single = item(9)
    refusals.refuse([single], 'no', at(0))
    refusals.refuse(range, 'none of them', at(10))
    assert.deepEqual(refusals.due(59_999), [])
    assert.deepEqual(refusals.due(60_000), [[single]])
    assert.deepEqual(refusals.due(60_010), [[single], range])
    refusals.postpone(range, at(60_010))
    assert.deepEqual(refusals.due(60_010), [[single]])
    assert.deepEqual(refusals.due(60_010 + 120_000), [[single], range])
    assert.equal(refusals.timesOf(range), 2)
  })

  it('do not hold what has been accepted, and forget how often it was refused', () => {
    const refusals = new Refusals()
    const [a, b] = [item(1), item(2)]
    refusals.refuse([a, b], 'no', at(0))
    assert.ok(refusals.accept(a))
    assert.ok(!refusals.accept(a))
    assert.deepEqual(refusals.due(60_000), [[b]])
    refusals.postpone([a, b], at(60_000))
    assert.ok(!refusals.has(a))
    assert.deepEqual([refusals.timesOf([a]), refusals.timesOf([b])], [0, 2])
  })

  it('become due at once where something has changed, ranges as a whole', () => {
    const refusals = new Refusals()
    const range = [item(1), item(2)]
    const other = item(1, 7)
    refusals.refuse(range, 'no', at(0))
    refusals.refuse([other], 'no', at(0))
    refusals.makeDue(({ unit }) => unit === 1)
    assert.deepEqual(refusals.due(0), [range])
    assert.deepEqual(refusals.byUrgency(), [range, [other]])
  })
})
