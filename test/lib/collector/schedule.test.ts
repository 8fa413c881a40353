import assert from 'node:assert/strict'
import { dueMs, firstSlot, nextSlot, phaseOf, scheduleOf } from '../../../lib/collector/schedule'

describe('schedule', () => {
  const everySecond = { originMs: 250, intervalMs: 1000 }

  it('is due at origin plus slot times interval, without drift over a year', () => {
    assert.equal(dueMs(everySecond, 0), 250)
    assert.equal(dueMs(everySecond, 31_536_000), 250 + 31_536_000_000)
  })

  const table = [
    { after: 'a cycle that ended in time', planned: 5, nowMs: 4900, slot: 5, skipped: 0 },
    { after: 'a timer that fired a little early', planned: 5, nowMs: 4249.6, slot: 5, skipped: 0 },
    { after: 'a cycle that ended when the next was due', planned: 5, nowMs: 5250, slot: 6, skipped: 1 },
    { after: 'a cycle that ended just after the next was due', planned: 5, nowMs: 5260, slot: 6, skipped: 1 },
    { after: 'a cycle that took three intervals more', planned: 5, nowMs: 7500, slot: 8, skipped: 3 },
    { after: 'a process that was frozen for an hour', planned: 5, nowMs: 3_605_300, slot: 3606, skipped: 3601 },
  ]
  for (const { after, planned, nowMs, slot, skipped } of table) {
    it(`after ${after} skips ${skipped}`, () => {
      assert.deepEqual(nextSlot(everySecond, planned, nowMs), { slot, skipped })
    })
  }

  it('leaves at least half and at most one and a half intervals before the first slot', () => {
    for (let nowMs = 0; nowMs < 3000; nowMs += 7) {
      const waitMs = dueMs(everySecond, firstSlot(everySecond, nowMs)) - nowMs
      assert.ok(waitMs >= 500 && waitMs < 1500, `${waitMs} ms at ${nowMs}`)
    }
  })

  it('gives a reader the same place on the wall clock after a restart', () => {
    const first = scheduleOf('press 4', 1000, { nowMs: 31.4, wallMs: 1_700_000_000_123 })
    const second = scheduleOf('press 4', 1000, { nowMs: 7777.25, wallMs: 1_700_000_421_987 })
    const placeOf = (originMs: number, nowMs: number, wallMs: number) => (originMs - nowMs + wallMs) % 1000
    const difference = Math.abs(
      placeOf(first.originMs, 31.4, 1_700_000_000_123) - placeOf(second.originMs, 7777.25, 1_700_000_421_987),
    )
    assert.ok(difference < 0.01, `${difference} ms apart`)
  })

  it('begins its grid not later than now, so that no slot is below zero', () => {
    for (const name of ['a', 'b', 'c', 'press 4', '冲压线']) {
      const { originMs } = scheduleOf(name, 86_400_000, { nowMs: 50, wallMs: 1_700_000_000_000 })
      assert.ok(originMs <= 50)
    }
  })

  it('spreads 50 readers of like names over the interval', () => {
    const phases = Array.from({ length: 50 }, (_, index) => phaseOf(`line-${index + 1}`))
    assert.ok(phases.every((phase) => phase >= 0 && phase < 1))
    const perTenth = Array.from(
      { length: 10 },
      (_, tenth) => phases.filter((phase) => Math.floor(phase * 10) === tenth).length,
    )
    assert.ok(Math.max(...perTenth) <= 12, `${perTenth}`)
    assert.ok(Math.min(...perTenth) >= 1, `${perTenth}`)
    assert.equal(new Set(phases).size, 50)
  })

  it('has 50 readers of one interval begin apart, and so they stay over a day', () => {
    const intervalMs = 100
    const started = Array.from({ length: 50 }, (_, index) =>
      scheduleOf(`line-${index + 1}`, intervalMs, { nowMs: 40 + index * 3.7, wallMs: 1_700_000_000_040 + index * 3.7 }),
    )
    for (const slot of [1, 36_000, 864_000]) {
      const places = started.map((schedule) => dueMs(schedule, slot) % intervalMs).sort((a, b) => a - b)
      for (let index = 4; index < places.length; index++) {
        assert.ok(
          (places[index] ?? 0) - (places[index - 4] ?? 0) > 1,
          `five readers within 1 ms of each other: ${places}`,
        )
      }
    }
  })
})
