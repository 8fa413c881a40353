import assert from 'node:assert/strict'
import { codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION, type Request } from '../../../../nodes/melsec-in/frames/request'
import type { Plc } from '../../../../nodes/melsec-in/series'
import { toBytes } from './frame-fixtures'

const q3E: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const q3EAscii: Plc = { ...q3E, encoding: 'ascii' }
const q4E: Plc = { ...q3E, frame: '4E' }
const q4EAscii: Plc = { ...q4E, encoding: 'ascii' }
const fx3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
const fx3Ascii: Plc = { ...fx3, encoding: 'ascii' }
const twoWords: Request = { kind: 'words', device: 'D', number: 0, words: 2 }
const threeBits: Request = { kind: 'bits', device: 'M', number: 0, points: 3 }
const loopBack: Request = { kind: 'loop-back', text: 'ABCD' }
const cpuType: Request = { kind: 'cpu-type' }

/** What is wrong with the stream or the reply, behind what kind of wrong it is. */
function wrongOf(plc: Plc, asked: Request, came: string): string {
  const codec = codecOf(plc, OWN_STATION, 4)
  const next = codec.nextFrame(toBytes(plc.encoding, came), asked)
  const reply = next.kind === 'frame' ? codec.decode(next.frame, asked, 5) : next
  return 'text' in reply ? `${reply.kind}: ${reply.text}` : JSON.stringify(reply)
}

const rows: [what: string, plc: Plc, asked: Request, came: string, says: string][] = [
  ['another service', q3E, twoWords, Buffer.from('HTTP/1.1 400').toString('hex'), 'is it another service'],
  ['another service', q3EAscii, twoWords, 'HTTP/1.1', 'is it another service'],
  ['another service', fx3, twoWords, Buffer.from('HTTP/1.1 400').toString('hex'), 'is it another service'],
  ['ASCII instead of binary', q3E, twoWords, Buffer.from('D000').toString('hex'), 'answers in ASCII'],
  ['ASCII instead of binary', q4E, twoWords, Buffer.from('D').toString('hex'), 'answers in ASCII'],
  ['ASCII instead of binary', fx3, twoWords, Buffer.from('8100').toString('hex'), 'answers in ASCII'],
  ['binary instead of ASCII', q3EAscii, twoWords, 'Ð', 'answers in binary'],
  ['binary instead of ASCII', fx3Ascii, twoWords, '\u0081\u0000', 'answers in binary'],
  ['4E instead of 3E', q3E, twoWords, 'D4', 'answers with 4E frames, asked was with 3E: choose 4E'],
  ['3E instead of 4E', q4E, twoWords, 'D0 00', 'choose 3E'],
  ['4E instead of 3E', q3EAscii, twoWords, 'D4', 'choose 4E'],
  ['3E instead of 1E', fx3, twoWords, 'D0 00', 'a 3E or 4E frame'],
  ['a request that comes back', q3E, twoWords, '50 00 | 00 | FF | FF 03 | 00', 'does not answer with 3E frames'],
  ['the reply to another command', fx3, twoWords, '80 00 00 00 00 00', 'not answer with 1E frames to what was asked'],
  [
    'a length of 1',
    q3E,
    twoWords,
    'D0 00 | 00 | FF | FF 03 | 00 | 01 00',
    'announces 1 bytes, 3E replies have 2 to 3586',
  ],
  ['a length of 3587', q3E, twoWords, 'D0 00 | 00 | FF | FF 03 | 00 | 03 0E', 'announces 3587 bytes'],
  ['a length of 65535', q4E, twoWords, 'D4 00 | 05 00 | 00 00 | 00 | FF | FF 03 | 00 | FF FF', 'announces 65535 bytes'],
  [
    'a length of 3',
    q3EAscii,
    twoWords,
    'D000 | 00 | FF | 03FF | 00 | 0003',
    'announces 3 bytes, 3E replies have 4 to 7172',
  ],
  ['a length that is none', q3EAscii, twoWords, 'D000 | 00 | FF | 03FF | 00 | 00G4', 'announces no number of bytes'],
  [
    'another serial',
    q4E,
    twoWords,
    'D4 00 | 06 00 | 00 00 | 00 | FF | FF 03 | 00 | 06 00 | 00 00 | 01 00 | 02 00',
    'it answers request 6, asked was 5',
  ],
  [
    'a serial that is none',
    q4EAscii,
    twoWords,
    'D400 | 00X5 | 0000 | 00 | FF | 03FF | 00 | 0004 | 0000',
    'it answers request without a number',
  ],
  ['half bits', fx3, threeBits, '80 | 00 | 12 00', 'neither on nor off'],
  ['half bits', fx3Ascii, threeBits, '80 | 00 | 1X00', 'neither on nor off'],
  ['no digits', fx3Ascii, twoWords, '81 | 00 | 0001 000x', 'no hexadecimal digits'],
  ['an end code that is none', fx3, twoWords, '81 | 61', 'its end code 97 is none of 1E'],
  ['an end code that is none', fx3Ascii, twoWords, '81 | xx', 'its end code  is none of 1E'],
  ['an abnormal code that is none', fx3Ascii, twoWords, '81 | 5B | zz00', 'abnormal code is no number'],
  ['another echo', fx3, loopBack, '96 | 00 | 02 | AB CE', 'does not send back'],
]

/** Of 3E and 4E only: a reply of 1E does not say how long it is. */
const deviations: typeof rows = [
  [
    'something behind the serial',
    q4E,
    twoWords,
    'D4 00 | 05 00 | 01 00 | 00 | FF | FF 03 | 00 | 02 00 | 00 00',
    'not followed by 0000',
  ],
  [
    'another station',
    q3E,
    twoWords,
    'D0 00 | 00 | FF | FF 03 | 01 | 06 00 | 00 00 | 01 00 | 02 00',
    'it answers for network 0, PC 255, module IO 03FF, station 1, asked was network 0',
  ],
  ['another CPU', q3E, twoWords, 'D0 00 | 00 | FF | E0 03 | 00 | 06 00 | 00 00 | 01 00 | 02 00', 'module IO 03E0'],
  [
    'fewer words',
    q3E,
    twoWords,
    'D0 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 01 00',
    'answers with 2 bytes of data, asked was for 4',
  ],
  [
    'more words',
    q3EAscii,
    twoWords,
    'D000 | 00 | FF | 03FF | 00 | 0010 | 0000 | 000100020003',
    'answers with 12 bytes of data, asked was for 8',
  ],
  ['no data', q3E, twoWords, 'D0 00 | 00 | FF | FF 03 | 00 | 02 00 | 00 00', 'answers with 0 bytes of data'],
  [
    'bits in another number',
    q3EAscii,
    threeBits,
    'D000 | 00 | FF | 03FF | 00 | 0008 | 0000 | 0101',
    'answers with 4 bytes of data, asked was for 3',
  ],
  ['half bits', q3E, threeBits, 'D0 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 12 00', 'neither on nor off'],
  ['an end code that is none', q3EAscii, twoWords, 'D000 | 00 | FF | 03FF | 00 | 0004 | C05x', 'end code is no number'],
  [
    'another echo',
    q3E,
    loopBack,
    'D0 00 | 00 | FF | FF 03 | 00 | 08 00 | 00 00 | 04 00 | 41 42 43 45',
    'does not send back',
  ],
  [
    'a type that is no text',
    q3E,
    cpuType,
    `D0 00 | 00 | FF | FF 03 | 00 | 14 00 | 00 00 | ${'01'.repeat(16)} | 63 02`,
    'its type is no text',
  ],
  [
    'a short type',
    q3E,
    cpuType,
    'D0 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 51 30',
    'answers with 2 bytes of data, asked was for 18',
  ],
]

describe('a violation', () => {
  for (const [what, plc, asked, came, says] of rows) {
    it(`is ${what}, with ${plc.frame} ${plc.encoding}`, () => {
      const text = wrongOf(plc, asked, came)
      assert.ok(text.startsWith('violation: ') && text.includes(says), text)
    })
  }
})

describe('a deviation, after which the next reply can be found', () => {
  for (const [what, plc, asked, came, says] of deviations) {
    it(`is ${what}, with ${plc.frame} ${plc.encoding}`, () => {
      const text = wrongOf(plc, asked, came)
      assert.ok(text.startsWith('deviation: ') && text.includes(says), text)
    })
  }
})

describe('a refusal', () => {
  const refused = (plc: Plc, came: string) => {
    const codec = codecOf(plc, OWN_STATION, 4)
    const next = codec.nextFrame(toBytes(plc.encoding, came), twoWords)
    assert.equal(next.kind, 'frame', JSON.stringify(next))
    return next.kind === 'frame' ? codec.decode(next.frame, twoWords, 5) : next
  }

  it('holds though the PLC does not tell who it was', () => {
    assert.deepEqual(refused(q3E, 'D0 00 | 00 | FF | FF 03 | 00 | 02 00 | 56 C0'), { kind: 'refused', endCode: 0xc056 })
    assert.deepEqual(refused(q3EAscii, 'D000 | 00 | FF | 03FF | 00 | 0006 | C056 | xy'), {
      kind: 'refused',
      endCode: 0xc056,
    })
  })

  it('names the station that refused, which may be another one', () => {
    const reply = refused(q3E, 'D0 00 | 00 | FF | FF 03 | 00 | 0B 00 | 59 C0 | 02 | 07 | E0 03 | 01 | 01 04 | 00 00')
    assert.deepEqual(reply, {
      kind: 'refused',
      endCode: 0xc059,
      by: { network: 2, pc: 7, moduleIo: 0x3e0, station: 1, command: 0x401, subcommand: 0 },
    })
  })
})
