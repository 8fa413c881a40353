import assert from 'node:assert/strict'
import { Statistics } from '../../../lib/collector/statistics'

describe('statistics', () => {
  it('begin with zeros and all tags bad', () => {
    assert.deepEqual(new Statistics(3).counters(0), {
      samplesTotal: 0,
      dropped: 0,
      cyclesTotal: 0,
      overruns: 0,
      cycleMs: { last: 0, p50: 0, p99: 0, max: 0 },
      tags: { total: 3, good: 0, bad: 3 },
      loopDelayMs: 0,
    })
  })

  it('count good values as samples and keep the tags of the last cycle', () => {
    const statistics = new Statistics(3)
    statistics.batch(3, 0)
    statistics.batch(1, 2)
    const { samplesTotal, cyclesTotal, tags, dropped } = statistics.counters(9)
    assert.deepEqual({ samplesTotal, cyclesTotal, dropped }, { samplesTotal: 4, cyclesTotal: 2, dropped: 9 })
    assert.deepEqual(tags, { total: 3, good: 1, bad: 2 })
  })

  it('count what stands for no cycle as samples only', () => {
    const statistics = new Statistics(3)
    statistics.batch(1, 2)
    statistics.earlier(5)
    const { samplesTotal, cyclesTotal, tags } = statistics.counters(0)
    assert.deepEqual(
      { samplesTotal, cyclesTotal, tags },
      { samplesTotal: 6, cyclesTotal: 1, tags: { total: 3, good: 1, bad: 2 } },
    )
  })

  it('rank durations by number, not by text', () => {
    const statistics = new Statistics(1)
    for (const ms of [100, 9, 20]) statistics.duration(ms)
    assert.deepEqual(statistics.counters(0).cycleMs, { last: 20, p50: 20, p99: 100, max: 100 })
  })

  it('look back on the last 600 cycles only', () => {
    const statistics = new Statistics(1)
    statistics.duration(5000)
    for (let ms = 1; ms <= 600; ms++) statistics.duration(ms)
    assert.deepEqual(statistics.counters(0).cycleMs, { last: 600, p50: 300, p99: 594, max: 600 })
  })

  it('tell the largest lateness since the last heartbeat', () => {
    const statistics = new Statistics(1)
    statistics.lateness(-0.7)
    assert.equal(statistics.counters(0).loopDelayMs, 0)
    statistics.lateness(3)
    statistics.lateness(2)
    assert.equal(statistics.counters(0).loopDelayMs, 3)
    assert.equal(statistics.counters(0).loopDelayMs, 0)
  })
})
