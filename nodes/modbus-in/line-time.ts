// How long requests and answers take on a serial line: characters, their bits, and the silences that end a frame.

import type { ReadRequest } from '../../lib/polling/protocol'
import { isBitArea } from './addresses'
import { placeOf, type ReadArea } from './areas'
import type { ModbusConfig } from './fields'

export type SerialLine = Pick<ModbusConfig, 'baudRate' | 'dataBits' | 'parity' | 'stopBits'>

/** Unit, function, address, count, CRC. */
const REQUEST_BYTES = 8
/** Unit, function, byte count, CRC. */
const ANSWER_BYTES = 5
/** A silence of so many characters ends a frame (MODBUS over Serial Line V1.02, 2.5.1.1). */
const SILENCE_CHARACTERS = 3.5
/** Above this rate the silence is a fixed time (the same clause). */
const FIXED_SILENCE_BAUD = 19_200
const FIXED_SILENCE_MS = 1.75

/** One character: a start bit, the data, parity if there is one, and the stop bits. */
export function byteTimeMs({ baudRate, dataBits, parity, stopBits }: SerialLine): number {
  return ((1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits) * 1000) / baudRate
}

/** A request and its answer, each with the silence behind it; without what the device needs in between. */
export function serialMs(
  line: SerialLine,
  { area: readArea, length }: Pick<ReadRequest<ReadArea>, 'area' | 'length'>,
): number {
  const { area, width } = placeOf(readArea)
  const dataBytes = isBitArea(area) ? Math.ceil(length / 8) : length * 2 * width
  const characterMs = byteTimeMs(line)
  const silenceMs = line.baudRate > FIXED_SILENCE_BAUD ? FIXED_SILENCE_MS : SILENCE_CHARACTERS * characterMs
  return (REQUEST_BYTES + ANSWER_BYTES + dataBytes) * characterMs + 2 * silenceMs
}
