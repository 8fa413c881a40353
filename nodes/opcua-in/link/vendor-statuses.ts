// Status codes that the library does not know: vendors have some of their own. The library takes each of them for a plain "Bad",
// whatever its severity is, and writes a line to the console each time.

import { BinaryStream } from 'node-opcua-binary-stream'
import {
  _installStatusCodes,
  ConstantStatusCode,
  coerceStatusCode,
  StatusCode,
  StatusCodes,
} from 'node-opcua-status-code'

/** Severity and sub-code (OPC 10000-4, 7.39.1); what follows are info bits. */
const CODE_SHIFT = 16
/** Reserved bits, which are 0: no status has them. */
const RESERVED = 0x3000

/** By code, without its info bits. */
const named = new Uint8Array(1 << CODE_SHIFT)
let isInstalled = false

/**
 * A status is read as a UInt32, and then looked up in a table to which nothing leads but a function that adds to it: each number that
 * may be a status is added before it is looked up. Once at most for each, so that the table does not grow beyond 16 384 entries.
 */
export function nameVendorStatuses(): void {
  if (isInstalled) return
  isInstalled = true
  for (const status of Object.values(StatusCodes)) {
    if (status instanceof StatusCode) named[status.value >>> CODE_SHIFT] = 1
  }
  const { readUInt32 } = BinaryStream.prototype
  BinaryStream.prototype.readUInt32 = function () {
    const value = readUInt32.call(this)
    const code = value >>> CODE_SHIFT
    if (named[code] === 0 && (code & RESERVED) === 0) nameStatus(code)
    return value
  }
}

/** By its number, e.g. 0x8F120000. */
function nameStatus(code: number): void {
  named[code] = 1
  const value = (code << CODE_SHIFT) >>> 0
  const name = `0x${value.toString(16).toUpperCase().padStart(8, '0')}`
  const status = new ConstantStatusCode({ name, value, description: '' })
  _installStatusCodes({ [name]: status }, StatusCodes.Bad, coerceStatusCode)
}
