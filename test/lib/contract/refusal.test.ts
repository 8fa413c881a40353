import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { CONTROL_TEXT_MAX } from '../../../lib/contract/limits'
import { parseRefusal, refusalOf } from '../../../lib/contract/refusal'

function told(input: unknown): { kind: string; code: string; message: string } {
  const { kind, code, message } = parseRefusal(input)
  return { kind, code, message }
}

describe('a refusal', () => {
  it('is the Fault again on the other side', () => {
    const fault = new Fault('link', 'certificate-unknown', 'trust it')
    assert.deepEqual(told(JSON.parse(JSON.stringify(refusalOf(fault)))), {
      kind: 'link',
      code: 'certificate-unknown',
      message: 'trust it',
    })
  })

  it('is cut to what a text may have', () => {
    const { code, message } = refusalOf(new Fault('bug', 'c'.repeat(1000), '界'.repeat(100_000)))
    assert.ok(code.length <= 100 && Buffer.byteLength(message) <= CONTROL_TEXT_MAX)
    assert.equal(told({ kind: 'bug', code, message }).message, message)
  })

  it('may be a text only', () => {
    assert.deepEqual(told('no such table'), { kind: 'device', code: 'failed', message: 'no such table' })
  })

  for (const input of [undefined, null, 7, {}, { kind: 'who', code: 'a', message: 'b' }, { kind: 'bug', code: 'a' }]) {
    it(`is no more than that when it is ${JSON.stringify(input)}`, () => {
      assert.deepEqual(told(input), { kind: 'device', code: 'failed', message: 'the process could not answer' })
    })
  }
})
