import assert from 'node:assert/strict'
import { LOG_BURST, LOG_HELD, LOG_LINES, LOG_RATE, LogRing } from '../../../nodes/collector-supervisor/log-ring'

describe('The log of a process', () => {
  let log: LogRing
  beforeEach(() => {
    log = new LogRing()
  })

  const TIME = new Date(0)
  const texts = () => log.lines().map(({ text }) => text)
  const say = (count: number, now: number, from = 0) => {
    for (let index = from; index < from + count; index++) log.add('stdout', `${index}`, now, TIME)
  }

  it('has the last lines, with time and source', () => {
    log.add('stderr', 'help', 0, TIME)
    assert.deepEqual(log.lines(), [{ time: '1970-01-01T00:00:00.000Z', source: 'stderr', text: 'help' }])
  })
  it('has no more lines than it may', () => {
    for (let second = 0; second < 60; second++) say(100, second * 1000, second * 100)
    assert.equal(log.lines().length, LOG_LINES)
    assert.equal(texts().at(-1), '5999')
    assert.equal(texts()[0], '5500')
  })
  it('takes a burst', () => {
    say(LOG_BURST, 0)
    assert.equal(texts().at(-1), `${LOG_BURST - 1}`)
    assert.ok(!texts().some((text) => /suppressed/.test(text)))
  })
  it('shows how many lines of a flood are missing, and the last of it', () => {
    say(100_000, 0)
    const last = texts().slice(-LOG_HELD - 2)
    assert.equal(last[0], `${LOG_BURST - 1}`)
    assert.equal(last[1], `(${100_000 - LOG_BURST - LOG_HELD} lines suppressed)`)
    assert.deepEqual(
      last.slice(2),
      Array.from({ length: LOG_HELD }, (_, index) => `${100_000 - LOG_HELD + index}`),
    )
  })
  it('goes on after a flood, with all of that in its place', () => {
    say(LOG_BURST + LOG_HELD + 5, 0)
    log.add('stdout', 'calm', 60_000, TIME)
    assert.deepEqual(texts().slice(-3), [`${LOG_BURST + LOG_HELD + 3}`, `${LOG_BURST + LOG_HELD + 4}`, 'calm'])
    assert.equal(texts().filter((text) => text === '(5 lines suppressed)').length, 1)
    say(1, 60_000, 7)
    assert.deepEqual(texts().slice(-2), ['calm', '7'])
  })
  it('keeps no more lines of a flood that lasts than the rate', () => {
    for (let now = 0; now < 20_000; now++) {
      for (let count = 0; count < 10; count++) log.add('stdout', 'x', now, new Date(now))
    }
    const ofLastSecond = log.lines().filter(({ time, text }) => Date.parse(time) >= 19_000 && text === 'x')
    assert.ok(Math.abs(ofLastSecond.length - LOG_RATE) <= 2 * LOG_HELD, `${ofLastSecond.length} lines`)
  })
})
