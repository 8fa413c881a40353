import assert from 'node:assert/strict'
import { STATUSES } from '../../../lib/contract/lifecycle'
import { summarize } from '../../../lib/contract/process-row'
import { processRow } from '../../support/process-row'

describe('the summary of the process table', () => {
  it('is all zeros without processes', () => {
    assert.deepEqual(summarize([]), {
      total_processes: 0,
      running_processes: 0,
      stopped_processes: 0,
      error_processes: 0,
      well_processes: 0,
      unwell_processes: 0,
      avg_cpu_usage: 0,
    })
  })

  it('counts every status where it belongs', () => {
    const counted = (status: (typeof STATUSES)[number]) => {
      const { running_processes, stopped_processes, error_processes } = summarize([processRow('a', { status })])
      return { running_processes, stopped_processes, error_processes }
    }
    const none = { running_processes: 0, stopped_processes: 0, error_processes: 0 }
    assert.deepEqual(STATUSES.map(counted), [
      { ...none, stopped_processes: 1 },
      none,
      { ...none, running_processes: 1 },
      none,
      { ...none, error_processes: 1 },
      { ...none, error_processes: 1 },
    ])
  })

  it('calls only those well that run with their device and all tags, and leaves out what is stopped', () => {
    const rows = [
      processRow('a'),
      processRow('b', { link: 'disconnected', tags: { total: 3, good: 0, bad: 3 } }),
      processRow('c', { tags: { total: 3, good: 2, bad: 1 } }),
      processRow('d', { status: 'stopped' }),
      processRow('e', { status: 'crashed' }),
      processRow('f', { status: 'starting' }),
    ]
    const { running_processes, well_processes, unwell_processes } = summarize(rows)
    assert.deepEqual([running_processes, well_processes, unwell_processes], [3, 1, 4])
  })

  it('takes the mean over the running processes, with two decimals', () => {
    const rows = [
      processRow('a', { cpu_percent: 1 }),
      processRow('b', { cpu_percent: 1 }),
      processRow('c', { cpu_percent: 0 }),
      processRow('d', { cpu_percent: 90, status: 'stopping' }),
    ]
    assert.equal(summarize(rows).avg_cpu_usage, 0.67)
    assert.equal(summarize(rows).total_processes, 4)
  })
})
