import assert from 'node:assert/strict'
import { Fault } from '../../../../lib/contract/fault'
import { connectFault, serviceFault } from '../../../../nodes/opcua-in/link/faults'

const TARGET = 'opc.tcp://plc:4840'

describe('What connecting to an OPC UA server fails with', () => {
  // biome-ignore format: a table, one line an error
  const said: [thrown: string, code: string, words: RegExp][] = [
    ['connect ECONNREFUSED 10.0.0.1:4840', 'connection-refused', /switched on/],
    ['getaddrinfo ENOTFOUND plc', 'name-unknown', /spelled right/],
    ['ServiceResult is BadUserAccessDenied (0x801f0000)', 'login-refused', /user name, password/],
    ['Error BadTooManySessions', 'too-many-sessions', /no room for another session/],
    ['BadCertificateUntrusted', 'own-certificate-refused', /trust it there/],
    ['BadSecurityChecksFailed', 'own-certificate-refused', /trust it there/],
    ['BadCertificateTimeInvalid', 'own-certificate-time', /clocks/],
    ['Cannot find USERNAME user token policy in end point description', 'login-unknown', /choose another/],
    ['Cannot find Certificate (X509) user token policy in end point description', 'login-unknown', /choose another/],
    ['Transaction has timed out ( timeout = 5000 ms)', 'no-answer', /does not answer/],
    ['something\nin many lines', 'connection-failed', /: something$/],
  ]
  for (const [thrown, code, words] of said) {
    it(`is told in words: ${code}`, () => {
      const fault = connectFault(new Error(thrown), TARGET)
      assert.deepEqual([fault.kind, fault.code], ['link', code])
      assert.ok(fault.message.startsWith(`${TARGET}: `))
      assert.match(fault.message, words)
    })
  }

  it('says what to do for each way to log in', () => {
    const refused = new Error('BadIdentityTokenRejected')
    assert.match(connectFault(refused, TARGET, 'username').message, /password and rights/)
    assert.match(connectFault(refused, TARGET, 'certificate').message, /trust it there among the certificates of users/)
    assert.match(connectFault(refused, TARGET, 'anonymous').message, /choose a user name, or a certificate/)
  })

  it('is left as it is where it is told already', () => {
    const fault = new Fault('link', 'no-endpoint', 'none')
    assert.equal(connectFault(fault, TARGET), fault)
    const busy = new Fault('link', 'ended-by-server', 'the server ended the connection: BadTcpServerTooBusy, closed')
    assert.equal(connectFault(busy, TARGET), busy)
  })

  it('is told in words also where the server ends the connection for it', () => {
    const fault = new Fault('link', 'ended-by-server', 'the server ended the connection: BadSecurityChecksFailed, no')
    assert.equal(connectFault(fault, TARGET).code, 'own-certificate-refused')
  })
})

describe('What a service of an OPC UA server fails with', () => {
  // biome-ignore format: a table, one line an error
  const said: [thrown: string, kind: string, code: string][] = [
    ['ServiceResult is BadTooManyOperations', 'device', 'BadTooManyOperations'],
    ['ServiceResult is BadSubscriptionIdInvalid', 'device', 'BadSubscriptionIdInvalid'],
    [' serviceResult = 0x8F120000 (0x8f120000)', 'device', '0x8F120000'],
    ['ServiceResult is BadSessionIdInvalid', 'link', 'BadSessionIdInvalid'],
    ['BadSecureChannelClosed', 'link', 'BadSecureChannelClosed'],
    ['Connection Break', 'link', 'service-failed'],
  ]
  for (const [thrown, kind, code] of said) {
    it(`${kind === 'device' ? 'is its answer' : 'ends the connection'}: ${thrown}`, () => {
      const fault = serviceFault(new Error(thrown), 'Read')
      assert.deepEqual([fault.kind, fault.code], [kind, code])
    })
  }
})
