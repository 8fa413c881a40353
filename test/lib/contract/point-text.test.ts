import assert from 'node:assert/strict'
import { checkPointText, type PointPart } from '../../../lib/contract/point-text'
import { GOOD_NAMES } from '../../support/names'

const PARTS: PointPart[] = ['measurement', 'tag-key', 'tag-value', 'field-key']

describe('a text in a line of the database', () => {
  for (const text of GOOD_NAMES) {
    it(`may be ${JSON.stringify(text)}`, () => {
      for (const part of PARTS) assert.equal(checkPointText(part, text), undefined, part)
    })
  }

  const bad: [string, RegExp][] = [
    ['', /empty/],
    ['a\nb', /control/],
    ['a\tb', /control/],
    ['\u0000', /control/],
    ['a\\', /end/],
    ['a\\,b', /backslash/],
    ['a\\ b', /backslash/],
    ['a\\=b', /backslash/],
    ['a\\"b', /backslash/],
    ['\\\\server', /backslash/],
    ['"', /partner/],
    ['5" pipe', /partner/],
    ['\ud83d', /half/],
    ['x'.repeat(1001), /1000/],
  ]
  for (const [text, message] of bad) {
    it(`must not be ${JSON.stringify(text).slice(0, 20)}`, () => {
      for (const part of PARTS) assert.match(checkPointText(part, text) ?? '', message, part)
    })
  }

  const places: [string, PointPart[]][] = [
    ['#a', ['measurement']],
    ['time', ['tag-key', 'field-key']],
    ['__proto__', ['tag-key', 'field-key']],
    ['collector', ['tag-key']],
    ['type', ['tag-key']],
    ['_field', ['tag-key']],
  ]
  for (const [text, parts] of places) {
    it(`must not be ${text} as ${parts.join(' or ')}`, () => {
      assert.deepEqual(
        PARTS.filter((part) => checkPointText(part, text) !== undefined),
        parts,
      )
    })
  }
})
