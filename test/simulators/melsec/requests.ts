// Requests of a client of a PLC.

import { type DeviceName, devices } from '../../../simulators/melsec/devices'
import type { Encoding } from '../../../simulators/melsec/series'

type Options = { encoding?: Encoding; frame?: '3E' | '4E'; serial?: number; timer?: number }

/** @param body what follows the subcommand */
export function qnaRequest(command: number, subcommand: number, body: Buffer, options: Options = {}): Buffer {
  const { encoding = 'binary', frame = '3E', serial = 1, timer = 16 } = options
  const field = (value: number, size: number) => numberOf(value, size, encoding)
  const subheader = frame === '3E' ? '5000' : '5400'
  const asked = Buffer.concat([field(timer, 2), field(command, 2), field(subcommand, 2), body])
  return Buffer.concat([
    Buffer.from(subheader, encoding === 'binary' ? 'hex' : 'latin1'),
    ...(frame === '4E' ? [field(serial, 2), field(0, 2)] : []),
    field(0, 1),
    field(0xff, 1),
    field(0x3ff, 2),
    field(0, 1),
    field(asked.length, 2),
    asked,
  ])
}

type Place = { device: DeviceName; number: number; wide?: boolean }

/** Command 0401. */
export function batchRequest(place: Place & { points: number; unit: 'bits' | 'words' }, options: Options = {}): Buffer {
  const { encoding = 'binary' } = options
  const subcommand = (place.unit === 'bits' ? 1 : 0) + (place.wide ? 2 : 0)
  const body = Buffer.concat([placeOf(place, encoding), numberOf(place.points, 2, encoding)])
  return qnaRequest(0x0401, subcommand, body, options)
}

/** Command 0403. */
export function randomRequest(words: readonly Place[], doubles: readonly Place[], options: Options = {}): Buffer {
  const { encoding = 'binary' } = options
  const places = [...words, ...doubles]
  const body = [words.length, doubles.length].map((count) => numberOf(count, 1, encoding))
  body.push(...places.map((place) => placeOf(place, encoding)))
  return qnaRequest(0x0403, places[0]?.wide ? 2 : 0, Buffer.concat(body), options)
}

/** Commands 00 and 01 of 1E, binary. */
export function request1E(unit: 'bits' | 'words', letters: string, number: number, points: number, timer = 16): Buffer {
  const [first = '', second = ' '] = letters
  return Buffer.concat([
    Buffer.from([unit === 'bits' ? 0 : 1, 0xff]),
    numberOf(timer, 2, 'binary'),
    numberOf(number, 4, 'binary'),
    Buffer.from([second.charCodeAt(0), first.charCodeAt(0), points & 0xff, 0]),
  ])
}

/** Of a binary 3E reply. */
export function endCodeOf(reply: Buffer | undefined): string {
  if (!reply) return 'silent'
  return (reply[0] === 0xd4 ? reply.readUInt16LE(13) : reply.readUInt16LE(9))
    .toString(16)
    .toUpperCase()
    .padStart(4, '0')
}

function placeOf({ device, number, wide = false }: Place, encoding: Encoding): Buffer {
  const { code, short, base } = devices[device]
  if (encoding === 'binary')
    return Buffer.concat([numberOf(number, wide ? 4 : 3, encoding), numberOf(code, wide ? 2 : 1, encoding)])
  const digits = number
    .toString(base)
    .toUpperCase()
    .padStart(wide ? 8 : 6, '0')
  return Buffer.from((wide ? device.padEnd(4, '*') : short) + digits, 'latin1')
}

function numberOf(value: number, size: number, encoding: Encoding): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.writeUIntBE(value, 0, size)
  return encoding === 'binary' ? bytes.reverse() : Buffer.from(bytes.toString('hex').toUpperCase(), 'latin1')
}
