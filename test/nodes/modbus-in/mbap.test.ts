import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  checkAnswer,
  type Expected,
  frameRequest,
  nextFrame,
  toRtu,
  transactionOf,
} from '../../../nodes/modbus-in/link/mbap'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Everything that can be cut out of the chunks, and how it ended. */
function cut(chunks: Buffer[]): { frames: Buffer[]; violation?: string; rest: number } {
  const frames: Buffer[] = []
  let incoming = Buffer.alloc(0)
  for (const chunk of chunks) {
    incoming = Buffer.concat([incoming, chunk])
    for (let next = nextFrame(incoming); next.kind !== 'incomplete'; next = nextFrame(incoming)) {
      if (next.kind === 'violation') return { frames, violation: next.text, rest: incoming.length }
      frames.push(next.frame)
      incoming = Buffer.from(next.rest)
    }
  }
  return { frames, rest: incoming.length }
}

const reply = hex('0005 0000 0007 01 03 04 1234 5678')

describe('nextFrame', () => {
  it('finds a reply in every split of the stream', () => {
    for (let at = 0; at <= reply.length; at++) {
      assert.deepEqual(cut([reply.subarray(0, at), reply.subarray(at)]), { frames: [reply], rest: 0 })
    }
    assert.deepEqual(cut([...reply].map((byte) => Buffer.of(byte))), { frames: [reply], rest: 0 })
  })

  it('takes joined replies apart, wherever the stream is split', () => {
    const exception = hex('0006 0000 0003 01 83 02')
    const joined = Buffer.concat([reply, exception, reply])
    fc.assert(
      fc.property(fc.array(fc.nat({ max: joined.length })), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), joined.length]
        const chunks = ends.map((end, index) => joined.subarray(ends[index - 1] ?? 0, end))
        assert.deepEqual(cut(chunks), { frames: [reply, exception, reply], rest: 0 })
      }),
    )
  })

  const violations: [what: string, bytes: string, says: string][] = [
    ['a protocol id that is not 0', '0005 0001 0007', 'protocol id 1'],
    ['a web server', Buffer.from('HTTP/1.1 400').toString('hex'), 'protocol id 21584, Modbus TCP has 0; this is a web'],
    ['a TLS alert', '1503 0100 0202', 'this service wants TLS'],
    ['a TLS handshake', '1603 0300 0202', 'this service wants TLS'],
    ['an SSH server', Buffer.from('SSH-2.0').toString('hex'), 'this is an SSH server'],
    ['a mail server', Buffer.from('220 mail').toString('hex'), 'this is an FTP or mail server'],
    ['a Telnet console', 'fffd 18ff fd20', 'this may be a Telnet console'],
    ['another service', '0102 0304', 'this is another service: is the port right'],
    ['a length of 65535', '0005 0000 FFFF', 'announces 65535 bytes'],
    ['a length of 255', '0005 0000 00FF', 'announces 255 bytes'],
    ['a length of 1', '0005 0000 0001 01', 'announces 1 bytes'],
    ['a length of 0', '0005 0000 0000', 'announces 0 bytes'],
  ]
  for (const [what, bytes, says] of violations) {
    it(`stops at ${what}, as soon as it is seen`, () => {
      const { frames, violation } = cut([...hex(bytes)].map((byte) => Buffer.of(byte)))
      assert.equal(frames.length, 0)
      assert.ok(violation?.includes(says), violation)
    })
  }

  it('never keeps more than one frame, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) => {
        const { rest, violation } = cut(chunks.map((chunk) => Buffer.from(chunk)))
        assert.ok(violation !== undefined || rest < 260)
      }),
    )
  })

  it('takes frames of the smallest and of the largest size', () => {
    const smallest = hex('0001 0000 0002 01 03')
    const largest = Buffer.concat([hex('0001 0000 00FE'), Buffer.alloc(254, 7)])
    assert.deepEqual(cut([smallest, largest]), { frames: [smallest, largest], rest: 0 })
  })
})

describe('checkAnswer', () => {
  const expected: Expected = { transaction: 5, unit: 1, functionCode: 3, dataBytes: 4 }

  it('accepts what was asked for, and an exception', () => {
    assert.equal(checkAnswer(reply, expected), undefined)
    assert.equal(checkAnswer(hex('0005 0000 0003 01 83 02'), expected), undefined)
  })

  const table: [what: string, frame: string, says: string][] = [
    ['another transaction', '0006 0000 0007 01 03 04 1234 5678', 'transaction 6, asked was 5'],
    ['another unit', '0005 0000 0007 02 03 04 1234 5678', 'as unit 2, asked was unit 1'],
    ['an exception of another unit', '0005 0000 0003 02 83 02', 'as unit 2'],
    ['another function', '0005 0000 0007 01 04 04 1234 5678', 'function 4, asked was 3'],
    ['the exception of another function', '0005 0000 0003 01 84 02', 'function 132, asked was 3'],
    ['fewer bytes', '0005 0000 0005 01 03 02 1234', '2 bytes of data and announces 2, asked was for 4'],
    ['more bytes', '0005 0000 0009 01 03 06 1234 5678 9ABC', '6 bytes of data and announces 6, asked was for 4'],
    ['a byte count that lies', '0005 0000 0007 01 03 05 1234 5678', '4 bytes of data and announces 5'],
    ['fewer bytes than announced', '0005 0000 0005 01 03 04 1234', '2 bytes of data and announces 4'],
    ['no data', '0005 0000 0002 01 03', '0 bytes of data and announces 0'],
    ['an exception without its code', '0005 0000 0002 01 83', 'exception has 0 bytes'],
    ['an exception with more than its code', '0005 0000 0004 01 83 02 00', 'exception has 2 bytes'],
  ]
  for (const [what, frame, says] of table) {
    it(`refuses ${what}`, () => {
      const bytes = hex(frame)
      assert.equal(bytes.readUInt16BE(4), bytes.length - 6)
      const wrong = checkAnswer(bytes, expected)
      assert.ok(wrong?.includes(says), wrong)
    })
  }

  it('accepts no frame that differs in any byte before the data', () => {
    for (let at = 0; at < 9; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(reply)
        changed[at] = value
        if (changed.equals(reply)) continue
        const next = nextFrame(changed)
        assert.ok(next.kind !== 'frame' || checkAnswer(next.frame, expected) !== undefined, changed.toString('hex'))
      }
    }
  })
})

describe('the serial form of a frame', () => {
  it('is framed for the wire without its CRC', () => {
    const request = frameRequest(0xabcd, hex('01 03 0000 000A C5CD'))
    assert.equal(request.toString('hex'), 'abcd00000006' + '01030000000a')
    assert.equal(transactionOf(request), 0xabcd)
  })

  it('gets the CRC of the specification', () => {
    // MODBUS over Serial Line V1.02, appendix B: 02 07 has the CRC 1241, low byte first
    assert.equal(toRtu(hex('0001 0000 0002 0207')).toString('hex'), '02074112')
  })
})
