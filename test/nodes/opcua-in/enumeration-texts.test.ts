import assert from 'node:assert/strict'
import { type EnumerationTexts, textFor, textsOfStrings } from '../../../nodes/opcua-in/enumeration-texts'

const list = (texts: EnumerationTexts | undefined) => texts && [...texts]
const localized = (text: unknown) => ({ locale: null, text })

describe('The texts of an enumeration', () => {
  it('are found by their position', () => {
    assert.deepEqual(list(textsOfStrings([localized('Off'), localized('On')])), [
      [0, 'Off'],
      [1, 'On'],
    ])
  })

  const nothing: [what: string, data: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty list', []],
    ['a text', 'Off'],
    ['a list of nulls', [null, null]],
    ['texts that are none', [localized(3), localized(null), localized('')]],
    ['too many', Array.from({ length: 10_001 }, () => localized('x'))],
  ]
  for (const [what, data] of nothing) {
    it(`are none in ${what}`, () => {
      assert.equal(textsOfStrings(data), undefined)
    })
  }

  it('are cut when they are long', () => {
    assert.equal(textsOfStrings([localized('x'.repeat(5000))])?.get(0)?.length, 1000)
  })

  it('stand for numbers, also in arrays; a number without one is its digits', () => {
    const texts = new Map([[2, 'Running']])
    assert.deepEqual(textFor(2, texts), 'Running')
    assert.deepEqual(textFor(7, texts), '7')
    assert.deepEqual(textFor([[2, 3], [-1], null], texts), [['Running', '3'], ['-1'], null])
  })
})
