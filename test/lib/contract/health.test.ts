// The verdict on a process, as a table: nothing that fails to bring its data is well.

import assert from 'node:assert/strict'
import { type Health, healthOf } from '../../../lib/contract/health'
import { LINKS, type Link, STATUSES, type Status } from '../../../lib/contract/lifecycle'

describe('the health of a process', () => {
  // biome-ignore format: a table, one line a state
  const table: [status: Status, link: Link, good: number, bad: number, total: number, health: Health][] = [
    ['running', 'connected', 5, 0, 5, 'well'], ['running', 'connected', 0, 0, 0, 'well'],
    ['running', 'connected', 0, 0, 5, 'pending'], ['running', 'connected', 4, 1, 5, 'impaired'],
    ['running', 'connected', 0, 5, 5, 'failed'],
    ['running', 'degraded', 5, 0, 5, 'impaired'], ['running', 'degraded', 4, 1, 5, 'impaired'],
    ['running', 'degraded', 0, 5, 5, 'failed'], ['running', 'degraded', 0, 0, 0, 'impaired'],
    ['running', 'connecting', 0, 0, 5, 'pending'], ['running', 'connecting', 0, 5, 5, 'pending'],
    ['running', 'disconnected', 0, 5, 5, 'failed'], ['running', 'disconnected', 5, 0, 5, 'failed'],
    ['running', 'max_retries_exceeded', 0, 5, 5, 'failed'],
    ['starting', 'connecting', 0, 0, 5, 'pending'], ['starting', 'connected', 5, 0, 5, 'pending'],
    ['stopping', 'connected', 5, 0, 5, 'off'], ['stopped', 'disconnected', 0, 0, 5, 'off'],
    ['crashed', 'disconnected', 0, 0, 5, 'failed'], ['crashed', 'connected', 5, 0, 5, 'failed'],
    ['error', 'disconnected', 0, 0, 5, 'failed'], ['error', 'connected', 5, 0, 5, 'failed'],
  ]
  for (const [status, link, good, bad, total, health] of table) {
    it(`is ${health} when it is ${status} and ${link} with ${good} good and ${bad} bad of ${total} tags`, () =>
      assert.equal(healthOf({ status, link, tags: { total, good, bad } }), health))
  }

  it('is well in no other state than running and connected with every tag good', () => {
    const counts = [0, 1, 2]
    for (const status of STATUSES) {
      for (const link of LINKS) {
        for (const good of counts) {
          for (const bad of counts) {
            const well = healthOf({ status, link, tags: { total: 2, good, bad } }) === 'well'
            assert.equal(well, status === 'running' && link === 'connected' && good === 2 && bad === 0)
          }
        }
      }
    }
  })
})
