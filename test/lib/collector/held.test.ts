import assert from 'node:assert/strict'
import { Held } from '../../../lib/collector/held'
import type { Reading } from '../../../lib/collector/reader'
import { columnsOf } from '../../../lib/collector/reading'

function cycle(held: Held, time: number, reading: Reading) {
  const columns = columnsOf(held.fill(reading), reading.values.length)
  const times = held.note(columns, time, reading.held)
  return { values: columns.values, bad: [...columns.bad], times: times && [...times] }
}

describe('columns whose turn it is not', () => {
  it('have the value that was read last, with the time of that', () => {
    const held = new Held()
    cycle(held, 1000, { values: [1, 2], bad: new Map(), held: new Set() })
    const later = { values: [3, null], bad: new Map<number, string>(), held: new Set([1]) }
    assert.deepEqual(cycle(held, 2000, later), { values: [3, 2], bad: [], times: [[1, 1000]] })
    assert.deepEqual(cycle(held, 3000, later), { values: [3, 2], bad: [], times: [[1, 1000]] })
    assert.deepEqual(cycle(held, 4000, { values: [3, 9], bad: new Map(), held: new Set() }).times, undefined)
    assert.deepEqual(cycle(held, 5000, later).times, [[1, 4000]])
  })

  it('stay bad for the reason that was given last, and are bad before they were ever read', () => {
    const held = new Held()
    const later = { values: [3, null], bad: new Map<number, string>(), held: new Set([1]) }
    assert.deepEqual(cycle(held, 1000, later).bad, [[1, 'it has not been its turn yet']])
    cycle(held, 2000, { values: [1, null], bad: new Map([[1, 'refused']]), held: new Set() })
    assert.deepEqual(cycle(held, 3000, later), { values: [3, null], bad: [[1, 'refused']], times: undefined })
  })

  it('are none where all are read in each cycle', () => {
    const held = new Held()
    const reading: Reading = { values: [1], bad: new Map() }
    assert.equal(held.fill(reading), reading)
    assert.equal(held.note(reading, 1000), undefined)
  })
})
