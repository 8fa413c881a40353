// The frames of test/fixtures/melsec-frames.json: bytes by hand from the manuals, readable without code. Fields are separated
// by |; binary as hexadecimal bytes, ASCII as it is sent, with _ for a blank.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Codec, codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION, type Reply, type Request, type Route } from '../../../../nodes/melsec-in/frames/request'
import type { Encoding, Plc } from '../../../../nodes/melsec-in/series'

export type FrameFixture = {
  source: string
  plc: Plc
  route?: Route
  timer: number
  serial?: number
  request: Request
  sent: string
  reply: string
  /** In the notation of describe(). */
  means: Record<string, string | boolean>
}

export const frameFixtures: FrameFixture[] = JSON.parse(
  readFileSync(join('test', 'fixtures', 'melsec-frames.json'), 'utf8'),
)

export function toBytes(encoding: Encoding, fields: string): Buffer {
  const text = fields.replaceAll(/[\s|]/g, '')
  return encoding === 'ascii' ? Buffer.from(text.replaceAll('_', ' '), 'latin1') : Buffer.from(text, 'hex')
}

export function codecOfFixture({ plc, route, timer }: FrameFixture): Codec {
  return codecOf(plc, route ?? OWN_STATION, timer)
}

export const serialOfFixture = ({ serial }: FrameFixture): number => serial ?? 0

export function replyBytes({ plc, reply }: FrameFixture): Buffer {
  return toBytes(plc.encoding, reply)
}

/** A reply as `means` has it. */
export function describe(reply: Reply, points = 0): Record<string, string | boolean> {
  switch (reply.kind) {
    case 'registers': {
      const { registers } = reply
      const words = Array.from({ length: registers.byteLength / 2 }, (_, at) => hex(registers.getUint16(2 * at), 4))
      return { registers: words.join(' ') }
    }
    case 'bits': {
      const { bits } = reply
      const states = Array.from({ length: points }, (_, at) => (bits.getUint8(at >> 3) >> (at & 7)) & 1)
      return { bits: states.join('') }
    }
    case 'echo':
      return { echo: true }
    case 'cpu-type':
      return { cpu: reply.name, code: hex(reply.code, 4) }
    case 'refused': {
      const { endCode, abnormalCode, by } = reply
      return {
        refused: hex(endCode, 2),
        ...(abnormalCode === undefined ? {} : { abnormal: hex(abnormalCode, 2) }),
        ...(by ? { command: hex(by.command, 4), subcommand: hex(by.subcommand, 4) } : {}),
      }
    }
    case 'deviation':
      return { deviation: reply.text }
    case 'violation':
      return { violation: reply.text }
    default:
      return reply satisfies never
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
