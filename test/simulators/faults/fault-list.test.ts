import assert from 'node:assert/strict'
import { FaultList } from '../../../simulators/faults/fault-list'

describe('The list of injected faults', () => {
  it('strikes as often as each fault says, then no more', () => {
    const list = new FaultList([])
    list.set([
      { kind: 'repeat', copies: 2, times: 2 },
      { kind: 'delay', ms: 5 },
    ])
    const struck = [1, 2, 3].map(() => list.takeAtReply().map(({ kind }) => kind))
    assert.deepEqual(struck, [['repeat', 'delay'], ['repeat', 'delay'], ['delay']])
  })

  it('counts a fault only where it strikes', () => {
    const list = new FaultList([])
    list.set([
      { kind: 'silent', times: 1 },
      { kind: 'reset-at-connect', times: 1 },
      { kind: 'delay', ms: 5, times: 1 },
    ])
    assert.deepEqual(list.takeAtReply(), [{ kind: 'delay', ms: 5, times: 1 }])
    assert.deepEqual(list.takeAtReply(), [])
    assert.deepEqual(list.takeAtRequest(1), [{ kind: 'silent', times: 1 }])
    assert.deepEqual(list.takeAtConnect(), [{ kind: 'reset-at-connect', times: 1 }])
    assert.deepEqual(list.get(), [])
  })

  it('resets at the request of the given number only', () => {
    const list = new FaultList([])
    list.set([{ kind: 'reset-at-request', request: 2 }])
    assert.deepEqual(
      [1, 2, 3].map((request) => list.takeAtRequest(request).length),
      [0, 1, 0],
    )
  })

  it('refuses a corruption that the protocol does not know, and keeps what was set', () => {
    const list = new FaultList(['known'])
    list.set([{ kind: 'corrupt', what: 'known' }])
    assert.throws(() => list.set([{ kind: 'corrupt', what: 'other' }]), /cannot corrupt "other"; there are known/)
    assert.deepEqual(list.get(), [{ kind: 'corrupt', what: 'known' }])
  })
})
