import assert from 'node:assert/strict'
import { AsciiRequests, asciiCorruptions, asciiFrame, readAscii } from '../../../simulators/modbus/ascii-frame'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const text = (frame: Buffer | undefined): string | undefined => frame?.toString('latin1')
/** Unit 5, function 3, two registers. */
const reply = asciiFrame(hex('05 03 04 000a 000b'))
const request = asciiFrame(hex('05 03 0000 0002'))

describe('A Modbus ASCII frame', () => {
  it('ends in the checksum that the world agrees on', () => {
    // the request that most tutorials show
    assert.equal(text(asciiFrame(hex('11 03 006b 0003'))), ':1103006B00037E\r\n')
    assert.deepEqual(readAscii(request), hex('05 03 0000 0002'))
    for (const none of [':0503000000', ':05030000000200\r\n', ':0503000000020\r\n', 'hello\r\n', ''])
      assert.equal(readAscii(Buffer.from(none)), undefined, none)
  })

  /** Written in hexadecimal, with the checksum that belongs to it. */
  const table: [what: string, frame: string][] = [
    ['lrc', ':050304000A000BDE\r\n'],
    ['data-bit', ':050304100A000BDF\r\n'],
    ['unit-id', ':690304000A000B7B\r\n'],
    ['function-code', ':050404000A000BDE\r\n'],
    ['byte-count', ':050306000A000BDD\r\n'],
    ['byte-count-255', ':0503FF000A000BE4\r\n'],
    ['fewer-values', ':050302000AEC\r\n'],
    ['more-values', ':050306000A000B0000DD\r\n'],
    ['no-data', ':0503F8\r\n'],
    ['exception-without-code', ':058378\r\n'],
    ['truncated', ':05030400'],
    ['no-line-feed', ':050304000A000BDF\r'],
  ]
  it('has a row here for each way to be wrong', () => {
    assert.deepEqual(table.map(([what]) => what).sort(), Object.keys(asciiCorruptions).sort())
  })
  for (const [what, frame] of table) {
    it(`can be wrong: ${what}`, () => assert.equal(text(asciiCorruptions[what]?.(reply)), frame))
  }
})

describe('What a device hears of Modbus ASCII', () => {
  it('is every request, wherever the stream is cut, whatever is between them', () => {
    const stream = Buffer.concat([Buffer.from('x:05'), request, Buffer.from('\n\n'), request])
    for (let cut = 0; cut <= stream.length; cut++) {
      const heard = new AsciiRequests()
      assert.deepEqual(
        [...heard.push(stream.subarray(0, cut)), ...heard.push(stream.subarray(cut))],
        [request, request],
      )
    }
  })

  it('is nothing in what never ends, but the next request again', () => {
    const heard = new AsciiRequests()
    assert.deepEqual(heard.push(Buffer.alloc(100_000, 0x30)), [])
    assert.deepEqual(heard.push(request), [request])
  })
})
