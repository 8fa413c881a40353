import assert from 'node:assert/strict'
import { checkPointTags, type Pair, pairsOf, storedOf } from '../../editor/point-tags'

function pairs(...all: [key: string, value: string][]): Pair[] {
  return all.map(([key, value]) => ({ key, value }))
}

describe('The additional tags of a reader', () => {
  it('are rows in the order of the flow, and the same again when nothing is changed', () => {
    const stored = { line: '3', plant: 'north hall', 产线: '一号' }
    assert.deepEqual(pairsOf(stored), pairs(['line', '3'], ['plant', 'north hall'], ['产线', '一号']))
    assert.equal(JSON.stringify(storedOf(pairsOf(stored))), JSON.stringify(stored))
  })

  for (const nothing of [undefined, null, '', 7]) {
    it(`are no rows where the flow has ${JSON.stringify(nothing)}`, () => assert.deepEqual(pairsOf(nothing), []))
  }

  it('are stored without empty rows, but with those that are half empty, so that nothing typed is lost', () => {
    assert.deepEqual(storedOf(pairs(['', ''], ['line', ''], ['', '3'])), { line: '', '': '3' })
  })

  it('are stored with the first of two that have the same key', () => {
    const twice = pairs(['line', '1'], ['plant', 'a'], ['line', '2'])
    assert.equal(JSON.stringify(storedOf(twice)), '{"line":"1","plant":"a"}')
  })

  it('may have any key, whatever objects make of it', () => {
    const stored = storedOf(pairs(['__proto__', 'x'], ['constructor', 'y']))
    assert.deepEqual(pairsOf(stored), pairs(['__proto__', 'x'], ['constructor', 'y']))
  })

  it('are checked one by one, key and value', () => {
    const checked = checkPointTags(
      pairs(['line', '3'], ['', ''], ['type', 'a'], ['a\\', 'b\n'], ['', 'x'], ['plant', ''], ['line', '4']),
    )
    assert.deepEqual(
      checked.map((problem) => Object.keys(problem)),
      [[], [], ['key'], ['key', 'value'], ['key'], ['value'], ['key']],
    )
    assert.equal(checked[6]?.key, 'is also the key of pair 1')
    assert.equal(checked[5]?.value, 'must not be empty')
  })
})
