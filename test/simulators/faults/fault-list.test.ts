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

  it('strikes at every second or third time', () => {
    const list = new FaultList([])
    list.set([{ kind: 'silent', every: 3, times: 2 }])
    const struck = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((request) => list.takeAtRequest(request).length > 0)
    assert.deepEqual(struck, [3, 6])
  })

  it('strikes only what is asked of its unit', () => {
    const list = new FaultList([])
    list.set([
      { kind: 'silent', unit: 2 },
      { kind: 'delay', ms: 5, unit: 3 },
      { kind: 'repeat', copies: 2 },
    ])
    assert.deepEqual(
      [list.takeAtRequest(1, 1).length, list.takeAtRequest(2, 2).length, list.takeAtRequest(3).length],
      [0, 1, 0],
    )
    assert.deepEqual(
      [2, 3, undefined].map((unit) => list.takeAtReply(unit).length),
      [1, 2, 1],
    )
  })

  it('refuses a corruption that the protocol does not know, and keeps what was set', () => {
    const list = new FaultList(['known'])
    list.set([{ kind: 'corrupt', what: 'known' }])
    assert.throws(() => list.set([{ kind: 'corrupt', what: 'other' }]), /cannot corrupt "other"; there are known/)
    assert.deepEqual(list.get(), [{ kind: 'corrupt', what: 'known' }])
  })
})
