import assert from 'node:assert/strict'
import { type CommandResult, failureOf } from '../../../lib/contract/command'

const ok: CommandResult = { name: 'oven', success: true }
const busy: CommandResult = { name: 'press', success: false, error: 'is stopping', code: 'conflict' }
const late: CommandResult = { name: 'saw', success: false, error: 'not ready in 30 s', code: 'timeout' }
const bare: CommandResult = { name: 'mill', success: false }

describe('failureOf', () => {
  const table: [string, CommandResult[], ReturnType<typeof failureOf>][] = [
    ['nothing was concerned', [], undefined],
    ['all succeeded', [ok, ok], undefined],
    ['one failed among others', [ok, busy], { code: 'conflict', text: '"press": is stopping' }],
    ['all failed alike', [busy, busy], { code: 'conflict', text: '"press": is stopping; "press": is stopping' }],
    [
      'they failed differently',
      [busy, late],
      { code: 'failed', text: '"press": is stopping; "saw": not ready in 30 s' },
    ],
    ['no reason is given', [bare], { code: 'failed', text: '"mill"' }],
  ]
  for (const [when, results, failure] of table) {
    it(`says ${failure ? failure.code : 'nothing'} when ${when}`, () => assert.deepEqual(failureOf(results), failure))
  }
})
