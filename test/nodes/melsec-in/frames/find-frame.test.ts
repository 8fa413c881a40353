import assert from 'node:assert/strict'
import { codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { findFrame } from '../../../../nodes/melsec-in/frames/find-frame'
import { OWN_STATION, type Request } from '../../../../nodes/melsec-in/frames/request'
import type { Plc } from '../../../../nodes/melsec-in/series'
import { toBytes } from './frame-fixtures'

const q3E: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const q4E: Plc = { ...q3E, frame: '4E' }
const fx3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
const inText = (plc: Plc): Plc => ({ ...plc, encoding: 'ascii' })
const asked: Request = { kind: 'words', device: 'D', number: 0, words: 1 }

/** Answers with one word. */
const ANSWER_3E = 'D0 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 01 00'
const ANSWER_4E = 'D4 00 | 05 00 | 00 00 | 00 | FF | FF 03 | 00 | 04 00 | 00 00 | 01 00'
const TEXT_3E = 'D000 | 00 | FF | 03FF | 00 | 0008 | 0000 | 0001'
const TEXT_1E = '81 | 00 | 0001'

type Row = [what: string, plc: Plc, before: string, came: string, asked: Request | undefined, kind: string]

/** What comes before is given as it is on the wire. */
const rows: Row[] = [
  ['an answer alone', q3E, '', ANSWER_3E, asked, 'frame'],
  ['CR LF before it', q3E, '\r\n', ANSWER_3E, asked, 'frame'],
  ['zeros before it', q3E, '\0\0\0', ANSWER_3E, asked, 'frame'],
  ['ones before it', q4E, '\xff', ANSWER_4E, asked, 'frame'],
  ['a text before it', q4E, 'heartbeat 17', ANSWER_4E, asked, 'frame'],
  ['a text with its first letter', inText(q3E), 'Device D0 OK', TEXT_3E, asked, 'frame'],
  ['the first byte of one before it', q3E, '\xd0', ANSWER_3E, asked, 'frame'],
  ['a header that announces too much before it', q3E, '\xd0\0\0\xff\xff\x03\0\xff\xff', ANSWER_3E, asked, 'frame'],
  ['nothing but a text', q3E, 'heartbeat 17', '', asked, 'incomplete'],
  ['a beginning behind a text', q3E, 'heartbeat 17', 'D0', asked, 'incomplete'],
  ['a text while nothing is asked', q3E, 'heartbeat 17', '', undefined, 'incomplete'],
  ['CR LF before an answer of 1E', fx3, '\r\n', '81 | 00 | 01 00', asked, 'frame'],
  ['CR LF and text before an answer of 1E', inText(fx3), '\r\nok; ', TEXT_1E, asked, 'frame'],
]

/** What may be the rest of a longer answer is not skipped: behind it something could look like an answer. */
const ambiguous: Row[] = [
  ['zeros before an answer of 1E', fx3, '', '00 00 | 81 | 00 | 01 00', asked, 'violation'],
  ['ones before an answer of 1E', fx3, '', 'FF FF | 81 | 00 | 01 00', asked, 'violation'],
  ['letters before an answer of 1E', fx3, '', '41 42 | 81 | 00 | 01 00', asked, 'violation'],
  ['digits before an answer of 1E', inText(fx3), '', '0081 | 00 | 0001', asked, 'violation'],
  ['digits behind CR LF', inText(fx3), '\r\n', '0081 | 00 | 0001', asked, 'violation'],
  ['what an answer of 1E begins with, unasked', fx3, '\r\n', '81 00', undefined, 'violation'],
  ['zeros, unasked', fx3, '', '00 00', undefined, 'violation'],
  ['digits, unasked', inText(fx3), '\r\n', '81', undefined, 'violation'],
]

describe('the next frame in a stream', () => {
  for (const [what, plc, before, came, request, kind] of [...rows, ...ambiguous]) {
    it(`is found, or not: ${what}, ${plc.frame} ${plc.encoding}`, () => {
      const stray = Buffer.from(before, 'latin1')
      const incoming = Buffer.concat([stray, toBytes(plc.encoding, came)])
      const state = { asked: request, mayBeData: true }
      const { skipped, next, reason } = findFrame(codecOf(plc, OWN_STATION, 4), incoming, state)
      assert.deepEqual([skipped, next.kind, reason !== undefined], [stray.length, kind, stray.length > 0])
    })
  }

  it('of 1E may have zeros, ones and text before it where nothing can be left of an earlier answer', () => {
    for (const stray of ['\0', '\xff', '\r\n', 'heartbeat 17']) {
      const incoming = Buffer.from(stray, 'latin1')
      for (const request of [undefined, asked]) {
        const state = { asked: request, mayBeData: false }
        const { skipped, next } = findFrame(codecOf(fx3, OWN_STATION, 4), incoming, state)
        assert.deepEqual([skipped, next.kind], [incoming.length, 'incomplete'])
      }
    }
  })
})
