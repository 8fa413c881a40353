import assert from 'node:assert/strict'
import { actionsFor, byName, countOf, durationOf, problemOf, spanOf } from '../../../editor/sidebar/facts'
import type { Status } from '../../../lib/contract/lifecycle'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { processRow } from '../../support/process-row'

describe('The problem of a process in the sidebar', () => {
  it('is told while it is not well, and is over when it is, or when it is stopped', () => {
    const told = (row: Partial<ProcessRow>) => problemOf(processRow('a', { last_error: 'why', ...row }))
    assert.equal(told({ link: 'disconnected' }), 'why')
    assert.equal(told({ tags: { total: 3, good: 2, bad: 1 } }), 'why')
    assert.equal(told({ status: 'error' }), 'why')
    assert.equal(told({ status: 'stopped' }), '')
    assert.equal(told({}), '')
  })
})

describe('The buttons of a process', () => {
  // biome-ignore format: a table, one line a status
  const rows: [Status, start: boolean, stop: boolean, restart: boolean][] = [
    ['running', false, true, true], ['starting', false, true, true], ['crashed', false, true, true],
    ['stopping', true, false, false], ['stopped', true, false, false], ['error', true, true, true],
  ]
  for (const [status, start, stop, restart] of rows) {
    it(`are those that make sense when it is ${status}`, () =>
      assert.deepEqual(actionsFor(status), { start, stop, restart }))
  }
})

describe('Figures of the sidebar', () => {
  // biome-ignore format: a table, one line a duration
  const durations: [seconds: number, text: string][] = [
    [-1, '0 s'], [0.9, '0 s'], [59, '59 s'], [60, '1 min'], [61, '1 min 1 s'], [3600, '1 h'], [3661, '1 h 1 min'],
    [86_399, '23 h 59 min'], [90_000, '1 d 1 h'], [86_400 * 400 + 59, '400 d'],
  ]
  for (const [seconds, text] of durations) {
    it(`say ${text} for ${seconds} s`, () => assert.equal(durationOf(seconds), text))
  }
  it('are short for spans', () =>
    assert.deepEqual([0.4, 12, 999, 1250].map(spanOf), ['0 ms', '12 ms', '999 ms', '1.3 s']))
  it('have their thousands apart', () =>
    assert.deepEqual([0, 999, 1000, 1_234_567.8].map(countOf), ['0', '999', '1\u202f000', '1\u202f234\u202f568']))
  it('put names as people do', () => {
    const names = ['10', 'b', '9', 'A', 'ä'].map((name) => processRow(name)).sort(byName)
    assert.deepEqual(
      names.map(({ name }) => name),
      ['9', '10', 'A', 'ä', 'b'],
    )
  })
})
