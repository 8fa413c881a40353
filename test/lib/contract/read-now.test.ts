import assert from 'node:assert/strict'
import type { Value } from '../../../lib/contract/batch'
import { ANSWER_MAX_BYTES } from '../../../lib/contract/limits'
import { parseReadNow, readNow } from '../../../lib/contract/read-now'

const READING = { time: 1_700_000_000_000, tookMs: 12 }

function shown(values: (Value | null)[], bad: [number, string][] = [], times: [number, number][] = []) {
  return {
    names: values.map((_, column) => `tag ${column}`),
    values,
    bad: new Map(bad),
    sourceTimes: new Map(times),
    statusOf: (column: number) => (column === 1 ? 'UncertainLastUsableValue' : undefined),
  }
}

describe('a reading that somebody looks at', () => {
  it('names each value, and says why there is none', () => {
    const { tags, leftOut } = readNow(shown([5, 'x', null], [[2, 'no such register']], [[0, 123]]), READING)
    assert.deepEqual(tags, [
      { name: 'tag 0', value: 5, time: 123 },
      { name: 'tag 1', value: 'x', status: 'UncertainLastUsableValue' },
      { name: 'tag 2', value: null, quality: 'no such register' },
    ])
    assert.equal(leftOut, 0)
  })

  it('shows the beginning of a value that is too long', () => {
    const { tags } = readNow(shown([Array.from({ length: 10_000 }, (_, n) => n)]), READING)
    const [tag] = tags
    assert.equal(tag?.value, null)
    assert.match(tag?.excerpt ?? '', /^\[0,1,2,3/)
    assert.equal(tag?.quality, undefined)
  })

  it('stays within its limit whatever the device says, and counts what is left out', () => {
    for (const values of [
      new Array(100_000).fill(1.5),
      new Array(100).fill('界'.repeat(5_000)),
      new Array(1000).fill(null),
    ]) {
      const bad = values.map((_, column): [number, string] => [column, '\u0001'.repeat(20_000)])
      const answer = readNow(shown(values, bad), READING)
      const bytes = Buffer.byteLength(JSON.stringify(answer))
      assert.ok(bytes <= ANSWER_MAX_BYTES && bytes > ANSWER_MAX_BYTES / 2, `${bytes} bytes`)
      assert.equal(answer.tags.length + answer.leftOut, values.length)
    }
  })

  it('comes through the control channel as it was', () => {
    const answer = readNow(shown([1, { a: [true, 'b'] }, null], [[2, 'why']]), {
      ...READING,
      degraded: 'unit 3 is silent',
    })
    assert.deepEqual(parseReadNow(JSON.parse(JSON.stringify(answer))), answer)
  })

  it('is not believed when it is malformed', () => {
    const good = { ...READING, leftOut: 0, tags: [{ name: 'a', value: 1 }] }
    assert.ok(parseReadNow(good))
    for (const wrong of [
      null,
      [],
      { ...good, time: '1' },
      { ...good, tookMs: -1 },
      { ...good, leftOut: 0.5 },
      { ...good, tags: {} },
      { ...good, tags: [null] },
      { ...good, tags: [{ value: 1 }] },
      { ...good, tags: [{ name: 'a' }] },
      { ...good, tags: [{ name: 'a', value: undefined }] },
    ]) {
      assert.equal(parseReadNow(wrong), undefined, JSON.stringify(wrong))
    }
  })
})
