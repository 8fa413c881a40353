// The help of opcua-in quotes what the reader says: in both languages, and as it is really said.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const NODES = resolve(__dirname, '../../nodes')
/** Sources of everything that a reader can say, its own and of certificates. */
const said = ['opcua-in/**/*.js', '../lib/pki/*.js']
  .flatMap((pattern) => globSync(pattern, { cwd: NODES }))
  .filter((path) => !/collector\.js$/.test(path))
  .map((path) => readFileSync(join(NODES, path), 'utf8'))
  .join('\n')

/** What the terms of a section quote. */
function quotesIn(language: string, heading: string): string[] {
  const help = readFileSync(join(NODES, 'opcua-in/locales', language, 'opcua-in.html'), 'utf8')
  const [, section = ''] = help.split(`<h3>${heading}</h3>`)
  const terms = [...(section.split('<h3>')[0] ?? '').matchAll(/<dt>([^<]+)<\/dt>/g)].map(([, term = '']) => term)
  return terms
    .flatMap((term) => term.split(/, |、/))
    .flatMap((quote) => quote.split(/ ?… ?/).filter((part) => part !== ''))
}

describe('The help of opcua-in', () => {
  const sections = [
    ['When it does not connect', '无法连接时'],
    ['Bad tags', '异常点位'],
  ] as const
  for (const [english, chinese] of sections) {
    it(`quotes under "${english}" what is really said, the same in both languages`, () => {
      const quotes = quotesIn('en-US', english)
      assert.ok(quotes.length > 5)
      assert.deepEqual(quotesIn('zh-CN', chinese), quotes)
      for (const quote of quotes) assert.ok(said.includes(quote), quote)
    })
  }
})
