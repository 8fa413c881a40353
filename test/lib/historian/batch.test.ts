import assert from 'node:assert/strict'
import { BATCH_MAX_BYTES, BatchLimit, bytesOf, halves } from '../../../lib/historian/batch'
import { readingOf } from './readings-of-test'

const part = { reading: readingOf(1, { a: 1 }) }
const parts = Array.from({ length: 10 }, () => part)
const bytes = bytesOf(part.reading)

describe('a batch', () => {
  it('has at most so many readings', () => {
    const limit = new BatchLimit(4)
    assert.equal(limit.next(parts, 0).length, 4)
    assert.equal(limit.next(parts, 8).length, 2)
    assert.equal(limit.next(parts, 10).length, 0)
  })

  it('has at most so many bytes', () => {
    const text = { reading: readingOf(1, { a: 'x'.repeat(BATCH_MAX_BYTES / 3) }, { kinds: { a: 'any' } }) }
    assert.equal(new BatchLimit(100).next([text, text, text, text], 0).length, 2)
  })

  it('has one reading, however large it is', () => {
    const text = { reading: readingOf(1, { a: 'x'.repeat(2 * BATCH_MAX_BYTES) }, { kinds: { a: 'any' } }) }
    assert.equal(new BatchLimit(100).next([text, text], 0).length, 1)
  })

  it('is half as large after the database found one too large, and grows back slowly', () => {
    const limit = new BatchLimit(100)
    limit.tooLarge(bytes * 8)
    assert.equal(limit.next(parts, 0).length, 4)
    limit.tooLarge(bytes * 20)
    assert.equal(limit.next(parts, 0).length, 4, 'a larger one that is too large says nothing new')
    limit.accepted(bytes)
    assert.equal(limit.bytes, bytes * 4, 'a small one says nothing')
    let writes = 0
    for (; limit.bytes < bytes * 8; writes++) limit.accepted(limit.bytes)
    assert.ok(writes > 20 && writes < 100, String(writes))
    for (let more = 0; more < 1000; more++) limit.accepted(limit.bytes)
    assert.equal(limit.bytes, BATCH_MAX_BYTES)
  })

  it('is halved in order', () => {
    assert.deepEqual(halves([1, 2, 3, 4, 5]), [
      [1, 2, 3],
      [4, 5],
    ])
    assert.deepEqual(halves([1, 2]), [[1], [2]])
    assert.equal(halves([1]), undefined)
    assert.equal(halves([]), undefined)
  })
})
