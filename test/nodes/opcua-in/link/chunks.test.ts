import assert from 'node:assert/strict'
import { Fault } from '../../../../lib/contract/fault'
import { CHUNK_MAX_BYTES, CHUNKS_MAX, Chunks } from '../../../../nodes/opcua-in/link/chunks'
import { string, uint32 } from '../../../../simulators/opcua/raw/binary'
import { acknowledge, message } from '../../../../simulators/opcua/raw/messages'

const chunk = (kind: string, length = 20) => message(kind, Buffer.alloc(length, 7))
const error = (code: number, reason: Buffer) => message('ERRF', Buffer.concat([uint32(code), reason]))

describe('What comes from an OPC UA server', () => {
  let chunks: Chunks
  beforeEach(() => {
    chunks = new Chunks((code) => (code === 0x807d0000 ? 'BadTcpServerTooBusy' : 'BadUnknown'))
    assert.deepEqual(
      [...chunks.push(acknowledge())].map(({ isLast }) => isLast),
      [true],
    )
  })
  const kinds = (bytes: Buffer) => [...chunks.push(bytes)].map(({ bytes: one }) => one.toString('latin1', 0, 4))

  function refused(bytes: Buffer): Fault {
    try {
      for (const _ of chunks.push(bytes));
    } catch (thrown) {
      assert.ok(thrown instanceof Fault)
      return thrown
    }
    throw new Error('it was taken')
  }

  it('is cut into chunks, however it comes', () => {
    const stream = Buffer.concat([chunk('MSGC'), chunk('MSGC', 3000), chunk('MSGF'), chunk('OPNF', 4)])
    for (const size of [1, 7, 8, 13, 3000, 10_000]) {
      const cut: Buffer[] = []
      for (let at = 0; at < stream.length; at += size) {
        for (const { bytes } of chunks.push(stream.subarray(at, at + size))) cut.push(bytes)
      }
      assert.deepEqual(
        cut.map((one) => one.toString('latin1', 0, 4)),
        ['MSGC', 'MSGC', 'MSGF', 'OPNF'],
        `by ${size}`,
      )
      assert.ok(Buffer.concat(cut).equals(stream))
    }
  })

  it('is taken up to the limits', () => {
    assert.deepEqual(kinds(chunk('MSGF', CHUNK_MAX_BYTES - 8)), ['MSGF'])
    const longest = [...Array.from({ length: CHUNKS_MAX - 1 }, () => chunk('MSGC')), chunk('MSGF')]
    for (let times = 0; times < 2; times++) assert.equal(kinds(Buffer.concat(longest)).length, CHUNKS_MAX)
  })

  // biome-ignore format: a table, one line a flaw
  const flaws: [what: string, bytes: Buffer, code: string, words: RegExp][] = [
    ['a chunk one byte too large', chunk('MSGF', CHUNK_MAX_BYTES - 7), 'message-too-large', /65537 bytes, 65536 are the limit/],
    ['a chunk too many', Buffer.concat(Array.from({ length: CHUNKS_MAX + 1 }, () => chunk('MSGC'))), 'message-too-large', /more than 1024 chunks/],
    ['too much in many chunks', Buffer.concat(Array.from({ length: 280 }, () => chunk('MSGC', 60_000))), 'message-too-large', /more than 16777216 bytes/],
    ['a chunk without a channel', chunk('MSGF', 3), 'malformed-message', /a chunk of 11 bytes/],
    ['a chunk neither last nor not', chunk('MSGX'), 'malformed-message', /no known kind/],
    ['an acknowledgement in the middle', acknowledge(), 'malformed-message', /ACK at the wrong time/],
    ['an answer that is broken off', Buffer.concat([chunk('MSGC'), chunk('MSGA')]), 'message-broken-off', /ask for fewer values/],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'not-opcua', /is the port right/],
  ]
  for (const [what, bytes, code, words] of flaws) {
    it(`is refused: ${what}`, () => {
      const fault = refused(bytes)
      assert.deepEqual([fault.kind, fault.code], ['protocol', code])
      assert.match(fault.message, words)
    })
  }

  it('begins with an acknowledgement that says enough', () => {
    for (const [bytes, words] of [
      [chunk('MSGF'), /MSG at the wrong time/],
      [message('ACKC', Buffer.alloc(20)), /ACK at the wrong time/],
      [message('ACKF', Buffer.alloc(19)), /too few bytes/],
      [acknowledge(8191), /8191 bytes only/],
    ] as const) {
      chunks = new Chunks(String)
      assert.match(refused(bytes).message, words)
    }
  })

  it('may be an abort of what had not begun, which the library knows', () => {
    assert.deepEqual(kinds(Buffer.concat([chunk('MSGA'), chunk('MSGF')])), ['MSGA', 'MSGF'])
  })

  // biome-ignore format: a table, one line an error
  const errors: [bytes: Buffer, words: string][] = [
    [error(0x807d0000, string('come back later')), 'BadTcpServerTooBusy, come back later'],
    [error(0x807d0000, string('BadTcpServerTooBusy: later')), 'BadTcpServerTooBusy: later'],
    [error(0x807d0000, string(null)), 'BadTcpServerTooBusy'],
    [error(0x807d0000, Buffer.alloc(0)), 'BadTcpServerTooBusy'],
    [error(0x807d0000, uint32(0x7fffffff)), 'BadTcpServerTooBusy'],
    [error(0x807d0000, uint32(0xfffffff0)), 'BadTcpServerTooBusy'],
    [error(0x12345678, string('a\r\n\u0000\u001b[31mb')), 'BadUnknown, a [31mb'],
    [message('ERRF', uint32(0x807d0000), 0x7fffffff), 'BadTcpServerTooBusy'],
  ]
  for (const [bytes, words] of errors) {
    it(`may be why the connection ends: ${words}`, () => {
      const fault = refused(bytes)
      assert.deepEqual(
        [fault.kind, fault.code, fault.message],
        ['link', 'ended-by-server', `the server ended the connection: ${words}`],
      )
    })
  }
})
