// Batches as bytes: what goes in comes out, and nothing that anybody may write into a queue does harm.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Batch, decodeBatch, encodeBatch, parseTagList, type Value } from '../../../lib/contract/batch'

const NONE = new Map<number, never>()
const HEADER_BYTES = 36

function batch(values: (Value | null)[], parts: Partial<Batch> = {}): Batch {
  return {
    generation: 3,
    revision: 1,
    cycle: 7,
    time: 1_700_000_000_123,
    values,
    bad: NONE,
    sourceTimes: NONE,
    ...parts,
  }
}

/** A body with the header of a good batch, for tails that encodeBatch would never write. */
function forged(count: number, encoding: number, tail: string | Uint8Array, floats: number[] = []): Uint8Array {
  const header = encodeBatch(batch([])).slice()
  const view = new DataView(header.buffer)
  view.setUint32(28, count, true)
  view.setUint8(32, encoding)
  return Buffer.concat([header, new Uint8Array(Float64Array.from(floats).buffer), Buffer.from(tail)])
}

/** Nobody behind the decoder has to look again. */
function assertWellFormed(decoded: Batch): void {
  const { values, bad, sourceTimes, cycle, time } = decoded
  assert.ok(Number.isSafeInteger(cycle) && Number.isFinite(time))
  values.forEach((value, column) => {
    assert.equal(value === null, bad.has(column), `column ${column}: ${value}, ${bad.get(column)}`)
    assert.ok(value === null || !Number.isNaN(value))
  })
  for (const [column, reason] of bad) assert.ok(column < values.length && typeof reason === 'string')
  for (const [column, ms] of sourceTimes) assert.ok(column < values.length && Number.isFinite(ms))
}

/** Among numbers a boolean is 0 or 1. */
function asItTravels(sample: Batch): Batch {
  if (sample.values.some((value) => typeof value === 'string' || (typeof value === 'object' && value !== null))) {
    return sample
  }
  return { ...sample, values: sample.values.map((value) => (value === null ? null : Number(value))) }
}

const SAMPLES: { what: string; sample: Batch }[] = [
  { what: 'no values', sample: batch([]) },
  { what: 'numbers', sample: batch([0, -1, 1.5, 2 ** 53, Number.MIN_VALUE, -Number.MAX_VALUE]) },
  { what: 'infinities, which 64-bit floats can hold', sample: batch([Infinity, -Infinity]) },
  { what: 'texts', sample: batch(['', 'a', '汉字', '\u0000"\\', '9007199254740993']) },
  { what: 'booleans among texts', sample: batch([true, 'x', false, 1]) },
  { what: 'arrays and objects', sample: batch([[1, 2], [], ['a', [true]], { a: 1, b: { c: ['x'] } }, {}]) },
  { what: 'nulls in arrays and objects', sample: batch([[1, null], [[null], 'x'], { a: null, b: { c: [null] } }]) },
  { what: 'a bad number', sample: batch([1, null, 3], { bad: new Map([[1, 'no answer']]) }) },
  { what: 'a bad text', sample: batch(['a', null], { bad: new Map([[1, '']]) }) },
  {
    what: 'all bad, for several reasons',
    sample: batch([null, null, null], {
      bad: new Map([
        [0, 'a'],
        [1, 'b'],
        [2, 'a'],
      ]),
    }),
  },
  { what: 'source times', sample: batch([1, 2], { sourceTimes: new Map([[1, 1_600_000_000_000.5]]) }) },
  {
    what: 'all of it',
    sample: batch(['a', null], { bad: new Map([[1, 'Störung']]), sourceTimes: new Map([[0, -1]]) }),
  },
  {
    what: 'the largest numbers of its header',
    sample: batch([1], {
      generation: 2 ** 32 - 1,
      revision: 2 ** 32 - 1,
      cycle: Number.MAX_SAFE_INTEGER,
      time: -62_135_596_800_000,
    }),
  },
]

describe('a batch as bytes', () => {
  for (const { what, sample } of SAMPLES) {
    it(`comes back with ${what}`, () => assert.deepEqual(decodeBatch(encodeBatch(sample)), sample))
  }

  it('takes 8 bytes a number and nothing for its names', () => {
    assert.equal(encodeBatch(batch(new Array(100).fill(1.5))).length, HEADER_BYTES + 800)
  })

  it('carries booleans among numbers as 0 and 1', () => {
    assert.deepEqual(decodeBatch(encodeBatch(batch([true, false, 2])))?.values, [1, 0, 2])
  })

  it('names a reason once for all its columns', () => {
    const reason = 'no answer within 1000 ms'
    const bad = new Map(Array.from({ length: 50 }, (_, column) => [column, reason]))
    const bytes = encodeBatch(batch(new Array(50).fill(null), { bad }))
    assert.equal(Buffer.from(bytes).toString('latin1').split(reason).length, 2)
  })

  it('is read from the middle of a larger buffer', () => {
    const bytes = encodeBatch(batch([1, 2], { bad: NONE }))
    const larger = new Uint8Array(bytes.length + 7).fill(0xff)
    larger.set(bytes, 3)
    assert.deepEqual(decodeBatch(larger.subarray(3, 3 + bytes.length)), batch([1, 2]))
  })

  it('comes back whatever it holds', () => {
    fc.assert(
      fc.property(arbitraryBatch, (sample) => {
        assert.deepEqual(decodeBatch(encodeBatch(sample)), asItTravels(sample))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a broken batch', () => {
  for (const { what, sample } of SAMPLES) {
    it(`with ${what} is refused wherever it is cut off, but for its source times`, () => {
      const bytes = encodeBatch(sample)
      for (let length = 0; length < bytes.length; length++) {
        const decoded = decodeBatch(bytes.subarray(0, length))
        if (decoded) assert.deepEqual(decoded, { ...sample, sourceTimes: NONE }, `${length} of ${bytes.length} bytes`)
      }
    })

    it(`with ${what} is refused or well-formed whichever byte is changed`, () => {
      const bytes = encodeBatch(sample)
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [1, 0x80, 0xff]) {
          const changed = bytes.slice()
          changed[at] = (changed[at] ?? 0) ^ flip
          const decoded = decodeBatch(changed)
          if (decoded) assertWellFormed(decoded)
        }
      }
    })
  }

  it('never throws and is never taken for good, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat({ max: 1 }),
        fc.nat({ max: 30 }),
        (tail, encoding, count) => {
          const decoded = decodeBatch(forged(count, encoding, tail))
          if (decoded) assertWellFormed(decoded)
        },
      ),
    )
  })

  it('never throws and is never taken for good, whatever JSON is in it', () => {
    const entries = fc.array(fc.oneof(fc.jsonValue(), fc.tuple(fc.jsonValue(), fc.jsonValue())), { maxLength: 3 })
    const tails = fc.record({ v: fc.option(entries), b: entries, s: entries }, { requiredKeys: [] })
    fc.assert(
      fc.property(tails, fc.nat({ max: 3 }), (tail, count) => {
        const decoded = decodeBatch(forged(count, 1, JSON.stringify(tail)))
        if (decoded) assertWellFormed(decoded)
      }),
      { numRuns: 500 },
    )
  })

  const table: { what: string; bytes: Uint8Array }[] = [
    { what: 'nothing', bytes: new Uint8Array(0) },
    { what: 'another magic number', bytes: Buffer.concat([Buffer.from('BSON'), encodeBatch(batch([])).subarray(4)]) },
    { what: 'an unknown encoding', bytes: forged(0, 2, '') },
    { what: 'more columns than there are bytes', bytes: forged(2, 0, '', [1]) },
    { what: 'the largest count of columns', bytes: forged(2 ** 32 - 1, 0, '', [1]) },
    { what: 'an absurd count of values that are not there', bytes: forged(1_000_000, 1, '{"v":[]}') },
    { what: 'more columns than a batch may have', bytes: forged(1_000_001, 1, '{"v":[]}') },
    { what: 'bytes behind the values that are no JSON', bytes: forged(1, 0, 'x', [1]) },
    { what: 'JSON that is no object', bytes: forged(1, 0, '[]', [1]) },
    { what: 'bytes that are no UTF-8', bytes: forged(1, 1, Uint8Array.of(0x7b, 0xff, 0xfe)) },
    { what: 'no values', bytes: forged(1, 1, '{}') },
    { what: 'fewer values than columns', bytes: forged(2, 1, '{"v":["a"]}') },
    { what: 'more values than columns', bytes: forged(1, 1, '{"v":["a","b"]}') },
    { what: 'values that are no list', bytes: forged(1, 1, '{"v":{"0":"a","length":1}}') },
    { what: 'null without a reason', bytes: forged(1, 1, '{"v":[null]}') },
    { what: 'NaN without a reason', bytes: forged(1, 0, '', [Number.NaN]) },
    { what: 'a value nested a million deep', bytes: forged(1, 1, `{"v":[${'['.repeat(1e6)}${']'.repeat(1e6)}]}`) },
    { what: 'a bad column beyond the last', bytes: forged(1, 0, '{"b":[["no",[1]]]}', [1]) },
    { what: 'a bad column below the first', bytes: forged(1, 0, '{"b":[["no",[-1]]]}', [1]) },
    { what: 'half a bad column', bytes: forged(1, 0, '{"b":[["no",[0.5]]]}', [1]) },
    { what: 'a bad column named by a text', bytes: forged(1, 0, '{"b":[["no",["0"]]]}', [1]) },
    { what: 'a reason that is no text', bytes: forged(1, 0, '{"b":[[{},[0]]]}', [1]) },
    { what: 'bad columns that are no list', bytes: forged(1, 0, '{"b":{"0":"no"}}', [1]) },
    { what: 'a source time that is no number', bytes: forged(1, 0, '{"s":[[0,"now"]]}', [1]) },
    { what: 'an endless source time', bytes: forged(1, 0, '{"s":[[0,1e999]]}', [1]) },
    { what: 'a source time for no column', bytes: forged(1, 0, '{"s":[[1,5]]}', [1]) },
    { what: 'source times that are no list', bytes: forged(1, 0, '{"s":5}', [1]) },
  ]
  for (const { what, bytes } of table) {
    it(`is refused with ${what}`, () => assert.equal(decodeBatch(bytes), undefined))
  }

  for (const [what, cycle, time] of [
    ['a cycle that is no number', Number.NaN, 0],
    ['half a cycle', 1.5, 0],
    ['a cycle that cannot be counted', 2 ** 53, 0],
    ['a negative cycle', -1, 0],
    ['no time', 1, Number.NaN],
    ['an endless time', 1, Infinity],
  ] as const) {
    it(`is refused with ${what}`, () => assert.equal(decodeBatch(encodeBatch(batch([1], { cycle, time }))), undefined))
  }

  it('shows no value of a bad column, even if there is one', () => {
    const decoded = decodeBatch(forged(2, 0, '{"b":[["old",[0]]]}', [42, 43]))
    assert.deepEqual(decoded?.values, [null, 43])
  })
})

describe('a list of tags', () => {
  const tag = { name: 'speed', unit: 'rpm', kind: 'number' }
  const list = { generation: 1, revision: 2, tags: [tag] }

  it('is taken as it is', () => assert.deepEqual(parseTagList(list), list))
  it('may be empty', () => assert.deepEqual(parseTagList({ ...list, tags: [] }), { ...list, tags: [] }))
  it('leaves out what does not belong to it', () => {
    assert.deepEqual(parseTagList({ ...list, more: 1, tags: [{ ...tag, more: 1 }] }), list)
  })

  const refused: { what: string; input: unknown }[] = [
    { what: 'nothing', input: undefined },
    { what: 'null', input: null },
    { what: 'a text', input: 'tags' },
    { what: 'a list', input: [tag] },
    { what: 'no generation', input: { ...list, generation: undefined } },
    { what: 'a negative generation', input: { ...list, generation: -1 } },
    { what: 'half a revision', input: { ...list, revision: 1.5 } },
    { what: 'tags that are no list', input: { ...list, tags: { length: 1, 0: tag } } },
    { what: 'an absurd number of tags', input: { ...list, tags: new Array(1_000_001) } },
    { what: 'a tag that is no object', input: { ...list, tags: ['speed'] } },
    { what: 'a hole for a tag', input: { ...list, tags: new Array(1) } },
    { what: 'a name that is no text', input: { ...list, tags: [{ ...tag, name: 5 }] } },
    { what: 'a name without end', input: { ...list, tags: [{ ...tag, name: 'x'.repeat(1001) }] } },
    { what: 'a name that would change what an object is', input: { ...list, tags: [{ ...tag, name: '__proto__' }] } },
    { what: 'no unit', input: { ...list, tags: [{ ...tag, unit: undefined }] } },
    { what: 'an unknown kind', input: { ...list, tags: [{ ...tag, kind: 'date' }] } },
  ]
  for (const { what, input } of refused) {
    it(`is refused with ${what}`, () => assert.equal(parseTagList(input), undefined))
  }
})

const plainValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

const arbitraryBatch: fc.Arbitrary<Batch> = fc
  .tuple(
    fc.oneof(
      fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer()), { maxLength: 20 }),
      fc.array(plainValue, { maxLength: 10 }),
    ),
    fc.array(fc.tuple(fc.nat({ max: 19 }), fc.string({ unit: 'grapheme' }))),
    fc.array(
      fc.tuple(
        fc.nat({ max: 19 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0),
      ),
    ),
    fc.record({ generation: fc.nat(), revision: fc.nat(), cycle: fc.nat(), time: fc.integer() }),
  )
  .map(([values, bads, times, header]) => {
    const bad = new Map(bads.filter(([column]) => column < values.length))
    const sourceTimes = new Map(times.filter(([column]) => column < values.length))
    return { ...header, values: values.map((value, column) => (bad.has(column) ? null : value)), bad, sourceTimes }
  })
