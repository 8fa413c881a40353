import assert from 'node:assert/strict'
import { type Batch, encodeBatch } from '../../../lib/contract/batch'
import {
  decodeReadings,
  encodeReadings,
  encodeSource,
  type Readings,
  type Source,
  samplesIn,
} from '../../../lib/contract/readings'

const source: Source = {
  collector: '压机 4, "left" = ü😀',
  type: 'modbus',
  measurement: 'press line',
  pointTags: { site: 'Köln, 2=b', __proto__x: '' },
  columns: [
    { name: 'force', unit: 'kN', kind: 'number' },
    { name: 'count', unit: '', kind: 'integer' },
    { name: 'on', unit: '', kind: 'boolean' },
  ],
}

function batch(cycle: number, values: Batch['values'], rest: Partial<Batch> = {}): Batch {
  const bad = new Map(values.flatMap((value, column) => (value === null ? [[column, 'off'] as const] : [])))
  return { generation: 2, revision: 1, cycle, time: 1e12 + cycle, values, bad, sourceTimes: new Map(), ...rest }
}

function encode({ source: from, batches }: Readings): Uint8Array {
  return encodeReadings(encodeSource(from), batches.map(encodeBatch))
}

describe('readings', () => {
  it('come out as they went in', () => {
    const readings: Readings = {
      source,
      batches: [
        batch(1, [1.5, 7, 1]),
        batch(2, [null, '9223372036854775807', 0]),
        batch(3, [null, null, null], { sourceTimes: new Map([[1, 5]]), clockSteps: 3 }),
      ],
    }
    assert.deepEqual(decodeReadings(encode(readings)), readings)
  })

  it('come out of a part of a larger buffer too', () => {
    const bytes = encode({ source, batches: [batch(1, [1, 2, 3])] })
    const larger = new Uint8Array(bytes.length + 7)
    larger.set(bytes, 5)
    assert.equal(decodeReadings(larger.subarray(5, 5 + bytes.length))?.batches[0]?.cycle, 1)
  })

  const good = encode({ source, batches: [batch(1, [1, 2, 3]), batch(2, [4, null, 6])] })

  it('that are cut off anywhere between two batches or within one are malformed or fewer, never wrong', () => {
    for (let length = 0; length < good.length; length++) {
      const decoded = decodeReadings(good.subarray(0, length))
      if (decoded) assert.deepEqual(decoded.batches, [batch(1, [1, 2, 3])])
    }
  })

  it('with a flipped byte never throw', () => {
    for (let at = 0; at < good.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const broken = good.slice()
        broken[at] = (broken[at] ?? 0) ^ flip
        decodeReadings(broken)
      }
    }
  })

  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  const head = {
    v: 1,
    collector: 'a',
    type: 'modbus',
    measurement: 'm',
    pointTags: {},
    tags: [['x', '', 'number']],
  }
  const one = encodeBatch(batch(1, [1]))
  const malformed: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['no batch', encodeReadings(json(head), [])],
    ['no JSON', encodeReadings(new Uint8Array([1, 2, 3]), [one])],
    ['another version', encodeReadings(json({ ...head, v: 2 }), [one])],
    ['no collector', encodeReadings(json({ ...head, collector: 1 }), [one])],
    ['an unknown type', encodeReadings(json({ ...head, type: 'toaster' }), [one])],
    ['a point tag that is no text', encodeReadings(json({ ...head, pointTags: { a: 1 } }), [one])],
    ['point tags in a list', encodeReadings(json({ ...head, pointTags: [] }), [one])],
    ['a column of an unknown kind', encodeReadings(json({ ...head, tags: [['x', '', 'colour']] }), [one])],
    ['a column with a forbidden name', encodeReadings(json({ ...head, tags: [['__proto__', '', 'number']] }), [one])],
    ['another number of values than of columns', encodeReadings(json({ ...head, tags: [] }), [one])],
    ['a batch that is none', encodeReadings(json(head), [new Uint8Array(40)])],
  ]
  for (const [what, bytes] of malformed) {
    it(`are malformed: ${what}`, () => assert.equal(decodeReadings(bytes), undefined))
  }

  it('count as samples where they are good', () => {
    assert.equal(samplesIn(batch(1, [1, null, 3])), 2)
    assert.equal(samplesIn(batch(1, [null])), 0)
  })
})
