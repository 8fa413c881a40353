import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const NODES = resolve(__dirname, '../../nodes')
const LANGUAGES = ['en-US', 'zh-CN']
/** The same in every language. */
const UNIVERSAL = new Set(['MB', 'CPU'])

/** What has a catalog -> the folder of its locales. */
const CATALOGS = new Map([
  ...readdirSync(NODES).map((node) => [node, join(NODES, node, 'locales')] as const),
  ['collectors-sidebar', resolve(NODES, '../sidebar/locales')] as const,
])

/** Dotted key -> text. */
function textsIn(name: string, language: string): Map<string, string> {
  const catalog = JSON.parse(readFileSync(join(CATALOGS.get(name) ?? '', language, `${name}.json`), 'utf8'))
  const texts = new Map<string, string>()
  const collect = (part: Record<string, unknown>, path: string): void => {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'string') texts.set(path + key, value)
      else if (typeof value === 'object' && value) collect({ ...value }, `${path}${key}.`)
    }
  }
  collect(catalog, '')
  return texts
}

function placesIn(text: string): string[] {
  return [...new Set(text.match(/__\w+?__/g))].sort()
}

for (const [node, locales] of CATALOGS) {
  if (!existsSync(locales)) continue
  describe(`the texts of ${node}`, () => {
    const [english, chinese] = LANGUAGES.map((language) => textsIn(node, language))
    if (!english || !chinese) return

    it('are the same in both languages', () => assert.deepEqual([...chinese.keys()].sort(), [...english.keys()].sort()))
    it('have the same values to fill in', () => {
      // A translation may leave out an example, never name what is not given.
      for (const [key, text] of chinese) {
        const given = placesIn(english.get(key) ?? '')
        assert.deepEqual(
          placesIn(text).filter((place) => !given.includes(place)),
          [],
          key,
        )
      }
    })
    it('are Chinese in Chinese', () => {
      const english = [...chinese].filter(
        ([, text]) => !/[\u4e00-\u9fff\uff00-\uffef]/.test(text) && !UNIVERSAL.has(text),
      )
      assert.deepEqual(english, [])
    })
    it('of the status are short', () => {
      for (const texts of [english, chinese]) {
        for (const [key, text] of texts) {
          const shown = text.replace(/__\w+?__/g, '12')
          if (/(^|\.)status\./.test(key)) assert.ok(shown.length <= 20, `${key}: ${shown}`)
        }
      }
    })
    if (existsSync(join(locales, 'en-US', `${node}.html`)))
      it('have help in both languages, with the same headings and states', () => {
        const [first, second] = LANGUAGES.map((language) => {
          const help = readFileSync(join(locales, language, `${node}.html`), 'utf8')
          assert.match(help, new RegExp(`^<script type="text/html" data-help-name="${node}">\\s*<p>[^<]{10,}</p>`))
          assert.doesNotMatch(help, /shared-part|__\w+?__/)
          return ['h3', 'dt', 'dd', 'li', 'code', 'pre'].map((tag) => [tag, help.split(`<${tag}`).length - 1])
        })
        const counts = (of: typeof first) => of?.filter(([tag]) => tag !== 'code')
        assert.deepEqual(counts(second), counts(first))
      })
  })
}
