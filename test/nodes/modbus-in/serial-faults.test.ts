import assert from 'node:assert/strict'
import { noSerialport, serialFault } from '../../../nodes/modbus-in/link/serial-faults'
import { failed, holds, type Row, target } from '../../lib/net/fault-rows'

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
    [
      'Error: Inappropriate ioctl for device setting custom baud rate of 9600',
      'port-unknown',
      'this is no serial port',
    ],
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
