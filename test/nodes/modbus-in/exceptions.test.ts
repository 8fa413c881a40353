import assert from 'node:assert/strict'
import { concernOf, describeException } from '../../../nodes/modbus-in/exceptions'

describe('exceptions in words', () => {
  it('name the place, the meaning and what to look at', () => {
    assert.equal(
      describeException(2, 'holding', 'holding 40124 (wire 123)'),
      'exception 2 at holding 40124 (wire 123): the device has no such register; is the list one-based?',
    )
    assert.equal(
      describeException(2, 'coil', 'coil 00004 (wire 3)'),
      'exception 2 at coil 00004 (wire 3): the device has no such coil; is the list one-based?',
    )
  })

  it('exist for every code that a reading can get, and for any other', () => {
    const texts = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11].map((code) => describeException(code, 'input', 'x'))
    assert.equal(new Set(texts.map((text) => text.replace(/\d+/, ''))).size, 10)
    for (const text of texts) assert.match(text, /^exception \d+ at x: .+; .+$/)
    for (const text of texts) assert.doesNotMatch(text, /%|does not define/)
    assert.match(
      describeException(200, 'input', 'x'),
      /^exception 200 at x: a code that the protocol does not define; /,
    )
  })

  it('tell what the refusal concerns', () => {
    const concerns = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 77].map(concernOf).join(' ')
    assert.equal(concerns, 'area address address address busy busy request request unit unit request')
  })
})
