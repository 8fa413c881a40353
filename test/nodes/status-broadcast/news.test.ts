import assert from 'node:assert/strict'
import type { ProcessRow } from '../../../lib/contract/process-row'
import type { ProcessorStatus } from '../../../lib/contract/processor-status'
import { isNews, isProcessorNews, processorTellingOf, tellingOf } from '../../../nodes/status-broadcast/news'
import { processRow } from '../../support/process-row'
import { processorStatus } from '../../support/processor-status'

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

describe('News of the way into the database', () => {
  const table: [Partial<ProcessorStatus>, boolean][] = [
    [{}, false],
    [{ queue_pending: 9, processed_total: 9, processed_today: 9, speed: 9 }, false],
    [{ running: false }, true],
    [{ workers: 2 }, true],
    [{ queue_retry: 1 }, true],
    [{ queue_dead: 1 }, true],
    [{ last_error: 'no answer' }, true],
  ]
  for (const [change, expected] of table) {
    it(`${expected ? 'is' : 'is not'} ${JSON.stringify(change)}`, () => {
      const [before, after] = [{}, change].map((parts) => processorTellingOf(processorStatus(parts)))
      assert.ok(after)
      assert.equal(isProcessorNews(before, after), expected)
    })
  }

  it('is that something is tried again, not how much', () => {
    const [before, after] = [5, 6].map((queue_retry) => processorTellingOf(processorStatus({ queue_retry })))
    assert.ok(after)
    assert.equal(isProcessorNews(before, after), false)
  })

  it('is that it is heard of', () => assert.ok(isProcessorNews(undefined, processorTellingOf(processorStatus()))))
})
