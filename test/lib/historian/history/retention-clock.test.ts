import assert from 'node:assert/strict'
import { advance, type RetentionClock, retentionTime } from '../../../../lib/historian/history/retention-clock'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const NOW = Date.UTC(2030, 0, 1)

/** Runs for so long, a round a minute, by a wall clock that goes on from `wallMs`. */
function run(clock: RetentionClock, wallMs: number, forMs: number, keptMs = 7 * DAY): RetentionClock {
  let running = clock
  for (let elapsed = MINUTE; elapsed <= forMs; elapsed += MINUTE) {
    running = advance(running, { wallMs: wallMs + elapsed, elapsedMs: MINUTE, keptMs })
  }
  return running
}

describe('the clock of the retention', () => {
  const clock = { timeMs: NOW, aheadMs: 0 }

  it('begins with the wall clock', () => {
    assert.deepEqual(advance(undefined, { wallMs: NOW, elapsedMs: 5, keptMs: DAY }), clock)
  })

  it('is the wall clock while that goes as it should', () => {
    assert.deepEqual(run(clock, NOW, DAY), { timeMs: NOW + DAY, aheadMs: 0 })
  })

  it('goes ten times as fast as time at most when the wall clock jumps ahead by years', () => {
    assert.equal(run(clock, NOW + 14 * YEAR, HOUR).timeMs, NOW + 10 * HOUR)
  })

  it('catches up within two hours after a night', () => {
    const later = run(clock, NOW + 16 * HOUR, 2 * HOUR)
    assert.deepEqual(later, { timeMs: NOW + 18 * HOUR, aheadMs: 0 })
  })

  it('believes a wall clock that has been ahead for as long as values are kept', () => {
    assert.ok(run(clock, NOW + 14 * YEAR, 7 * DAY - MINUTE).timeMs < NOW + 71 * DAY)
    assert.equal(run(clock, NOW + 14 * YEAR, 7 * DAY).timeMs, NOW + 14 * YEAR + 7 * DAY)
    assert.ok(run(clock, NOW + 14 * YEAR, 30 * DAY, Number.POSITIVE_INFINITY).timeMs < NOW + 301 * DAY)
  })

  it('never goes back, but is never later than the wall clock for retention', () => {
    const back = run(clock, NOW - 60 * YEAR, HOUR)
    assert.deepEqual(back, clock)
    assert.equal(retentionTime(back, NOW - 60 * YEAR), NOW - 60 * YEAR)
    assert.equal(retentionTime(back, NOW + 60 * YEAR), NOW)
    assert.equal(advance(back, { wallMs: NOW + MINUTE, elapsedMs: MINUTE, keptMs: DAY }).timeMs, NOW + MINUTE)
  })

  it('that ran ahead for a while waits for the wall clock', () => {
    const ahead = run(clock, NOW + 14 * YEAR, HOUR)
    const right = run(ahead, NOW + HOUR, HOUR)
    assert.deepEqual(right, { timeMs: NOW + 10 * HOUR, aheadMs: 0 })
    assert.equal(retentionTime(right, NOW + 2 * HOUR), NOW + 2 * HOUR)
  })
})
