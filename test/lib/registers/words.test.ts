// Types, orders and values, as a truth table and against what the engine of JavaScript says.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { charsets } from '../../../lib/contract/reader-fields'
import {
  isBitType,
  isTextType,
  ordersOf,
  registersOf,
  takesOrder,
  type WordType,
  wordOrders,
  wordTypes,
} from '../../../lib/contract/word-types'
import { type Decoder, Unreadable } from '../../../lib/registers/decoder'
import { kindOf, packedBitDecoder, type WordSpec, wordDecoder } from '../../../lib/registers/word-decoder'
import { BIG_ENDIAN } from '../../../lib/registers/word-layout'
import { encodeValue } from '../../../simulators/modbus/encode'
import { bitsOf, describeRow, type WordRow, wordRows, wordsOf } from './word-table'

const PLAIN = { order: '', scale: 1, offset: 0, length: 1 } as const
const AREA_BITS = 64

/** The bytes of a view: registers as on the wire, or packed bits. */
function viewOf(words: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(words.length * 2))
  words.forEach((word, index) => {
    view.setUint16(index * 2, word)
  })
  return view
}

function viewOfBits(bits: readonly number[]): DataView {
  const bytes = new Uint8Array(AREA_BITS / 8)
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7))
  })
  return new DataView(bytes.buffer)
}

function decoded(row: WordRow, at: number): ReturnType<Decoder> {
  const spec: WordSpec = { ...PLAIN, ...row }
  if (row.bits !== undefined) {
    return packedBitDecoder(spec)(viewOfBits([...Array(at).fill(1 - (bitsOf(row)[0] ?? 0)), ...bitsOf(row)]), at)
  }
  return wordDecoder(spec, BIG_ENDIAN)(viewOf([...Array(at / 2).fill(0xaaaa), ...wordsOf(row)]), at)
}

function read(spec: Partial<WordSpec> & Pick<WordSpec, 'type'>, ...words: number[]): ReturnType<Decoder> {
  return wordDecoder({ ...PLAIN, ...spec }, BIG_ENDIAN)(viewOf(words), 0)
}

describe('a value in registers', () => {
  for (const row of wordRows) {
    it(`reads ${describeRow(row)}`, () => {
      for (const at of [0, 2, 46]) {
        const got = decoded(row, at)
        if (row.bad === undefined) assert.deepEqual(got, row.value)
        else assert.ok(got instanceof Unreadable && got.reason.includes(row.bad), JSON.stringify(got))
      }
    })
  }

  it('has a row for every type with every order that it takes', () => {
    for (const type of wordTypes) {
      for (const order of wordOrders.filter((name) => takesOrder(type, name))) {
        // what the letters of four mean for one register is one thing for all types
        if (!ordersOf(type).includes(order) && !['uint16', 'int16', 'bool', 'bit'].includes(type)) continue
        const found = wordRows.some((row) => row.type === type && row.order === order)
        assert.ok(found, `${type} ${order}`)
      }
    }
  })

  it('is never read beyond the end', () => {
    for (const type of wordTypes) {
      for (const order of ordersOf(type)) {
        // what an array holds before its end has to be readable
        const word = type === 'mod1m64' || type === 'time64ms' ? 0 : 0x1111
        for (const length of [1, 3]) {
          const spec = { ...PLAIN, type, order, length, bit: isBitType(type) ? 15 : undefined }
          const view = viewOf(Array(registersOf(spec) - 1).fill(word))
          assert.throws(() => wordDecoder(spec, BIG_ENDIAN)(view, 0), RangeError, `${type} ${order} ${length}`)
        }
      }
    }
    assert.throws(() => read({ type: 'string', length: 3 }, 0x4142), RangeError)
    assert.throws(() => packedBitDecoder({ type: 'bool', length: 1 })(new DataView(new ArrayBuffer(1)), 8), RangeError)
  })

  it('of 16 bits is the float that JavaScript knows, for all 65536 of them', () => {
    for (let word = 0; word <= 0xffff; word++) {
      const value = read({ type: 'float16' }, word)
      const [expected] = new Float32Array([halfByArithmetic(word)])
      if (Number.isFinite(expected)) assert.equal(Object.is(value, expected), true, `${word}`)
      else assert.ok(value instanceof Unreadable, `${word}`)
    }
  })

  it('comes back from what a device lays out, whatever it is', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constantFrom(...ordersOf('int64')), (value, order) => {
        const got = read({ type: 'int64', order }, ...encodeValue('int64', order, value))
        assert.equal(String(got), String(value))
        assert.equal(typeof got, Number.isSafeInteger(Number(value)) ? 'number' : 'string')
      }),
    )
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(...ordersOf('float64')),
        (value, order) =>
          assert.ok(Object.is(read({ type: 'float64', order }, ...encodeValue('float64', order, value)), value)),
      ),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom(...ordersOf('bcd32')), (value, order) =>
        assert.equal(read({ type: 'bcd32', order }, ...encodeValue('bcd32', order, value)), value),
      ),
    )
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom(...ordersOf('string')),
        (text, order) => {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are no part of a text
          const value = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').replace(/ +$/, '')
          fc.pre(Buffer.from(value).toString() === value)
          const length = Math.max(1, Buffer.byteLength(value))
          assert.equal(read({ type: 'string', order, length }, ...encodeValue('string', order, value, length)), value)
        },
      ),
    )
  })

  it('of a meter or a clock comes back from what a device lays out, too', () => {
    const whole = (type: WordType, min: bigint, max: bigint): void =>
      fc.assert(
        fc.property(fc.bigInt(min, max), fc.constantFrom(...ordersOf(type)), (value, order) =>
          assert.equal(read({ type, order }, ...encodeValue(type, order, value)), Number(value)),
        ),
      )
    whole('uint48', 0n, 2n ** 48n - 1n)
    whole('int48', -(2n ** 47n), 2n ** 47n - 1n)
    whole('sm16', -32_767n, 32_767n)
    whole('sm32', -(2n ** 31n) + 1n, 2n ** 31n - 1n)
    whole('mod10k32', 0n, 10n ** 8n - 1n)
    whole('mod10k48', 0n, 10n ** 12n - 1n)
    whole('mod10k64', 0n, 2n ** 53n - 1n)
    whole('mod1m64', 0n, 2n ** 32n * 1_000_000n - 1n)
    whole('t5', 0n, 2n ** 24n - 1n)
    whole('t6', -(2n ** 23n) + 1n, 2n ** 23n - 1n)
    const time = (type: WordType, last: number, stepMs: number, counted: (ms: number) => number): void =>
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: Math.floor(last / stepMs) }),
          fc.constantFrom(...ordersOf(type)),
          (n, order) => {
            const ms = Date.UTC(2000, 0) + n * stepMs
            assert.equal(read({ type, order }, ...encodeValue(type, order, counted(ms))), new Date(ms).toISOString())
          },
        ),
      )
    const century = Date.UTC(2100, 0) - Date.UTC(2000, 0) - 1
    time('bcdtime48', century, 1000, (ms) => ms)
    time('iec64', century, 1, (ms) => ms)
    time('time64ms', century, 1, (ms) => ms)
    time('time2000', century, 1000, (ms) => (ms - Date.UTC(2000, 0)) / 1000)
  })

  it('is never anything but a value or a reason, whatever the device holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }),
        fc.constantFrom(...wordTypes),
        fc.constantFrom(...charsets),
        (words, type, charset) => {
          const got = read({ type, charset: isTextType(type) ? charset : '', length: 2, noValue: '' }, ...words)
          const parts = Array.isArray(got) ? got : [got]
          for (const part of parts) assert.ok(typeof part !== 'number' || Number.isFinite(part), String(part))
          for (const part of parts)
            assert.ok(!/\p{Cc}/u.test(String(part).replace(/[\t\r\n]/g, '')), JSON.stringify(part))
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('may be laid out in another way by default, as devices with the low word first do', () => {
    const lowWordFirst = { lowWordFirst: true, bytesSwapped: false }
    const view = viewOf([0x5678, 0x1234])
    assert.equal(wordDecoder({ ...PLAIN, type: 'uint32' }, lowWordFirst)(view, 0), 0x12345678)
    assert.equal(wordDecoder({ ...PLAIN, type: 'uint32', order: 'ABCD' }, lowWordFirst)(view, 0), 0x56781234)
    const text = { ...PLAIN, type: 'string', length: 2 } as const
    assert.equal(wordDecoder(text, { lowWordFirst: true, bytesSwapped: true })(viewOf([0x4241]), 0), 'AB')
  })

  it('says what is wrong with it', () => {
    const reason = (got: ReturnType<Decoder>): string =>
      got instanceof Unreadable ? got.reason : assert.fail(String(got))
    const noNumber = 'the device holds no number here (NaN or infinity); is the word order right?'
    assert.equal(reason(read({ type: 'float32' }, 0x7fc0, 0)), noNumber)
    assert.equal(reason(read({ type: 'float32', length: 2 }, 0, 0, 0x7fc0, 0)), `element [1]: ${noNumber}`)
    assert.equal(
      reason(read({ type: 'bcd16' }, 0x0fa1)),
      'the device holds 0x0FA1 here, which is no BCD: a digit is above 9; is the type right?',
    )
    assert.equal(
      reason(read({ type: 'uint64', offset: 1 }, 0xffff, 0xffff, 0xffff, 0xffff)),
      '18446744073709551616 does not fit into uint64; is the offset right?',
    )
  })
})

/** By the definition of IEEE 754, digit by digit, and not as it is done in lib/registers. */
function halfByArithmetic(word: number): number {
  const digits = word.toString(2).padStart(16, '0')
  const exponent = Number.parseInt(digits.slice(1, 6), 2)
  const hidden = exponent === 0 ? '0' : '1'
  const magnitude =
    exponent === 31
      ? digits.slice(6).includes('1')
        ? Number.NaN
        : Infinity
      : (Number.parseInt(hidden + digits.slice(6), 2) / 1024) * 2 ** (Math.max(exponent, 1) - 15)
  return digits.startsWith('1') ? -magnitude : magnitude
}

describe('the kind of a tag', () => {
  const rows: [Pick<WordSpec, 'type'> & Partial<WordSpec>, string][] = [
    [{ type: 'bool' }, 'boolean'],
    [{ type: 'bit' }, 'number'],
    [{ type: 'uint32' }, 'number'],
    [{ type: 'float64' }, 'number'],
    [{ type: 'bcd32' }, 'number'],
    [{ type: 'string', length: 20 }, 'any'],
    [{ type: 'time32' }, 'any'],
    [{ type: 'int64' }, 'integer'],
    [{ type: 'int64', offset: 5 }, 'integer'],
    [{ type: 'uint64' }, 'unsigned'],
    [{ type: 'uint64', offset: 5 }, 'unsigned'],
    [{ type: 'uint64', offset: -5 }, 'integer'],
    [{ type: 'uint64', scale: 0.1 }, 'number'],
    [{ type: 'int64', offset: 0.5 }, 'number'],
    [{ type: 'int64', length: 3 }, 'integer'],
  ]
  for (const [spec, kind] of rows) {
    it(`of ${JSON.stringify(spec)} is ${kind}`, () => assert.equal(kindOf({ ...PLAIN, ...spec }), kind))
  }
})
