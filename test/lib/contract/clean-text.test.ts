import assert from 'node:assert/strict'
import { cleanText } from '../../../lib/contract/clean-text'

describe('text of a child', () => {
  const table: [what: string, text: string, shown: string][] = [
    ['plain', 'no answer from 10.0.0.7:502 within 1 s', 'no answer from 10.0.0.7:502 within 1 s'],
    ['of any script', '温度 °C – «ok» 🙂', '温度 °C – «ok» 🙂'],
    ['with colours', '\u001b[31;1mred\u001b[0m and \u009b32mgreen', 'red and green'],
    ['that would clear the screen', '\u001b[2J\u001b[Hgone', 'gone'],
    ['that would rename the terminal', '\u001b]0;owned\u0007after', 'after'],
    ['that would look like two lines', 'one\r\n30 Nov 12:00:00 - [info] forged', 'one 30 Nov 12:00:00 - [info] forged'],
    ['that would write over itself', 'good\b\b\b\bbad ', 'good bad'],
    ['with zeros and tabs', 'a\u0000b\tc', 'a b c'],
    ['that would run backwards', 'a\u202eb\u2066c', 'a b c'],
    ['with the line ends of Unicode', 'a\u2028b\u2029c\u0085d', 'a b c d'],
    ['with a sequence that never ends', 'a\u001b[', 'a ['],
    ['of nothing else', '\u0007\u0007', ''],
  ]
  for (const [what, text, shown] of table) {
    it(`${what} is shown as what it says`, () => assert.equal(cleanText(text), shown))
  }
})
