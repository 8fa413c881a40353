import assert from 'node:assert/strict'
import { frameLength, mbapCorruptions } from '../../../simulators/modbus/mbap-frame'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** Transaction 0x0102, unit 5, function 3, two registers. */
const reply = hex('0102 0000 0007 05 03 04 000a 000b')

describe('A Modbus TCP frame', () => {
  it('is as long as its length field says', () => {
    assert.equal(frameLength(hex('0102 0000 00')), undefined)
    assert.equal(frameLength(hex('0102 0000 0007')), 13)
    assert.equal(frameLength(reply), reply.length)
  })

  const table: Record<keyof typeof mbapCorruptions, string> = {
    'length-too-short': '0102 0000 0006 05 03 04 000a 000b',
    'length-too-long': '0102 0000 000c 05 03 04 000a 000b',
    'length-0': '0102 0000 0000 05 03 04 000a 000b',
    'length-65535': '0102 0000 ffff 05 03 04 000a 000b',
    'byte-count': '0102 0000 0007 05 03 06 000a 000b',
    'transaction-id': '0103 0000 0007 05 03 04 000a 000b',
    'protocol-id': '0102 0001 0007 05 03 04 000a 000b',
    'unit-id': '0102 0000 0007 06 03 04 000a 000b',
    'function-code': '0102 0000 0007 05 04 04 000a 000b',
    'fewer-values': '0102 0000 0005 05 03 02 000a',
    'more-values': '0102 0000 0009 05 03 06 000a 000b 0000',
    truncated: '0102 0000 0007',
    'no-data': '0102 0000 0002 05 03',
    'exception-without-code': '0102 0000 0002 05 83',
  }
  for (const [what, expected] of Object.entries(table)) {
    it(`can be wrong in its ${what}`, () => {
      const corrupt = Object.entries(mbapCorruptions).find(([name]) => name === what)?.[1]
      const before = Buffer.from(reply)
      assert.equal(corrupt?.(reply).toString('hex'), hex(expected).toString('hex'))
      assert.deepEqual(reply, before)
    })
  }
})
