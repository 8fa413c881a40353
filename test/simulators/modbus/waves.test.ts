import assert from 'node:assert/strict'
import { parseWave, valueAt, type Wave } from '../../../simulators/modbus/waves'

describe('A moving value', () => {
  const sine: Wave = { wave: 'sine', min: 20, max: 80, periodMs: 1000 }
  const square: Wave = { wave: 'square', low: 0, high: 1, periodMs: 1000, duty: 0.25 }
  const table: [Wave, number, number][] = [
    [{ wave: 'constant', value: 7 }, 123, 7],
    [sine, 0, 50],
    [sine, 250, 80],
    [sine, 750, 20],
    [sine, 1_000_250, 80],
    [{ ...sine, phase: 0.25 }, 0, 80],
    [{ wave: 'ramp', min: 10, max: 20, periodMs: 100 }, 50, 15],
    [{ wave: 'ramp', min: 10, max: 20, periodMs: 100 }, 100, 10],
    [square, 249, 1],
    [square, 250, 0],
    [square, 1000, 1],
    [{ wave: 'counter', start: 5, everyMs: 10 }, 0, 5],
    [{ wave: 'counter', start: 5, everyMs: 10 }, 29, 7],
  ]
  for (const [wave, timeMs, expected] of table) {
    it(`is ${expected} after ${timeMs} ms: ${JSON.stringify(wave)}`, () => {
      assert.ok(Math.abs(valueAt(wave, { timeMs, reads: 9 }) - expected) < 1e-6)
    })
  }

  it('of a sequence is the number of reads', () => {
    assert.equal(valueAt({ wave: 'sequence' }, { timeMs: 5, reads: 41 }), 41)
  })

  it('that walks stays in its range, uses most of it, moves in small steps and is the same every time', () => {
    const wave: Wave = { wave: 'walk', min: -5, max: 5, stepMs: 1000, seed: 3 }
    const course = Array.from({ length: 5000 }, (_, index) => valueAt(wave, { timeMs: index * 20, reads: 0 }))
    assert.ok(Math.min(...course) >= -5 && Math.max(...course) <= 5)
    assert.ok(Math.min(...course) < -4 && Math.max(...course) > 4)
    const steps = course.slice(1).map((value, index) => Math.abs(value - (course[index] ?? 0)))
    assert.ok(Math.max(...steps) < 0.4, `largest step ${Math.max(...steps)}`)
    assert.equal(valueAt(wave, { timeMs: 4321, reads: 0 }), valueAt(wave, { timeMs: 4321, reads: 0 }))
    assert.notEqual(
      valueAt(wave, { timeMs: 4321, reads: 0 }),
      valueAt({ ...wave, seed: 4 }, { timeMs: 4321, reads: 0 }),
    )
  })

  it('is parsed from JSON, and nothing else is', () => {
    const waves: Wave[] = [
      { wave: 'constant', value: 7 },
      { ...sine, phase: 0.5 },
      square,
      { wave: 'ramp', min: 0, max: 1, periodMs: 5 },
      { wave: 'walk', min: 0, max: 1, stepMs: 5, seed: 1 },
      { wave: 'counter', start: 0, everyMs: 5 },
      { wave: 'sequence' },
    ]
    for (const wave of waves) assert.deepEqual(parseWave(JSON.parse(JSON.stringify(wave))), wave)
    for (const input of [
      null,
      'sine',
      {},
      { wave: 'tsunami' },
      { wave: 'sine', min: 0, max: 1 },
      { ...sine, periodMs: 0 },
    ]) {
      assert.equal(parseWave(input), undefined, JSON.stringify(input))
    }
  })
})
