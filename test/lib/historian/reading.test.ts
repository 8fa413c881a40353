import assert from 'node:assert/strict'
import type { Batch } from '../../../lib/contract/batch'
import { decodeReadings, type Source } from '../../../lib/contract/readings'
import { messageOfReading, readingsOf } from '../../../lib/historian/reading'

const source: Source = {
  collector: 'press',
  type: 'opcua',
  measurement: 'm',
  pointTags: { site: 'a' },
  columns: ['a', 'b', 'c'].map((name) => ({ name, unit: '', kind: 'number' })),
}

function batch(values: Batch['values'], rest: Partial<Batch> = {}): Batch {
  const bad = new Map(values.flatMap((value, column) => (value === null ? [[column, 'off'] as const] : [])))
  return { generation: 1, revision: 1, cycle: 1, time: 1000, values, bad, sourceTimes: new Map(), ...rest }
}

/** time: names=values, in short. */
function brief(batches: Batch[]): string[] {
  return readingsOf({ source, batches }).map(
    ({ time, clockSteps, fields }) =>
      `${time}+${clockSteps}: ${fields.map(({ column, value }) => `${column.name}=${value}`).join(' ')}`,
  )
}

describe('readings of a message', () => {
  it('are one a batch, with the good values', () => {
    assert.deepEqual(brief([batch([1, null, 3]), batch([4, 5, 6], { time: 2000 })]), [
      '1000+0: a=1 c=3',
      '2000+0: a=4 b=5 c=6',
    ])
  })

  it('are none where nothing is good', () => assert.deepEqual(brief([batch([null, null, null])]), []))

  it('are one for each time of the sources', () => {
    const sourceTimes = new Map([
      [0, 900],
      [2, 900],
    ])
    assert.deepEqual(brief([batch([1, 2, 3], { sourceTimes })]), ['900+0: a=1 c=3', '1000+0: b=2'])
  })

  it('keep how often the clock was set back', () => {
    assert.deepEqual(brief([batch([1, null, null], { clockSteps: 2 })]), ['1000+2: a=1'])
  })

  it('do not take the time of a source for one of the clock that was set back', () => {
    const sourceTimes = new Map([[0, 900]])
    assert.deepEqual(brief([batch([1, 2, null], { sourceTimes, clockSteps: 2 })]), ['900+0: a=1', '1000+2: b=2'])
  })
})

describe('a reading as a message of its own', () => {
  it('is that reading again', () => {
    const [, reading] = readingsOf({
      source,
      batches: [batch([1, 2, 3]), batch([null, '77', true], { clockSteps: 5 })],
    })
    assert.ok(reading)
    const readings = decodeReadings(messageOfReading(reading)) ?? assert.fail('malformed')
    const [again, ...others] = readingsOf(readings)
    assert.deepEqual(others, [])
    assert.deepEqual(again, { ...reading, source: { ...source, columns: source.columns.slice(1) } })
  })
})
