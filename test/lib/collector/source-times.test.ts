import assert from 'node:assert/strict'
import { believed, isSourceTime, KeptTimes } from '../../../lib/collector/source-times'
import type { Batch, Value } from '../../../lib/contract/batch'
import { decodeBatch, encodeBatch } from '../../../lib/contract/batch'
import { toStoredTime } from '../../../lib/historian/history/stored-time'
import { nanoseconds } from '../../../lib/historian/influx-line'

const NOW = 1_700_000_000_000
const DAY = 86_400_000
const INT64_MS = 2 ** 63 / 10_000

describe('the time of a source', () => {
  const table: [string, number, boolean][] = [
    ['a second ago', NOW - 1000, true],
    ['8 days ago', NOW - 8 * DAY, true],
    ['the same', NOW, true],
    ['a little ahead', NOW + DAY, true],
    ['more than a day ahead', NOW + DAY + 1, false],
    ['0, which is the epoch', 0, false],
    ['before the epoch', -1, false],
    ['0 of OPC UA, the year 1601', Date.UTC(1601, 0, 1), false],
    ['the largest of OPC UA, the year 30828', Date.UTC(1601, 0, 1) + INT64_MS, false],
    ['the smallest of OPC UA', Date.UTC(1601, 0, 1) - INT64_MS, false],
    ['no number', Number.NaN, false],
    ['endless', Number.POSITIVE_INFINITY, false],
  ]
  for (const [what, time, want] of table) {
    it(`${what} is ${want ? 'one' : 'none'}`, () => assert.equal(isSourceTime(time, NOW), want))
  }

  it('is left out where it is none', () => {
    const times = new Map([
      [0, NOW],
      [1, 0],
    ])
    assert.deepEqual([...believed(times, NOW)], [[0, NOW]])
    const sane = new Map([[0, NOW]])
    assert.equal(believed(sane, NOW), sane)
  })
})

describe('the times that values are kept with', () => {
  function batch(values: Value[], sourceTimes: [number, number][] = [], time = NOW): Batch {
    return { generation: 1, revision: 1, cycle: 1, time, values, bad: new Map(), sourceTimes: new Map(sourceTimes) }
  }
  const timeOf = (kept: Batch, column = 0): number | undefined => kept.sourceTimes.get(column)

  it('are those of the readings, where that is wanted', () => {
    const kept = new KeptTimes('reading')
    assert.equal(kept.batch(batch([1], [[0, NOW - 5]])).sourceTimes.size, 0)
    const earlier = kept.earlier(
      [
        { column: 0, value: 1, time: NOW - 900 },
        { column: 0, value: 2, time: NOW - 500 },
        { column: 1, value: 3, time: NOW - 500 },
      ],
      NOW,
    )
    assert.deepEqual(
      earlier.map(({ time }) => time),
      [NOW - 1, NOW - 1 + 0.001, NOW - 1],
    )
  })

  it('are those of the sources, untouched', () => {
    const kept = new KeptTimes()
    const one = batch([1], [[0, NOW - 5]])
    assert.equal(kept.batch(one), one)
    assert.equal(kept.batch(batch([1])).sourceTimes.size, 0)
  })

  it('are one for a value that stays, however often it is read', () => {
    const kept = new KeptTimes()
    for (let cycle = 0; cycle < 5; cycle++) {
      assert.equal(timeOf(kept.batch(batch([7], [[0, NOW - 5]]))), NOW - 5)
      assert.equal(timeOf(kept.batch(batch([[1, 2]], [[0, NOW]]))), NOW)
    }
  })

  it('are ten for ten values of one millisecond, in their order, also over two readings', () => {
    const kept = new KeptTimes()
    const earlier = Array.from({ length: 9 }, (_, index) => ({ column: 0, value: index % 2, time: NOW }))
    const times = kept.earlier(earlier, NOW).map(({ time }) => time)
    times.push(timeOf(kept.batch(batch([1], [[0, NOW]]))) ?? 0)
    // the same one is read again, then two more have come
    assert.equal(timeOf(kept.batch(batch([1], [[0, NOW]]))), times.at(-1))
    times.push(...kept.earlier([{ column: 0, value: 1, time: NOW }], NOW).map(({ time }) => time))
    times.push(timeOf(kept.batch(batch([1], [[0, NOW]]))) ?? 0)
    assert.equal(times.length, 12)
    for (const stored of [
      times.map((time) => nanoseconds(time, 0) ?? ''),
      times.map((time) => String(toStoredTime(time))),
    ]) {
      assert.equal(new Set(stored).size, 12, stored.join(' '))
      assert.deepEqual(stored, stored.toSorted())
    }
    assert.ok(times.every((time) => Math.floor(time) === NOW))
  })

  it('tell two values of one millisecond apart in different readings', () => {
    const kept = new KeptTimes()
    assert.equal(timeOf(kept.batch(batch([1], [[0, NOW]]))), NOW)
    const second = kept.batch(batch([2], [[0, NOW]]))
    assert.notEqual(timeOf(second), NOW)
    assert.deepEqual(decodeBatch(encodeBatch(second))?.sourceTimes, second.sourceTimes)
  })

  it('are those just before the reading for what has none, however many there are', () => {
    const kept = new KeptTimes()
    const strange = [0, Date.UTC(1601, 0, 1), Number.NaN, NOW + 2 * DAY]
    const earlier = Array.from({ length: 2500 }, (_, index) => ({
      column: 0,
      value: index,
      time: strange[index % 4] ?? 0,
    }))
    const times = kept.earlier(earlier, NOW).map(({ time }) => time)
    assert.equal(new Set(times.map((time) => toStoredTime(time))).size, 2500)
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    )
    assert.ok(times.every((time) => time >= NOW - 3 && time < NOW))
  })
})
