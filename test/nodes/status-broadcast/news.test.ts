import assert from 'node:assert/strict'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { isNews, tellingOf } from '../../../nodes/status-broadcast/news'
import { processRow } from '../../support/process-row'

describe('News of a process', () => {
  const table: [Partial<ProcessRow>, boolean][] = [
    [{}, false],
    [{ cpu_percent: 99 }, false],
    [{ memory_mb: 99 }, false],
    [{ uptime_s: 99 }, false],
    [{ samples_total: 99, speed: 9, cycle_ms: { last: 1, p50: 2, p99: 3, max: 4 } }, false],
    [{ overruns: 9, dropped: 9 }, false],
    [{ status: 'error' }, true],
    [{ link: 'disconnected' }, true],
    [{ pid: null }, true],
    [{ generation: 2 }, true],
    [{ restart_count: 1 }, true],
    [{ last_error: 'exit code 1' }, true],
    [{ next_restart_at: 1 }, true],
    [{ supervisor: 'Line B' }, true],
    [{ tags: { total: 3, good: 2, bad: 1 } }, true],
    [{ tags: { total: 3, good: 3, bad: 0 } }, false],
  ]
  for (const [change, expected] of table) {
    it(`${expected ? 'is' : 'is not'} ${JSON.stringify(change)}`, () => {
      assert.equal(isNews(tellingOf(processRow('oven')), tellingOf(processRow('oven', change))), expected)
    })
  }

  it('is that it appears or goes, not that it is still away', () => {
    const telling = tellingOf(processRow('oven'))
    assert.equal(isNews(undefined, telling), true)
    assert.equal(isNews(telling, undefined), true)
    assert.equal(isNews(undefined, undefined), false)
  })

  it('is seen also when the row was changed in place', () => {
    const row = processRow('oven')
    const before = tellingOf(row)
    row.tags.bad = 3
    assert.equal(isNews(before, tellingOf(row)), true)
  })
})
