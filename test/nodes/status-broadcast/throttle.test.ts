import assert from 'node:assert/strict'
import { type Pace, Throttle } from '../../../nodes/status-broadcast/throttle'

/** Plays changes at the given times against a clock in steps of 1 ms: the times of the messages. */
function play(pace: Pace, changesAt: number[], untilMs: number): number[] {
  const throttle = new Throttle(pace)
  const sent: number[] = []
  for (let now = 0; now <= untilMs; now++) {
    if (changesAt.includes(now)) throttle.changed()
    if (now < throttle.dueAt()) continue
    throttle.sent(now)
    sent.push(now)
  }
  return sent
}
const every = (stepMs: number, untilMs: number) =>
  Array.from({ length: untilMs / stepMs }, (_, index) => index * stepMs)

describe('A throttle', () => {
  const table: [string, Pace, number[], number, number[]][] = [
    ['tells the state at the start at once', { intervalMs: 0, gapMs: 500 }, [], 5000, [0]],
    ['repeats at the interval', { intervalMs: 1000, gapMs: 500 }, [], 3500, [0, 1000, 2000, 3000]],
    ['sends a single change at once', { intervalMs: 0, gapMs: 500 }, [1234], 5000, [0, 1234]],
    ['makes one message of changes within a gap', { intervalMs: 0, gapMs: 500 }, [100, 200, 499], 5000, [0, 500]],
    ['never leaves the last change unsaid', { intervalMs: 0, gapMs: 500 }, [1000, 1001], 5000, [0, 1000, 1500]],
    ['counts the interval from the last message', { intervalMs: 1000, gapMs: 100 }, [700], 2800, [0, 700, 1700, 2700]],
    [
      'keeps to the gap when the interval is shorter',
      { intervalMs: 100, gapMs: 2000 },
      [50, 150],
      5000,
      [0, 2000, 4000],
    ],
    [
      'keeps to the gap under a flood of changes',
      { intervalMs: 0, gapMs: 500 },
      every(1, 2000),
      5000,
      [0, 500, 1000, 1500, 2000],
    ],
  ]
  for (const [what, pace, changesAt, untilMs, expected] of table) {
    it(what, () => assert.deepEqual(play(pace, changesAt, untilMs), expected))
  }

  it('has nothing due after a message when only changes count', () => {
    const throttle = new Throttle({ intervalMs: 0, gapMs: 500 })
    throttle.sent(10)
    assert.equal(throttle.dueAt(), Infinity)
  })
})
