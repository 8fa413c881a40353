import assert from 'node:assert/strict'
import {
  type EnumerationTexts,
  textFor,
  textsOfDefinition,
  textsOfFields,
  textsOfStrings,
} from '../../../nodes/opcua-in/enumeration-texts'

const list = (texts: EnumerationTexts | undefined) => texts && [...texts]
const localized = (text: unknown) => ({ locale: null, text })

describe('The texts of an enumeration', () => {
  it('are found by their position', () => {
    assert.deepEqual(list(textsOfStrings([localized('Off'), localized('On')])), [
      [0, 'Off'],
      [1, 'On'],
    ])
  })

  it('are found by a number each, which may be negative', () => {
    const fields = [
      { value: [0xffffffff, 0xffffffff], displayName: localized('Unknown') },
      { value: [0, 20], displayName: localized('Automatic') },
    ]
    assert.deepEqual(list(textsOfFields(fields)), [
      [-1, 'Unknown'],
      [20, 'Automatic'],
    ])
  })

  it('are the names of a definition where it has nothing better to show', () => {
    const fields = [
      { value: [0, 1], name: 'A', displayName: localized('First') },
      { value: [0, 2], name: 'B', displayName: localized(null) },
      { value: [0, 3], name: 'C' },
    ]
    assert.deepEqual(list(textsOfDefinition({ fields })), [
      [1, 'First'],
      [2, 'B'],
      [3, 'C'],
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
      assert.deepEqual(
        [textsOfStrings(data), textsOfFields(data), textsOfDefinition(data)],
        [undefined, undefined, undefined],
      )
    })
  }

  it('are none in the fields of a structure, and no number is larger than one can be', () => {
    assert.equal(textsOfDefinition({ fields: [{ name: 'speed', dataType: 'i=11' }] }), undefined)
    assert.equal(textsOfFields([{ value: [0x7fffffff, 0xffffffff], displayName: localized('x') }]), undefined)
    assert.equal(textsOfFields([{ value: 'x', displayName: localized('x') }]), undefined)
  })

  it('are cut when they are long', () => {
    assert.equal(textsOfStrings([localized('x'.repeat(5000))])?.get(0)?.length, 1000)
  })

  it('stand for numbers, also in arrays; a number without one is its digits', () => {
    const texts = new Map([[2, 'Running']])
    assert.deepEqual(textFor(2, texts), 'Running')
    assert.deepEqual(textFor(7, texts), '7')
    assert.deepEqual(textFor([[2, 3], [-1]], texts), [['Running', '3'], ['-1']])
  })
})
