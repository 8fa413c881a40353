import assert from 'node:assert/strict'
import { melsecCorruptions } from '../../../simulators/melsec/corruptions'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/[| ]/g, ''), 'hex')
const text = (fields: string): Buffer => Buffer.from(fields.replaceAll('|', ''), 'latin1')

const REPLY_3E = bytes('D0 00 | 00 FF FF 03 00 | 06 00 | 00 00 | 34 12 78 56')
const REPLY_4E = bytes('D4 00 | 07 00 00 00 | 00 FF FF 03 00 | 06 00 | 00 00 | 34 12 78 56')
const REPLY_1E = bytes('81 00 | 34 12 78 56')
const ASCII_3E = text('D000|00FF03FF00|000C|0000|12345678')
const ASCII_1E = text('81|00|1234ABCD')

/** What makes of a reply what. */
const BINARY_3E: Record<string, string> = {
  subheader: '7F 00 | 00 FF FF 03 00 | 06 00 | 00 00 | 34 12 78 56',
  'subheader-of-request': '50 00 | 00 FF FF 03 00 | 06 00 | 00 00 | 34 12 78 56',
  truncated: 'D0 00 | 00 FF FF 03 00',
  'fewer-points': 'D0 00 | 00 FF FF 03 00 | 04 00 | 00 00 | 34 12',
  'more-points': 'D0 00 | 00 FF FF 03 00 | 08 00 | 00 00 | 34 12 78 56 00 00',
  'no-data': 'D0 00 | 00 FF FF 03 00 | 02 00 | 00 00',
  'error-without-information': 'D0 00 | 00 FF FF 03 00 | 02 00 | 51 C0',
  'length-too-short': 'D0 00 | 00 FF FF 03 00 | 05 00 | 00 00 | 34 12 78 56',
  'length-too-long': 'D0 00 | 00 FF FF 03 00 | 0B 00 | 00 00 | 34 12 78 56',
  'length-0': 'D0 00 | 00 FF FF 03 00 | 00 00 | 00 00 | 34 12 78 56',
  'length-1': 'D0 00 | 00 FF FF 03 00 | 01 00 | 00 00 | 34 12 78 56',
  'length-65535': 'D0 00 | 00 FF FF 03 00 | FF FF | 00 00 | 34 12 78 56',
  route: 'D0 00 | 01 02 FF 03 00 | 06 00 | 00 00 | 34 12 78 56',
}

const TEXT_3E: Record<string, string> = {
  subheader: '7F00|00FF03FF00|000C|0000|12345678',
  'subheader-of-request': '5000|00FF03FF00|000C|0000|12345678',
  truncated: 'D000|00FF03FF00|0',
  'fewer-points': 'D000|00FF03FF00|0008|0000|1234',
  'more-points': 'D000|00FF03FF00|0010|0000|123456780000',
  'no-data': 'D000|00FF03FF00|0004|0000',
  'error-without-information': 'D000|00FF03FF00|0004|C051',
  'length-too-short': 'D000|00FF03FF00|000B|0000|12345678',
  'length-too-long': 'D000|00FF03FF00|0011|0000|12345678',
  'length-0': 'D000|00FF03FF00|0000|0000|12345678',
  'length-1': 'D000|00FF03FF00|0001|0000|12345678',
  'length-65535': 'D000|00FF03FF00|FFFF|0000|12345678',
  route: 'D000|020103FF00|000C|0000|12345678',
  'not-hex': 'D000|00FF03FF00|000C|0000|1234567G',
  'lower-case': 'd000|00ff03ff00|000c|0000|12345678',
}

const BINARY_1E: Record<string, string> = {
  subheader: '7F 00 | 34 12 78 56',
  'subheader-of-request': '01 00 | 34 12 78 56',
  truncated: '81 00 34',
  'fewer-points': '81 00 | 34 12',
  'more-points': '81 00 | 34 12 78 56 00 00',
  'no-data': '81 00',
  'error-without-information': '81 5B',
}

const TEXT_1E: Record<string, string> = {
  subheader: '7F|00|1234ABCD',
  'subheader-of-request': '01|00|1234ABCD',
  truncated: '81|00|12',
  'fewer-points': '81|00|1234',
  'more-points': '81|00|1234ABCD0000',
  'no-data': '81|00',
  'error-without-information': '81|5B',
  'not-hex': '81|00|1234ABCG',
  'lower-case': '81|00|1234abcd',
}

describe('A reply of a PLC can be wrong', () => {
  const cases = [
    ['3E', BINARY_3E, REPLY_3E, bytes, melsecCorruptions('binary', ['3E'])],
    ['3E ASCII', TEXT_3E, ASCII_3E, text, melsecCorruptions('ascii', ['3E'])],
    ['1E', BINARY_1E, REPLY_1E, bytes, melsecCorruptions('binary', ['1E'])],
    ['1E ASCII', TEXT_1E, ASCII_1E, text, melsecCorruptions('ascii', ['1E'])],
  ] as const
  for (const [name, expected, reply, read, corruptions] of cases) {
    it(`${name}, in all these ways`, () => {
      assert.deepEqual(Object.keys(corruptions).sort(), Object.keys(expected).sort())
      const before = Buffer.from(reply)
      for (const [what, wrong] of Object.entries(expected))
        assert.deepEqual(corruptions[what]?.(reply), read(wrong), what)
      assert.deepEqual(reply, before)
    })
  }

  it('4E, by the serial number of the request before', () => {
    const { serial, ...others } = melsecCorruptions('binary', ['1E', '3E', '4E'])
    assert.equal(serial?.(REPLY_4E).toString('hex'), REPLY_4E.toString('hex').replace('d40007', 'd40006'))
    assert.equal(others['length-0']?.(REPLY_4E)[11], 0)
    assert.deepEqual(serial?.(REPLY_3E), REPLY_3E)
    assert.deepEqual(others.route?.(REPLY_1E), REPLY_1E)
  })

  it('also when there is hardly anything of it', () => {
    const shortest = { binary: ['D0 00', '81 5B', '81'].map(bytes), ascii: ['D000', '815B', '8'].map(text) }
    for (const encoding of ['binary', 'ascii'] as const) {
      const corruptions = melsecCorruptions(encoding, ['1E', '3E', '4E'])
      for (const reply of shortest[encoding]) {
        for (const corrupt of Object.values(corruptions)) assert.doesNotThrow(() => corrupt(reply))
      }
    }
  })
})
