import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { WORD_TYPE_GROUPS, wordNotes, wordTypeGroups } from '../../editor/word-notes'
import { wordTypes } from '../../lib/contract/word-types'

const GROUPED: string[] = Object.values(WORD_TYPE_GROUPS).flat()

describe('What the tag table knows of the types', () => {
  it('has each of them in one group', () => {
    assert.equal(new Set(GROUPED).size, GROUPED.length)
    const offered = wordTypeGroups((key) => key).flatMap(({ choices }) => choices)
    assert.deepEqual(offered.sort(), [...wordTypes].sort())
  })

  for (const language of ['en-US', 'zh-CN']) {
    for (const node of ['modbus-in', 'melsec-in']) {
      it(`says what each of them is, and names its group (${node}, ${language})`, () => {
        const file = resolve(__dirname, `../../nodes/${node}/locales/${language}/${node}.json`)
        const catalog = JSON.parse(readFileSync(file, 'utf8'))
        assert.deepEqual(Object.keys(catalog['type-hint']).sort(), [...GROUPED].sort())
        assert.deepEqual(Object.keys(catalog['type-group']).sort(), Object.keys(WORD_TYPE_GROUPS).sort())
      })
    }
  }

  it('offers what fits', () => {
    assert.deepEqual(wordNotes('float32').choices.order, ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'])
    assert.deepEqual(wordNotes('uint16').choices.order, ['', 'AB', 'BA'])
    assert.deepEqual(wordNotes('int64').choices.order, ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'])
  })

  it('says which columns mean nothing, and which are needed', () => {
    const numeric = 'scale offset deadband min max scaleFrom'
    const table: [type: string, idle: string, needed: string][] = [
      ['uint16', 'charset', ''],
      ['float64', 'charset', ''],
      ['bcd32', 'charset', ''],
      ['bool', `${numeric} noValue charset`, ''],
      ['bit', `${numeric} noValue charset`, ''],
      ['string', `${numeric} noValue texts`, 'length'],
      ['time32', `${numeric} texts charset`, ''],
      ['stringl', `${numeric} noValue texts`, 'length'],
      ['t5', 'charset', ''],
    ]
    for (const [type, idle, needed] of table) {
      const notes = wordNotes(type)
      assert.deepEqual([notes.idle.join(' '), notes.needed.join(' ')], [idle, needed], type)
    }
  })

  it('names the text that says what a type is', () => {
    assert.deepEqual(wordNotes('float32').hints, { type: 'type-hint.float32' })
  })

  it('is nothing of a type that does not exist', () => {
    assert.deepEqual(wordNotes('int7'), { choices: {}, idle: [], needed: [], hints: {} })
  })
})
