// Status codes that the library does not know: vendors have some of their own. The library takes each of them for a plain "Bad",
// whatever its severity is, and writes a line to the console each time.

import {
  _installStatusCodes,
  ConstantStatusCode,
  coerceStatusCode,
  type StatusCode,
  StatusCodes,
} from 'node-opcua-status-code'

let isInstalled = false

/**
 * The table in which the library looks codes up is reached through this function alone, which adds an entry under the number of each
 * code. An entry under `__proto__` is the prototype of the table: it is asked for every number that the table does not have.
 */
export function nameVendorStatuses(): void {
  if (isInstalled) return
  isInstalled = true
  const others = new Proxy(StatusCodes.Bad, {
    get: (_, key) => (key === 'value' ? '__proto__' : vendorStatus(Number(key))),
  })
  _installStatusCodes({ others }, StatusCodes.Bad, coerceStatusCode)
}

/** Named by its number, e.g. 0x8F120000. */
function vendorStatus(value: number): StatusCode | undefined {
  if (!Number.isInteger(value)) return undefined
  const name = `0x${value.toString(16).toUpperCase().padStart(8, '0')}`
  return new ConstantStatusCode({ name, value, description: '' })
}
