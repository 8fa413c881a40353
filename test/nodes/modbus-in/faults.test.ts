import assert from 'node:assert/strict'
import { linkFault, socketFault } from '../../../nodes/modbus-in/faults'

const target = '192.168.0.5:502'
const failed = (code: string, message = code) => Object.assign(new Error(message), { code })

describe('socketFault', () => {
  const table: [errno: string, code: string, says: string][] = [
    ['ECONNREFUSED', 'connection-refused', 'refuses connections'],
    ['ETIMEDOUT', 'connection-timeout', 'does not answer'],
    ['EHOSTUNREACH', 'host-unreachable', 'cannot be reached'],
    ['ENETUNREACH', 'host-unreachable', 'route to that network'],
    ['ENOTFOUND', 'name-unknown', 'no host has this name'],
    ['EAI_AGAIN', 'name-unknown', 'could not be looked up'],
    ['ECONNRESET', 'connection-closed', 'the device closed the connection; does it allow one client only?'],
    ['EPIPE', 'connection-closed', 'the device closed the connection; does it allow one client only?'],
  ]
  for (const [errno, code, says] of table) {
    it(`says what ${errno} means`, () => {
      const fault = socketFault(failed(errno), target)
      assert.equal(fault.kind, 'link')
      assert.equal(fault.code, code)
      assert.ok(fault.message.startsWith(`${target}: `) && fault.message.includes(says), fault.message)
    })
  }

  it('falls back on what there is', () => {
    assert.equal(socketFault(failed('EWEIRD', 'something odd'), target).message, `${target}: something odd`)
    assert.equal(socketFault(failed('EWEIRD', ''), target).message, `${target}: EWEIRD`)
    assert.equal(socketFault(new AggregateError([], ''), target).message, `${target}: the connection failed`)
    assert.equal(socketFault('text', target).message, `${target}: text`)
    assert.equal(linkFault('', target).code, 'connection-failed')
  })

  it('finds the reason of an AggregateError, which has one for each address of a name', () => {
    const error = Object.assign(new AggregateError([failed('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' })
    assert.equal(socketFault(error, target).code, 'connection-refused')
  })
})
