import assert from 'node:assert/strict'
import { COMMAND_FAILURES, type CommandResult } from '../../../../lib/contract/command'
import { commandReply, errorReply, replyOf, STATUS_OF } from '../../../../nodes/collector-supervisor/api/reply'

const ok = (name: string): CommandResult => ({ name, success: true })

describe('A reply to a command', () => {
  const statuses = { 'not-found': 404, conflict: 409, timeout: 504, failed: 409 }
  for (const code of COMMAND_FAILURES) {
    it(`is ${statuses[code]} when the one process fails with ${code}`, () => {
      const results: CommandResult[] = [{ name: 'press', success: false, error: 'because', code }]
      assert.deepEqual(commandReply({ command: 'stop', name: 'press' }, results), {
        status: statuses[code],
        body: { error: 'stop failed: "press": because', code, results },
      })
    })
  }

  it('is 404 when the one process yields no result at all', () => {
    assert.equal(commandReply({ command: 'stop', name: 'press' }, []).status, 404)
  })

  it('is 200 when a -all command concerns no process', () => {
    assert.deepEqual(commandReply({ command: 'stop-all' }, []), {
      status: 200,
      body: { message: '0 of 0 stopped', results: [] },
    })
  })

  it('is 200 and counts when a part of a -all command fails', () => {
    const results: CommandResult[] = [ok('oven'), { name: 'press', success: false, error: 'because', code: 'timeout' }]
    assert.deepEqual(commandReply({ command: 'start-all' }, results), {
      status: 200,
      body: { message: '1 of 2 started', results },
    })
  })

  it('is an error when all of a -all command fails', () => {
    const results: CommandResult[] = [
      { name: 'oven', success: false, error: 'a', code: 'timeout' },
      { name: 'press', success: false, error: 'b', code: 'conflict' },
    ]
    assert.deepEqual(commandReply({ command: 'start-all' }, results), {
      status: 409,
      body: { error: 'start-all failed: "oven": a; "press": b', code: 'failed', results },
    })
  })

  const done = [
    ['start', '"press" started'],
    ['stop', '"press" stopped'],
    ['restart', '"press" restarted'],
  ] as const
  for (const [command, message] of done) {
    it(`says ${message}`, () => {
      assert.deepEqual(commandReply({ command, name: 'press' }, [ok('press')]), {
        status: 200,
        body: { message, results: [ok('press')] },
      })
    })
  }
})

describe('Other replies', () => {
  it('are 404 for what was not found and 200 for what was, be it empty', () => {
    assert.deepEqual(replyOf('press', undefined), {
      status: 404,
      body: { error: 'there is no process "press"', code: 'not-found' },
    })
    assert.deepEqual(replyOf('press', []), { status: 200, body: [] })
  })

  it('carry text and code of an error', () => {
    for (const [code, status] of [
      ['bad-request', 400],
      ['unauthorized', 401],
      ['forbidden', 403],
    ] as const) {
      assert.equal(STATUS_OF[code], status)
      assert.deepEqual(errorReply(code, 'why'), { status, body: { error: 'why', code } })
    }
  })
})
