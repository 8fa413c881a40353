// How long requests and answers take on a serial line: characters, their bits, and the silences that end a frame.

import type { ReadRequest } from '../../lib/polling/protocol'
import { isBitArea } from './addresses'
import { placeOf, type ReadArea } from './areas'
import type { ModbusConfig } from './fields'

/** `transport`: one that sends ASCII takes two characters for each byte; RTU if absent. */
export type SerialLine = Pick<ModbusConfig, 'baudRate' | 'dataBits' | 'parity' | 'stopBits'> &
  Partial<Pick<ModbusConfig, 'transport'>>

/** Unit, function, address, count, CRC. */
const REQUEST_BYTES = 8
/** Unit, function, byte count, CRC. */
const ANSWER_BYTES = 5
/** A silence of so many characters ends a frame (MODBUS over Serial Line V1.02, 2.5.1.1). */
const SILENCE_CHARACTERS = 3.5
/** Above this rate the silence is a fixed time (the same clause). */
const FIXED_SILENCE_BAUD = 19_200
const FIXED_SILENCE_MS = 1.75

/** One byte of a frame. */
export function byteTimeMs(line: SerialLine): number {
  return isAscii(line) ? 2 * characterTimeMs(line) : characterTimeMs(line)
}

/** A start bit, the data, parity if there is one, and the stop bits. */
function characterTimeMs({ baudRate, dataBits, parity, stopBits }: SerialLine): number {
  return ((1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits) * 1000) / baudRate
}

function isAscii({ transport }: SerialLine): boolean {
  return transport === 'ascii' || transport === 'ascii-over-tcp'
}

/** A request and its answer, each with the silence behind it; without what the device needs in between. */
export function serialMs(
  line: SerialLine,
  { area: readArea, length }: Pick<ReadRequest<ReadArea>, 'area' | 'length'>,
): number {
  const { area, width } = placeOf(readArea)
  const dataBytes = isBitArea(area) ? Math.ceil(length / 8) : length * 2 * width
  const characterMs = characterTimeMs(line)
  const silenceMs = line.baudRate > FIXED_SILENCE_BAUD ? FIXED_SILENCE_MS : SILENCE_CHARACTERS * characterMs
  const bytes = REQUEST_BYTES + ANSWER_BYTES + dataBytes
  // LRC instead of CRC, a byte less; a colon, and two characters at the end
  const framingMs = isAscii(line) ? 2 * (3 * characterMs - byteTimeMs(line)) : 0
  return bytes * byteTimeMs(line) + framingMs + 2 * silenceMs
}
