import assert from 'node:assert/strict'
import { DatabaseLink, REFUSAL_SHOWN_MS } from '../../../lib/historian/database-link'

describe('the link to the database', () => {
  let nowMs: number
  let told: string[]
  let link: DatabaseLink

  beforeEach(() => {
    nowMs = 0
    told = []
    link = new DatabaseLink({
      nowMs: () => nowMs,
      report: ({ link: state, reason }) => told.push(`${state} ${reason}`.trim()),
      log: () => {},
    })
  })

  it('is told when it changes, and not at every write', () => {
    link.connecting()
    for (let write = 0; write < 3; write++) link.connected()
    link.disconnected('ECONNREFUSED')
    link.disconnected('ECONNREFUSED')
    link.connected()
    assert.deepEqual(told, ['connecting', 'connected', 'disconnected ECONNREFUSED', 'connected'])
  })

  it('is degraded for five minutes after the last refusal, whatever is written meanwhile', () => {
    link.refusing('type')
    for (nowMs = 0; nowMs < REFUSAL_SHOWN_MS; nowMs += 1000) link.connected()
    assert.deepEqual(told, ['degraded type'])
    link.connected()
    assert.deepEqual(told, ['degraded type', 'connected'])
  })

  it('is connected with the next write after somebody has mended what was refused', () => {
    link.refusing('type')
    link.mended()
    assert.deepEqual(told, ['degraded type'], 'not before something is written')
    link.connected()
    assert.deepEqual(told, ['degraded type', 'connected'])
    link.refusing('type')
    assert.deepEqual(told.at(-1), 'degraded type', 'it was not mended')
  })
})
