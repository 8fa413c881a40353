import assert from 'node:assert/strict'
import { crc32, deflateRawSync } from 'node:zlib'
import { type Body, decodeBody, encodeBody, sizeOf } from '../../../lib/queue/body'
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

  describe('compressed', () => {
    const zeros = new Uint8Array(MAX)
    const compressed = (data: unknown) => encodeBody(data, MAX, 100)

    it('is smaller, and comes back as what it was', () => {
      for (const data of [zeros, 'x'.repeat(500), { a: new Array(200).fill(1) }]) {
        const body = compressed(data)
        assert.ok(body.bytes.length < 60, `${body.bytes.length} bytes`)
        const back = decodeBody(body, MAX)
        assert.deepEqual(back instanceof Uint8Array ? new Uint8Array(back) : back, data)
      }
    })

    it('is not done up to the size, nor where it saves nothing, nor unless it is wanted', () => {
      assert.equal(compressed(new Uint8Array(100)).bytes.length, 100)
      const noise = Uint8Array.from({ length: 300 }, (_, index) => (index * 7919 + index * index * 31) >> 3)
      const { kind, bytes } = encodeBody(noise, MAX, 1)
      assert.deepEqual(kind === 0, bytes.length === 300)
      assert.equal(encodeBody(zeros, MAX).bytes.length, MAX)
      assert.equal(encodeBody(new Uint8Array(0), MAX, 0).kind, 0)
    })

    it('says how large it was', () => {
      const { kind, bytes } = compressed(zeros)
      assert.equal(sizeOf(kind, bytes), MAX)
      assert.equal(sizeOf(0, zeros), MAX)
      assert.equal(sizeOf(2, new Uint8Array(3)), 3)
    })

    const deflated = (size: number, content: Uint8Array): Body => {
      const head = Buffer.alloc(4)
      head.writeUInt32LE(size)
      const bytes = Buffer.concat([head, content])
      return { kind: 2, crc: crc32(bytes), bytes }
    }
    const bomb = deflateRawSync(new Uint8Array(50_000_000))
    const bad: [string, Body, RegExp][] = [
      ['a bomb that admits it', deflated(50_000_000, bomb), /beyond 1000/],
      ['a bomb that denies it', deflated(900, bomb), /inflate/],
      ['less than announced', deflated(900, deflateRawSync(new Uint8Array(800))), /800 bytes instead of 900/],
      ['nothing', { kind: 2, crc: 0, bytes: new Uint8Array(0) }, /inflate/],
      ['no deflate data', deflated(5, Buffer.from('hello')), /inflate/],
      ['cut off', deflated(MAX, deflateRawSync(zeros).subarray(0, 5)), /inflate/],
    ]
    for (const [name, body, message] of bad) {
      it(`cannot be read when it is ${name}, and takes no memory`, () => {
        const before = process.memoryUsage().arrayBuffers
        assertQueueError(() => decodeBody(body, MAX), 'DeserializationFailed', message)
        assert.ok(process.memoryUsage().arrayBuffers - before < 5_000_000)
      })
    }

    it('is refused above the size of a message, however small it would become', () => {
      assertQueueError(() => encodeBody(new Uint8Array(MAX + 1), MAX, 100), 'SerializationFailed')
    })
  })
})
