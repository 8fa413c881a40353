import assert from 'node:assert/strict'
import { Fault, messageOf, toFault } from '../../../lib/contract/fault'

describe('a fault', () => {
  it('says who has to react, what it is and why', () => {
    const cause = new Error('ECONNREFUSED')
    const fault = new Fault('link', 'no-connection', 'the device cannot be reached', { cause })
    assert.ok(fault instanceof Error)
    assert.deepEqual(
      [fault.name, fault.kind, fault.code, fault.message, fault.cause],
      ['Fault', 'link', 'no-connection', 'the device cannot be reached', cause],
    )
  })

  it('stays what it is', () => {
    const fault = new Fault('device', 'refused', 'no')
    assert.equal(toFault(fault), fault)
  })

  const thrown: { what: string; value: unknown; message: string }[] = [
    { what: 'an error', value: new TypeError('x is not a function'), message: 'x is not a function' },
    { what: 'an error without a message', value: new Error(), message: '' },
    { what: 'a text', value: 'broken', message: 'broken' },
    { what: 'nothing', value: undefined, message: 'undefined' },
    { what: 'null', value: null, message: 'null' },
    { what: 'a symbol', value: Symbol('x'), message: 'Symbol(x)' },
    { what: 'an object', value: {}, message: '[object Object]' },
    { what: 'an object that has no text', value: Object.create(null), message: 'something without a text was thrown' },
  ]
  for (const { what, value, message } of thrown) {
    it(`is a bug if ${what} was thrown`, () => {
      const fault = toFault(value)
      assert.deepEqual([fault.kind, fault.code, fault.message, fault.cause], ['bug', 'unexpected', message, value])
      assert.equal(messageOf(value), message)
    })
  }
})
