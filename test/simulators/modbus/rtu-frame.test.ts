import assert from 'node:assert/strict'
import { RtuRequests, rtuCorruptions, seal, unseal } from '../../../simulators/modbus/rtu-frame'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** Unit 5, function 3, two registers. */
const reply = seal(hex('05 03 04 000a 000b'))
const request = seal(hex('05 03 0000 0002'))
const diagnostic = seal(hex('05 08 0000 a537'))

describe('A Modbus RTU frame', () => {
  it('ends in the checksum that the world agrees on', () => {
    // the check value of CRC-16/MODBUS, low byte first, and the request that most tutorials show
    assert.equal(seal(Buffer.from('123456789')).subarray(-2).toString('hex'), '374b')
    assert.deepEqual(seal(hex('11 03 006b 0003')), hex('11 03 006b 0003 7687'))
    assert.deepEqual(unseal(request), hex('05 03 0000 0002'))
  })

  /** Sealed again, unless `as it is`. */
  const table: Record<keyof typeof rtuCorruptions, { body: string } | { asItIs: Buffer }> = {
    crc: { asItIs: Buffer.concat([reply.subarray(0, -1), Buffer.from([reply.readUInt8(8) ^ 0x55])]) },
    'data-bit': { asItIs: Buffer.concat([hex('05 03 04 100a 000b'), reply.subarray(-2)]) },
    'unit-id': { body: '69 03 04 000a 000b' },
    'function-code': { body: '05 04 04 000a 000b' },
    'byte-count': { body: '05 03 06 000a 000b' },
    'byte-count-255': { body: '05 03 ff 000a 000b' },
    'fewer-values': { body: '05 03 02 000a' },
    'more-values': { body: '05 03 06 000a 000b 0000' },
    'no-data': { body: '05 03' },
    'exception-without-code': { body: '05 83' },
    truncated: { asItIs: reply.subarray(0, 4) },
  }
  for (const [what, expected] of Object.entries(table)) {
    it(`can be wrong in its ${what}`, () => {
      const corrupt = Object.entries(rtuCorruptions).find(([name]) => name === what)?.[1]
      const before = Buffer.from(reply)
      assert.deepEqual(corrupt?.(reply), 'body' in expected ? seal(hex(expected.body)) : expected.asItIs)
      assert.deepEqual(reply, before)
    })
  }
})

describe('What a device hears on a serial line', () => {
  let now = 0
  let heard = new RtuRequests(() => now)
  beforeEach(() => {
    now = 0
    heard = new RtuRequests(() => now)
  })

  it('is every request, wherever the stream is cut', () => {
    const both = Buffer.concat([request, diagnostic])
    for (let cut = 0; cut <= both.length; cut++) {
      const found = [...heard.push(both.subarray(0, cut)), ...heard.push(both.subarray(cut))]
      assert.deepEqual(found, [request, diagnostic], `cut at ${cut}`)
    }
    assert.deepEqual(
      [...both].flatMap((byte) => heard.push(Buffer.from([byte]))),
      [request, diagnostic],
    )
  })

  it('is also a request to write, of any length', () => {
    const write = seal(hex('05 10 0000 0002 04 0001 0002'))
    assert.deepEqual(heard.push(write.subarray(0, 6)), [])
    assert.deepEqual(heard.push(write.subarray(6)), [write])
  })

  it('is nothing where the checksum is wrong, but the next request again', () => {
    const wrong = Buffer.from(request)
    wrong[7] = (wrong[7] ?? 0) ^ 1
    assert.deepEqual(heard.push(wrong), [])
    assert.deepEqual(heard.push(Buffer.from('GET / HTTP/1.1')), [])
    assert.deepEqual(heard.push(request), [request])
  })

  it('is no request whose rest comes after a pause', () => {
    assert.deepEqual(heard.push(request.subarray(0, 5)), [])
    now = 101
    assert.deepEqual(heard.push(request), [request])
    assert.deepEqual(heard.push(request.subarray(0, 5)), [])
    now = 200
    assert.deepEqual(heard.push(request.subarray(5)), [request])
  })
})
