import assert from 'node:assert/strict'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { badgeOf } from '../../../nodes/status-broadcast/badge'
import { processRow } from '../../support/process-row'

const RUNS: Partial<ProcessRow> = { status: 'running' }
const STOPPED: Partial<ProcessRow> = { status: 'stopped' }
const STARTING: Partial<ProcessRow> = { status: 'starting' }
const CRASHED: Partial<ProcessRow> = { status: 'crashed' }
const ERROR: Partial<ProcessRow> = { status: 'error' }
const OFFLINE: Partial<ProcessRow> = { link: 'disconnected', tags: { total: 3, good: 0, bad: 3 } }
const ONE_BAD: Partial<ProcessRow> = { tags: { total: 3, good: 2, bad: 1 } }

describe('The badge below the node', () => {
  const table: [string, Partial<ProcessRow>[], ReturnType<typeof badgeOf>][] = [
    ['no process', [], { fill: 'grey', shape: 'ring', key: 'none', values: {} }],
    ['one in error', [RUNS, ERROR, CRASHED], { fill: 'red', shape: 'dot', key: 'error', values: { failed: 1 } }],
    ['crashes', [RUNS, CRASHED, CRASHED], { fill: 'yellow', shape: 'ring', key: 'restarting', values: { crashed: 2 } }],
    ['a start', [STOPPED, STARTING], { fill: 'yellow', shape: 'ring', key: 'unwell', values: { unwell: 1, total: 2 } }],
    ['no device', [RUNS, OFFLINE], { fill: 'red', shape: 'ring', key: 'unwell', values: { unwell: 1, total: 2 } }],
    ['a bad tag', [RUNS, ONE_BAD], { fill: 'yellow', shape: 'ring', key: 'unwell', values: { unwell: 1, total: 2 } }],
    ['all stopped', [STOPPED], { fill: 'grey', shape: 'dot', key: 'running', values: { running: 0, total: 1 } }],
    ['one stopped', [RUNS, STOPPED], { fill: 'green', shape: 'dot', key: 'running', values: { running: 1, total: 2 } }],
    ['all well', [RUNS], { fill: 'green', shape: 'dot', key: 'running', values: { running: 1, total: 1 } }],
  ]
  for (const [when, rows, badge] of table) {
    it(`is ${badge.fill} with ${when}`, () => {
      assert.deepEqual(badgeOf(rows.map((row, index) => processRow(`p${index}`, row))), badge)
    })
  }
})
