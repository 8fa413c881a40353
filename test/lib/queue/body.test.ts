import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { decodeBody, encodeBody } from '../../../lib/queue/body'
import { assertQueueError } from './scratch'

const MAX = 1000

describe('body of a message', () => {
  const values: [string, unknown][] = [
    ['a number', 1.5],
    ['zero', 0],
    ['a text', 'Druck °C 压力 🙂'],
    ['an empty text', ''],
    ['true', true],
    ['null', null],
    ['an array', [1, 'a', null, [2]]],
    ['an object', { a: { b: [1, 2] }, ü: 'x' }],
    ['bytes', new Uint8Array([0, 1, 254, 255])],
    ['no bytes', new Uint8Array(0)],
  ]
  for (const [name, value] of values) {
    it(`comes back as what it was: ${name}`, () => assert.deepEqual(decodeBody(encodeBody(value, MAX), MAX), value))
  }

  it('takes a view of a larger buffer as the part that it shows', () => {
    const view = new Uint8Array([9, 9, 1, 2, 9]).subarray(2, 4)
    assert.deepEqual(decodeBody(encodeBody(view, MAX), MAX), new Uint8Array([1, 2]))
    assert.deepEqual(decodeBody(encodeBody(Buffer.from([1, 2]), MAX), MAX), Buffer.from([1, 2]))
  })

  it('carries the CRC-32 of its bytes', () => {
    const { bytes, crc } = encodeBody('a', MAX)
    assert.equal(Buffer.from(bytes).toString(), '"a"')
    assert.equal(crc, crc32('"a"'))
  })

  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const refused: [string, unknown][] = [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a BigInt', 1n],
    ['a cycle', cyclic],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('no')
        },
      },
    ],
    ['more bytes than allowed', new Uint8Array(MAX + 1)],
    ['more JSON than allowed', 'x'.repeat(MAX)],
  ]
  for (const [name, value] of refused) {
    it(`is refused as not serializable: ${name}`, () => {
      assertQueueError(() => encodeBody(value, MAX), 'SerializationFailed')
    })
  }

  it('of exactly the allowed size is taken', () => {
    assert.equal(encodeBody(new Uint8Array(MAX), MAX).bytes.length, MAX)
  })

  it('is corrupted when a single bit has changed', () => {
    const body = encodeBody(new Uint8Array(100), MAX)
    const bytes = Uint8Array.from(body.bytes)
    bytes[50] = 1
    assertQueueError(() => decodeBody({ ...body, bytes }, MAX), 'CorruptedData', /CRC/)
  })

  it('cannot be read when it is whole but no JSON, or of a kind that nobody knows', () => {
    const bytes = Buffer.from('{"a":')
    assertQueueError(() => decodeBody({ kind: 1, crc: crc32(bytes), bytes }, MAX), 'DeserializationFailed')
    assertQueueError(() => decodeBody({ kind: 77, crc: crc32(bytes), bytes }, MAX), 'DeserializationFailed', /77/)
  })
})
