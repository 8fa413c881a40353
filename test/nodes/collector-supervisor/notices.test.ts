// What is told of things that are lost, in words.

import assert from 'node:assert/strict'
import { describeDamage, describeEnd } from '../../../nodes/collector-supervisor/notices'

describe('a notice', () => {
  it('says how many lines of the journal were damaged, and where the damaged file is', () => {
    const one = describeDamage({ lines: 1, kept: ['/data/journal.jsonl.corrupt-x'] })
    assert.match(
      one,
      /^1 line of the journal .* kept as \/data\/journal\.jsonl\.corrupt-x: look at it, then remove it$/,
    )
    assert.match(describeDamage({ lines: 12, kept: ['a', 'b'] }), /^12 lines .* kept as a and b:/)
    assert.doesNotMatch(describeDamage({ lines: 12, kept: [] }), /kept/)
    assert.match(describeDamage({ lines: undefined, kept: [] }), /gone or was emptied/)
  })

  const lastSignOfLife = new Date(1_700_000_000_000)
  it('says how Node-RED ended, and when it was last there', () => {
    assert.match(
      describeEnd({ end: 'killed', lastSignOfLife }) ?? '',
      /without shutting down \(killed, .*2023-11-14T22:13:20\.000Z/,
    )
    assert.match(
      describeEnd({ end: 'exit', lastSignOfLife }) ?? '',
      /without shutting down \(an error .*2023-11-14T22:13:20\.000Z/,
    )
  })
  for (const end of ['in-order', 'unknown'] as const) {
    it(`says nothing where the end was ${end}`, () => assert.equal(describeEnd({ end, lastSignOfLife }), undefined))
  }
})
