import assert from 'node:assert/strict'
import type { Fault } from '../../../lib/contract/fault'
import { datagramFault, linkFault, noSerialport, serialFault, socketFault } from '../../../nodes/modbus-in/link/faults'

const target = '192.168.0.5:502'
const failed = (code: string, message = code) => Object.assign(new Error(message), { code })

type Row = [error: string, code: string, says: string]

function holds(table: Row[], faultOf: (error: string) => Fault): void {
  for (const [error, code, says] of table) {
    it(`says what "${error}" means`, () => {
      const fault = faultOf(error)
      assert.equal(fault.kind, 'link')
      assert.equal(fault.code, code)
      assert.ok(fault.message.startsWith(`${target}: `) && fault.message.includes(says), fault.message)
    })
  }
}

describe('socketFault', () => {
  const table: Row[] = [
    ['ECONNREFUSED', 'connection-refused', 'refuses connections'],
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
    ['ECONNREFUSED', 'connection-refused', 'nothing listens on this UDP port'],
    ['ENOTFOUND', 'name-unknown', 'no host has this name'],
    ['EHOSTUNREACH', 'host-unreachable', 'cannot be reached'],
  ]
  holds(table, (errno) => datagramFault(failed(errno), target))
})

describe('serialFault', () => {
  // as serialport 13 says it on Linux, macOS and Windows
  const table: Row[] = [
    ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'port-unknown', '/dev/serial/by-id'],
    ['Opening COM7: File not found', 'port-unknown', 'is the adapter plugged in'],
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'no-permission', 'group dialout'],
    ['Error: Operation not permitted, cannot open /dev/ttyUSB0', 'no-permission', 'in a container map the port'],
    ['Error Resource temporarily unavailable Cannot lock port', 'port-busy', 'close the other program'],
    ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'port-busy', 'in one reader'],
    ['Opening COM3: Access denied', 'port-busy', 'close the other program'],
    ['Error: Input/output error, cannot open /dev/ttyUSB0', 'port-gone', 'was the adapter unplugged'],
    ['Error: No such device, cannot open /dev/ttyUSB0', 'port-gone', 'was the adapter unplugged'],
    ['Error: No such device or address, cannot open /dev/ttyS9', 'port-gone', 'was the adapter unplugged'],
    ['EIO: i/o error, read', 'port-gone', 'was the adapter unplugged'],
    ['ENXIO: no such device or address, read', 'port-gone', 'was the adapter unplugged'],
    ['bad file descriptor', 'port-gone', 'was the adapter unplugged'],
    ['Reading from COM port (ReadIOCompletion): Operation aborted', 'port-gone', 'was the adapter unplugged'],
    ['Writing to COM port (GetOverlappedResult): Unknown error code 22', 'port-gone', 'was the adapter unplugged'],
    ['Error: Inappropriate ioctl for device, cannot open /etc/hosts', 'port-unknown', 'this is no serial port'],
    ['Error: Is a directory, cannot open /dev', 'port-unknown', 'this is no serial port'],
    ['Error: Invalid argument setting custom baud rate of 12345', 'line-unsupported', 'support this baud rate'],
    ['Error baud rate of 1 is not supported on your platform', 'line-unsupported', 'support this baud rate'],
    ['Open (SetCommState): Unknown error code 31', 'line-unsupported', 'support this baud rate'],
    ['Error: Too many open files, cannot open /dev/ttyUSB0', 'too-many-files', 'too many open files'],
    ['something odd', 'connection-failed', 'something odd'],
  ]
  holds(table, (text) => serialFault(new Error(text), target))
})

describe('noSerialport', () => {
  it('says how to get it, and is nothing to be tried again', () => {
    const fault = noSerialport(failed('MODULE_NOT_FOUND'), false)
    assert.equal(fault.kind, 'config')
    assert.equal(fault.code, 'serialport-missing')
    assert.match(fault.message, /user folder \(npm install serialport\)/)
  })

  it('says what is wrong with one that is there', () => {
    const fault = noSerialport(new Error('No native build was found'), true)
    assert.equal(fault.kind, 'config')
    assert.equal(fault.code, 'serialport-broken')
    assert.match(fault.message, /does not load on this computer: No native build was found; install it anew/)
  })
})
