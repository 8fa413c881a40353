import assert from 'node:assert/strict'
import { WORD_TYPE_GROUPS, wordNotes } from '../../editor/word-notes'
import { wordTypes } from '../../lib/contract/word-types'

describe('What the tag table knows of the types', () => {
  it('has each of them in one group', () => {
    const grouped: string[] = Object.values(WORD_TYPE_GROUPS).flat()
    assert.deepEqual(grouped.sort(), [...wordTypes].sort())
  })

  it('offers what fits', () => {
    assert.deepEqual(wordNotes('float32').choices.order, ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'])
    assert.deepEqual(wordNotes('uint16').choices.order, ['', 'AB', 'BA'])
    assert.deepEqual(wordNotes('int64').choices.order, ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'])
  })

  it('says which columns mean nothing, and which are needed', () => {
    const table: [type: string, idle: string, needed: string][] = [
      ['uint16', '', ''],
      ['float64', '', ''],
      ['bcd32', '', ''],
      ['bool', 'scale offset deadband', ''],
      ['bit', 'scale offset deadband', ''],
      ['string', 'scale offset deadband', 'length'],
      ['time32', 'scale offset deadband', ''],
    ]
    for (const [type, idle, needed] of table) {
      const notes = wordNotes(type)
      assert.deepEqual([notes.idle.join(' '), notes.needed.join(' ')], [idle, needed], type)
    }
  })

  it('is nothing of a type that does not exist', () => {
    assert.deepEqual(wordNotes('int7'), { choices: {}, idle: [], needed: [] })
  })
})
