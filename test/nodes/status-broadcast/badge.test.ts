import assert from 'node:assert/strict'
import type { Status } from '../../../lib/contract/lifecycle'
import { badgeOf } from '../../../nodes/status-broadcast/badge'
import { processRow } from '../../support/process-row'

describe('The badge below the node', () => {
  const table: [Status[], ReturnType<typeof badgeOf>][] = [
    [[], { fill: 'grey', shape: 'ring', key: 'none', values: {} }],
    [['running', 'error', 'crashed'], { fill: 'red', shape: 'dot', key: 'error', values: { failed: 1 } }],
    [['running', 'crashed', 'crashed'], { fill: 'yellow', shape: 'ring', key: 'restarting', values: { crashed: 2 } }],
    [['stopped', 'starting'], { fill: 'grey', shape: 'dot', key: 'running', values: { running: 0, total: 2 } }],
    [['running', 'stopped'], { fill: 'green', shape: 'dot', key: 'running', values: { running: 1, total: 2 } }],
    [['running'], { fill: 'green', shape: 'dot', key: 'running', values: { running: 1, total: 1 } }],
  ]
  for (const [statuses, badge] of table) {
    it(`is ${badge.fill} for ${statuses.join(', ') || 'no process'}`, () => {
      assert.deepEqual(badgeOf(statuses.map((status, index) => processRow(`p${index}`, { status }))), badge)
    })
  }
})
