import assert from 'node:assert/strict'
import type { WordType } from '../../../../lib/contract/word-types'
import { packedBit } from '../../../../lib/registers/bits'
import { wordDecoder } from '../../../../lib/registers/word-decoder'
import { BIG_ENDIAN, layoutOf } from '../../../../lib/registers/word-layout'
import { codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION, type Reply, type Request } from '../../../../nodes/melsec-in/frames/request'
import type { Encoding, FrameName, Plc } from '../../../../nodes/melsec-in/series'
import { toBytes } from './frame-fixtures'

const plc = (frame: FrameName, encoding: Encoding): Plc => ({ series: frame === '1E' ? 'fx3' : 'q', frame, encoding })

function read(frame: FrameName, encoding: Encoding, asked: Request, came: string): Reply {
  const codec = codecOf(plc(frame, encoding), OWN_STATION, 4)
  const next = codec.nextFrame(toBytes(encoding, came), asked)
  assert.equal(next.kind, 'frame', JSON.stringify(next))
  return next.kind === 'frame' ? codec.decode(next.frame, asked, 1) : next
}

/** As the PLC has it by itself. */
const decoderOf = (type: WordType) => {
  return wordDecoder({ type, order: '', scale: 1, offset: 0, length: 1 }, layoutOf('CDAB', BIG_ENDIAN))
}

const D0 = { device: 'D', number: 0 }
const batch: Request = { kind: 'words', ...D0, words: 2 }
const random: Request = { kind: 'random', words: [], doubleWords: [D0] }

// D0 = 5678H, D1 = 1234H: 305419896 as a PLC has it, low word first
const rows: [frame: FrameName, encoding: Encoding, asked: Request, came: string][] = [
  ['3E', 'binary', batch, 'D0 00 | 00 | FF | FF 03 | 00 | 06 00 | 00 00 | 78 56 34 12'],
  ['3E', 'ascii', batch, 'D000 | 00 | FF | 03FF | 00 | 000C | 0000 | 5678 1234'],
  ['3E', 'binary', random, 'D0 00 | 00 | FF | FF 03 | 00 | 06 00 | 00 00 | 78 56 34 12'],
  ['3E', 'ascii', random, 'D000 | 00 | FF | 03FF | 00 | 000C | 0000 | 12345678'],
  ['4E', 'binary', batch, 'D4 00 | 01 00 | 00 00 | 00 | FF | FF 03 | 00 | 06 00 | 00 00 | 78 56 34 12'],
  ['4E', 'ascii', batch, 'D400 | 0001 | 0000 | 00 | FF | 03FF | 00 | 000C | 0000 | 5678 1234'],
  ['4E', 'ascii', random, 'D400 | 0001 | 0000 | 00 | FF | 03FF | 00 | 000C | 0000 | 12345678'],
  ['1E', 'binary', batch, '81 | 00 | 78 56 34 12'],
  ['1E', 'ascii', batch, '81 | 00 | 5678 1234'],
]

describe('values of a MELSEC PLC', () => {
  for (const [frame, encoding, asked, came] of rows) {
    it(`come through the decoders of all register devices: ${asked.kind} of ${frame} ${encoding}`, () => {
      const reply = read(frame, encoding, asked, came)
      assert.ok(reply.kind === 'registers')
      const { registers } = reply
      assert.equal(registers.byteLength, 4)
      assert.equal(decoderOf('uint16')(registers, 0), 0x5678)
      assert.equal(decoderOf('uint16')(registers, 2), 0x1234)
      assert.equal(decoderOf('uint32')(registers, 0), 0x12345678)
    })
  }

  it('may be floats: 0.75 in D0 and D1 (FX3U-ENET-ADP User’s Manual, 7.3.3, example 1)', () => {
    const reply = read('1E', 'ascii', batch, '81 | 00 | 0000 3F40')
    assert.ok(reply.kind === 'registers')
    assert.equal(decoderOf('float32')(reply.registers, 0), 0.75)
  })

  it('may be characters, the first in the low byte: "12AB" (the same, example 2)', () => {
    const reply = read('1E', 'ascii', batch, '81 | 00 | 3231 4241')
    assert.ok(reply.kind === 'registers')
    const { registers } = reply
    const bytes = [1, 0, 3, 2].map((at) => registers.getUint8(at))
    assert.equal(String.fromCharCode(...bytes), '12AB')
  })

  it('may be bits, packed as the decoders take them', () => {
    const points = 10
    const states = '1011000011'
    const asked: Request = { kind: 'bits', device: 'M', number: 0, points }
    const binary = read('3E', 'binary', asked, 'D0 00 | 00 | FF | FF 03 | 00 | 07 00 | 00 00 | 10 11 00 00 11')
    const ascii = read('3E', 'ascii', asked, `D000 | 00 | FF | 03FF | 00 | 000E | 0000 | ${states}`)
    const of1E = read('1E', 'binary', asked, '80 | 00 | 10 11 00 00 11')
    for (const reply of [binary, ascii, of1E]) {
      assert.ok(reply.kind === 'bits')
      const packed = Array.from({ length: points }, (_, at) => (packedBit(reply.bits, at) ? 1 : 0)).join('')
      assert.equal(packed, states)
    }
  })

  it('may be bits as words, the first in the lowest bit', () => {
    // M16 and M31 on ([COM] 8.1, the first point in b0)
    const asked: Request = { kind: 'words', device: 'M', number: 16, words: 1 }
    const reply = read('3E', 'binary', asked, 'D0 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 01 80')
    assert.ok(reply.kind === 'registers')
    assert.equal(reply.registers.getUint16(0), 0x8001)
  })
})
