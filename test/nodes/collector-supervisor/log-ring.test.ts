import assert from 'node:assert/strict'
import { LOG_BURST, LOG_LINES, LOG_RATE, LogRing } from '../../../nodes/collector-supervisor/log-ring'

const TIME = new Date('2026-01-02T03:04:05.678Z')

/** A ring that was told so many lines at one moment. */
function filled(ring: LogRing, count: number, now: number, from = 0): LogRing {
  for (let line = from; line < from + count; line++) ring.add('stdout', `line ${line}`, now, TIME)
  return ring
}
const texts = (ring: LogRing): string[] => ring.lines().map(({ text }) => text)

describe('what a process said last', () => {
  it('is nothing at first', () => assert.deepEqual(new LogRing().lines(), []))

  it('is told with time and source, oldest first', () => {
    const ring = new LogRing()
    ring.add('stderr', 'a', 0, TIME)
    ring.add('info', 'b', 1, new Date(0))
    assert.deepEqual(ring.lines(), [
      { time: '2026-01-02T03:04:05.678Z', source: 'stderr', text: 'a' },
      { time: '1970-01-01T00:00:00.000Z', source: 'info', text: 'b' },
    ])
  })

  for (const count of [499, 500, 501, 999, 1000]) {
    it(`is at most the last 500 of ${count} lines`, () => {
      const lines = texts(filled(new LogRing(), count, 0))
      assert.equal(lines.length, Math.min(count, LOG_LINES))
      assert.equal(lines[0], `line ${Math.max(0, count - LOG_LINES)}`)
      assert.equal(lines.at(-1), `line ${count - 1}`)
    })
  }

  it('is not changed by who was told of it', () => {
    const ring = filled(new LogRing(), 2, 0)
    ring.lines().pop()
    assert.equal(ring.lines().length, 2)
  })
})

describe('a flood of lines', () => {
  it('is kept up to a burst, and summarised beyond it', () => {
    const ring = filled(new LogRing(), LOG_BURST + 250, 0)
    const lines = ring.lines()
    assert.equal(lines.length, LOG_LINES)
    assert.equal(lines.at(-2)?.text, `line ${LOG_BURST - 1}`)
    assert.deepEqual(lines.at(-1), { time: TIME.toISOString(), source: 'warn', text: '(250 lines suppressed)' })
  })

  it('is told of in its place once there is room again', () => {
    const ring = filled(new LogRing(), LOG_BURST + 250, 0)
    filled(ring, 2, 1_000, 9_000)
    assert.deepEqual(texts(ring).slice(-4), [
      `line ${LOG_BURST - 1}`,
      '(250 lines suppressed)',
      'line 9000',
      'line 9001',
    ])
  })

  it('is kept at 200 lines a second in the long run', () => {
    const ring = filled(new LogRing(), LOG_BURST, 0)
    let kept = 0
    for (let ms = 1; ms <= 60_000; ms++) {
      ring.add('stdout', `at ${ms}`, ms, TIME)
      if (ring.lines().at(-1)?.text === `at ${ms}`) kept++
    }
    assert.equal(kept, 60 * LOG_RATE)
  })

  it('leaves room for another burst after a quiet while, and for no more', () => {
    const ring = filled(new LogRing(), LOG_BURST, 0)
    filled(ring, LOG_BURST + 1, 3_600_000)
    assert.equal(texts(ring).at(-1), '(1 lines suppressed)')
  })
})
