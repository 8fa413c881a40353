import assert from 'node:assert/strict'
import { datagramFault, linkFault, socketFault } from '../../../lib/net/faults'
import { failed, holds, type Row, target } from './fault-rows'

describe('socketFault', () => {
  const table: Row[] = [
    ['ECONNREFUSED', 'connection-refused', 'refuses connections; is the port right?'],
    ['ETIMEDOUT', 'connection-timeout', 'does not answer'],
    ['EHOSTUNREACH', 'host-unreachable', 'is its cable plugged in'],
    ['EHOSTDOWN', 'host-unreachable', 'is its cable plugged in'],
    ['ENETUNREACH', 'host-unreachable', 'route to that network'],
    ['ENETDOWN', 'network-down', 'the network of this computer is down'],
    ['EADDRNOTAVAIL', 'no-own-address', 'no address or no free port to connect from'],
    ['EADDRINUSE', 'no-own-address', 'no free port left'],
    ['ENOTFOUND', 'name-unknown', 'no host has this name'],
    ['EAI_AGAIN', 'name-unknown', 'could not be looked up'],
    ['EACCES', 'no-permission', 'firewall on this computer'],
    ['EPERM', 'no-permission', 'firewall on this computer'],
    ['EMFILE', 'too-many-files', 'too many open files'],
    ['ENFILE', 'too-many-files', 'too many open files'],
    ['ECONNRESET', 'connection-closed', 'the device closed the connection; was it restarted'],
    ['ECONNABORTED', 'connection-closed', 'the device closed the connection; was it restarted'],
    ['EPIPE', 'connection-closed', 'the device closed the connection; was it restarted'],
    ['CLOSED_AT_ONCE', 'connection-closed-at-once', 'many devices serve one client only; is another program, or'],
  ]
  holds(table, (errno) => socketFault(failed(errno), target))

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

describe('datagramFault', () => {
  const table: Row[] = [
    ['ECONNREFUSED', 'connection-refused', 'nothing listens on this UDP port; is the port right?'],
    ['ENOTFOUND', 'name-unknown', 'no host has this name'],
    ['EHOSTUNREACH', 'host-unreachable', 'cannot be reached'],
  ]
  holds(table, (errno) => datagramFault(failed(errno), target))
})
