import assert from 'node:assert/strict'
import { checkTexts, parseTexts, textOf } from '../../../lib/contract/value-texts'

describe('texts instead of numbers', () => {
  const wrong: [list: string, problem: string][] = [
    ['off', '"off" has no text: write e.g. 0=off;1=on'],
    ['0=off;1', '"1" has no text: write e.g. 0=off;1=on'],
    ['0=', '0 has no text: write e.g. 0=off;1=on'],
    ['a=off', '"a" is no number: write e.g. 0=off;1=on'],
    ['=off', '"" is no number: write e.g. 0=off;1=on'],
    ['0=off;0x0=none', '0x0 has two texts'],
    ['0=a=b', '"0=a=b" has two "=": write \\= where it is part of the text'],
    ['0=off,1=on', '"0=off,1=on" has two "=": separate the pairs with ";", e.g. 0=off;1=on'],
    ['0=off, 0x10 = on', '"0=off, 0x10 = on" has two "=": separate the pairs with ";", e.g. 0=off;1=on'],
    ['0=关，1=开', '"0=关，1=开" has two "=": separate the pairs with ";", e.g. 0=off;1=on'],
    ['0=关；1=开', '"0=关；1=开" has two "=": separate the pairs with ";", e.g. 0=off;1=on'],
    ['0=off|true=on', '"0=off|true=on" has two "=": separate the pairs with ";", e.g. 0=off;1=on'],
    ['0=U, I=5', '"0=U, I=5" has two "=": write \\= where it is part of the text'],
  ]
  for (const [list, problem] of wrong) it(`are refused: ${list}`, () => assert.equal(checkTexts(list), problem))

  const told: [list: string, value: number | boolean | string, text: string][] = [
    ['0=off;1=on', 1, 'on'],
    [' 0 = off ; 1 = on ; ', 0, 'off'],
    ['0=off;1=on', 2, '2'],
    ['0=off;1=on', -0, 'off'],
    ['0=off;1=on', true, 'on'],
    ['0=off;1=on', false, 'off'],
    ['false=off;true=on', true, 'on'],
    ['1=on', false, '0'],
    ['0x8000=stop', 32768, 'stop'],
    ['-1=none', -1, 'none'],
    ['1.50=half', 1.5, 'half'],
    ['0=a\\;b\\=c\\\\d', 0, 'a;b=c\\d'],
    ['0=a\\nb', 0, 'a\\nb'],
    ['18446744073709551615=all', '18446744073709551615', 'all'],
    ['1=on', '9007199254740993', '9007199254740993'],
    ['0=正常;1=故障', 1, '故障'],
    ['0=off, or stopped;1=on', 0, 'off, or stopped'],
  ]
  for (const [list, value, text] of told) {
    it(`${list}: ${JSON.stringify(value)} is ${JSON.stringify(text)}`, () => {
      const texts = parseTexts(list)
      assert.ok(!('problem' in texts))
      assert.equal(textOf(value, texts), text)
    })
  }
})
