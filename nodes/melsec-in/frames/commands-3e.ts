// The commands of 3E and 4E frames: what follows the monitoring timer of a request, and the end code of a reply.
// [COM] = MELSEC Communication Protocol Reference Manual SH(NA)-080008.

import type { Encoding, Plc } from '../series'
import { toBits, toRegisters } from './data'
import { readNumber, Writer, wireBytes } from './notation'
import { writePoint } from './point-codes'
import { deviation, type Reply, type Request, wordsAskedFor } from './request'

const commands = {
  /** [COM] 8.2 */
  words: 0x0401,
  bits: 0x0401,
  /** [COM] 8.3 */
  random: 0x0403,
  /** [COM] 11.4 */
  'loop-back': 0x0619,
  /** [COM] 11.2 */
  'cpu-type': 0x0101,
} as const

const MODEL_NAME_CHARACTERS = 16

/** [COM] 8.2: bits 1, words 0; iQ-R 2 more, for its longer device codes and numbers. */
function subcommandOf({ series }: Plc, { kind }: Request): number {
  const withDevices = kind === 'bits' || kind === 'words' || kind === 'random'
  return (kind === 'bits' ? 1 : 0) + (withDevices && series === 'iqr' ? 2 : 0)
}

/** From the command on. */
export function writeCommand(body: Writer, plc: Plc, request: Request): void {
  body.number(commands[request.kind], 2).number(subcommandOf(plc, request), 2)
  switch (request.kind) {
    case 'words':
      writePoint(body, plc, request)
      body.number(request.words, 2)
      return
    case 'bits':
      writePoint(body, plc, request)
      body.number(request.points, 2)
      return
    case 'random':
      body.number(request.words.length, 1).number(request.doubleWords.length, 1)
      for (const point of [...request.words, ...request.doubleWords]) writePoint(body, plc, point)
      return
    case 'loop-back':
      body.number(request.text.length, 2).characters(request.text)
      return
    case 'cpu-type':
      return
    default:
      request satisfies never
  }
}

/** What came behind end code 0. */
export function decodeData(encoding: Encoding, data: Buffer, asked: Request): Reply {
  switch (asked.kind) {
    case 'words':
    case 'random': {
      const expected = wireBytes(encoding, 2 * wordsAskedFor(asked))
      if (data.length !== expected) return wrongLength(data, expected)
      const registers = toRegisters(encoding, data, asked.kind === 'random' ? asked.doubleWords.length : 0)
      return registers
        ? { kind: 'registers', registers }
        : deviation('its data are no hexadecimal digits; is it set to binary?')
    }
    case 'bits': {
      const expected = encoding === 'ascii' ? asked.points : Math.ceil(asked.points / 2)
      if (data.length !== expected) return wrongLength(data, expected)
      const bits = toBits(encoding, data, asked.points)
      return bits ? { kind: 'bits', bits } : deviation('its bits are neither on nor off')
    }
    case 'loop-back': {
      const expected = new Writer(encoding).number(asked.text.length, 2).characters(asked.text).finish()
      return data.equals(expected) ? { kind: 'echo' } : deviation('it does not send back what was sent to it')
    }
    case 'cpu-type': {
      const expected = MODEL_NAME_CHARACTERS + wireBytes(encoding, 2)
      if (data.length !== expected) return wrongLength(data, expected)
      const name = data.toString('latin1', 0, MODEL_NAME_CHARACTERS).trimEnd()
      const code = readNumber(encoding, data, MODEL_NAME_CHARACTERS, 2)
      const printable = /^[ -~]*$/.test(name)
      return printable && code !== undefined ? { kind: 'cpu-type', name, code } : deviation('its type is no text')
    }
    default:
      return asked satisfies never
  }
}

function wrongLength(data: Buffer, expected: number): Reply {
  return deviation(
    `it answers with ${data.length} bytes of data, asked was for ${expected}; do series and data code suit it?`,
  )
}
