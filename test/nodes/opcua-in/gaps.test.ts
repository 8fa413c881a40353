import assert from 'node:assert/strict'
import { GapLog, Gaps, gapText } from '../../../nodes/opcua-in/gaps'

describe('The parts of a value that cannot be told', () => {
  it('are listed up to ten, and counted', () => {
    const gaps = new Gaps()
    for (let index = 0; index < 12; index++) gaps.add(`element ${index} is NaN`)
    const list = gaps.list
    assert.deepEqual([list?.listed.length, list?.more], [10, 2])
    assert.match(list ? gapText(list) : '', /^element 0 is NaN; .*; element 9 is NaN; and 2 more$/)
  })

  it('are forgotten with the part that they were in', () => {
    const gaps = new Gaps()
    gaps.add('a')
    for (let index = 0; index < 20; index++) gaps.add('b')
    gaps.keepFirst(1)
    assert.deepEqual(gaps.list, { listed: ['a'], more: 0 })
    gaps.keepFirst(0)
    assert.equal(gaps.list, undefined)
  })

  it('are logged once for each tag and part', () => {
    const lines: string[] = []
    const log = new GapLog((text) => lines.push(text))
    log.tell('t', { listed: ['a', 'b'], more: 0 })
    log.tell('t', { listed: ['a', 'b'], more: 0 })
    log.tell('t', { listed: ['b', 'c'], more: 3 })
    log.tell('u', { listed: ['a'], more: 0 })
    assert.deepEqual(lines, [
      'tag "t" has parts that cannot be told: a; b',
      'tag "t" has parts that cannot be told: c; and 3 more',
      'tag "u" has parts that cannot be told: a',
    ])
  })

  it('are logged no more when there are too many, which is said', () => {
    const lines: string[] = []
    const log = new GapLog((text) => lines.push(text))
    for (let index = 0; index < 2000; index++) log.tell('t', { listed: [`${index}`], more: 0 })
    assert.equal(lines.length, 1001)
    assert.match(lines.at(-1) ?? '', /not named any more/)
  })
})
