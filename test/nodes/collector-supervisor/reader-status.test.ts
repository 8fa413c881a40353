// The badge below a reader, as a table of rows.

import assert from 'node:assert/strict'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { checkHasTags } from '../../../lib/contract/reader-fields'
import { type Badge, badgeOf, flawOf } from '../../../nodes/collector-supervisor/reader-status'
import { processRow } from '../../support/process-row'

const NOW = 1_700_000_000_000
const GOOD = { good: 3, total: 3 }

describe('the badge below a reader', () => {
  const table: { when: string; row: Partial<ProcessRow>; look: string; values?: Badge['values']; detail?: string }[] = [
    { when: 'stopped', row: { status: 'stopped', last_error: 'old' }, look: 'grey ring stopped' },
    { when: 'stopping', row: { status: 'stopping' }, look: 'grey ring stopping' },
    { when: 'starting', row: { status: 'starting', last_error: 'old' }, look: 'yellow ring starting' },
    {
      when: 'in error',
      row: { status: 'error', last_error: 'exited with code 78' },
      look: 'red dot error',
      detail: 'exited with code 78',
    },
    { when: 'in error for no known reason', row: { status: 'error' }, look: 'red dot error' },
    {
      when: 'crashed',
      row: { status: 'crashed', next_restart_at: NOW + 1_001, last_error: 'was ended by SIGKILL' },
      look: 'red ring waiting',
      values: { seconds: 2 },
      detail: 'was ended by SIGKILL',
    },
    {
      when: 'crashed and overdue',
      row: { status: 'crashed', next_restart_at: NOW - 5_000 },
      look: 'red ring waiting',
      values: { seconds: 0 },
    },
    { when: 'crashed without a date', row: { status: 'crashed' }, look: 'red ring waiting', values: { seconds: 0 } },
    { when: 'all good', row: { last_error: 'old' }, look: 'green dot ok', values: GOOD },
    {
      when: 'connected, but nothing read yet',
      row: { tags: { total: 3, good: 0, bad: 0 } },
      look: 'yellow ring connected',
      values: { good: 0, total: 3 },
    },
    {
      when: 'half bad',
      row: { tags: { total: 2, good: 1, bad: 1 } },
      look: 'yellow dot bad',
      values: { good: 1, total: 2 },
    },
    {
      when: 'one tag bad',
      row: { tags: { total: 3, good: 2, bad: 1 }, last_error: 'speed: exception 2' },
      look: 'yellow dot bad',
      values: { good: 2, total: 3 },
      detail: 'speed: exception 2',
    },
    {
      when: 'connected with no good tag',
      row: { tags: { total: 3, good: 0, bad: 3 }, last_error: 'speed: exception 2' },
      look: 'red ring bad',
      values: { good: 0, total: 3 },
      detail: 'speed: exception 2',
    },
    {
      when: 'degraded',
      row: { link: 'degraded', last_error: 'no readings' },
      look: 'yellow dot bad',
      values: GOOD,
      detail: 'no readings',
    },
    {
      when: 'connecting',
      row: { link: 'connecting', last_error: 'ECONNREFUSED' },
      look: 'yellow ring connecting',
      values: GOOD,
      detail: 'ECONNREFUSED',
    },
    {
      when: 'disconnected',
      row: { link: 'disconnected', last_error: 'ECONNREFUSED' },
      look: 'red ring disconnected',
      values: GOOD,
      detail: 'ECONNREFUSED',
    },
    { when: 'not tried any more', row: { link: 'max_retries_exceeded' }, look: 'red ring disconnected', values: GOOD },
  ]
  for (const { when, row, look, values = {}, detail } of table) {
    it(`is a ${look} when it is ${when}`, () => {
      const badge = badgeOf(processRow('oven', row), NOW)
      assert.equal(`${badge.fill} ${badge.shape} ${badge.key}`, look)
      assert.deepEqual(badge.values, values)
      assert.equal(badge.detail, detail)
      assert.equal(badge.restarts, 0)
    })
  }

  it('says what to mend where the settings are wrong, and is short where there is nothing to read', () => {
    const refused = processRow('oven', { status: 'error', last_error: 'port: 0 is not within 1 to 65535' })
    assert.deepEqual(badgeOf(refused, NOW, 'noTags'), {
      fill: 'red',
      shape: 'ring',
      key: 'noTags',
      values: {},
      detail: undefined,
      restarts: 0,
    })
    const { key, detail } = badgeOf(refused, NOW, 'config')
    assert.deepEqual([key, detail], ['config', 'port: 0 is not within 1 to 65535'])
    assert.equal(badgeOf(processRow('oven', { status: 'stopped' }), NOW, 'config').key, 'stopped')
  })

  it('tells an empty tag list from everything else that can be wrong', () => {
    const [noTags] = checkHasTags([])
    assert.ok(noTags)
    const host = { path: 'host', message: 'must not be empty' }
    assert.equal(flawOf([]), undefined)
    assert.equal(flawOf([noTags]), 'noTags')
    assert.equal(flawOf([noTags, host]), 'config')
    assert.equal(flawOf([{ path: 'tags', message: 'has 100001 entries, the limit is 100000' }]), 'config')
  })

  it('counts the restarts of a process that runs', () => {
    assert.equal(badgeOf(processRow('oven', { restart_count: 4 }), NOW).restarts, 4)
    assert.equal(badgeOf(processRow('oven', { restart_count: 4, link: 'connecting' }), NOW).restarts, 4)
    assert.equal(badgeOf(processRow('oven', { restart_count: 4, status: 'crashed' }), NOW).restarts, 0)
  })
})
