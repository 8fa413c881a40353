// Modbus RTU on the wire: unit, function, data, CRC. MODBUS over Serial Line V1.02, 2.5.1 and 6.2.2; MODBUS Application
// Protocol V1.1b3, 6.1 to 6.4 and 6.8.

import type { Area } from '../addresses'
import { placeOf, type ReadArea } from '../areas'

/** A read request; `width` registers are expected for each address (1 if absent). */
export type Asked = { unit: number; functionCode: number; address: number; count: number; width?: number }

export const CRC_BYTES = 2
export const EXCEPTION_BIT = 0x80
const LAST_BIT_FUNCTION = 2

const functionCodes: Record<Area, number> = { coil: 1, discrete: 2, holding: 3, input: 4 }

export function askedOf(request: { unit: number; area: ReadArea; address: number; length: number }): Asked {
  const { unit, address, length } = request
  const { area, width } = placeOf(request.area)
  return { unit, functionCode: functionCodes[area], address, count: length, ...(width > 1 && { width }) }
}

/** A read request as it goes over a serial line. */
export function parseAsked(rtu: Buffer): Asked {
  return {
    unit: rtu.readUInt8(0),
    functionCode: rtu.readUInt8(1),
    address: rtu.readUInt16BE(2),
    count: rtu.readUInt16BE(4),
  }
}

/** Bytes of data in the answer. */
export function dataBytesOf({
  functionCode,
  count,
  width = 1,
}: Pick<Asked, 'functionCode' | 'count' | 'width'>): number {
  return functionCode <= LAST_BIT_FUNCTION ? Math.ceil(count / 8) : count * 2 * width
}

export function isBitFunction(functionCode: number): boolean {
  return functionCode <= LAST_BIT_FUNCTION
}

/** Unit, function and two words are what all requests of ours consist of. */
export function rtuFrame(unit: number, functionCode: number, first: number, second: number): Buffer {
  const frame = Buffer.allocUnsafe(6 + CRC_BYTES)
  frame.writeUInt8(unit, 0)
  frame.writeUInt8(functionCode, 1)
  frame.writeUInt16BE(first, 2)
  frame.writeUInt16BE(second, 4)
  return sealed(frame)
}

/** Writes the CRC into the last two bytes. */
export function sealed(frame: Buffer): Buffer {
  const end = frame.length - CRC_BYTES
  frame.writeUInt16LE(crc16(frame.subarray(0, end)), end)
  return frame
}

export function isSealed(frame: Buffer): boolean {
  const end = frame.length - CRC_BYTES
  return crc16(frame.subarray(0, end)) === frame.readUInt16LE(end)
}

/** The same frame with a CRC that is wrong. */
export function garbled(frame: Buffer): Buffer {
  const other = Buffer.from(frame)
  other.writeUInt8(frame.readUInt8(frame.length - 1) ^ 0xff, frame.length - 1)
  return other
}

/** The same frame as from this unit. */
export function addressedTo(unit: number, frame: Buffer): Buffer {
  if (frame[0] === unit) return frame
  const other = Buffer.from(frame)
  other.writeUInt8(unit, 0)
  return sealed(other)
}

function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}
