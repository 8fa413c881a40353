// The house keeps its order: who imports whom, and what no source may hold.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(__dirname, '..', '..')
const sources = globSync(['lib/**/*.ts', 'nodes/**/*.ts', 'editor/**/*.ts', 'simulators/**/*.ts'], { cwd: ROOT }).map(
  (path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }),
)

/** What the supervisor shows to the other nodes. */
const PUBLIC = /^nodes\/collector-supervisor\/(face|fleet|reader-node)$/

/** First row that fits a file holds for it: it may import its own folder and what is named here. */
const RULES: { files: RegExp; mayImport: RegExp[] }[] = [
  { files: /^lib\/contract\//, mayImport: [] },
  { files: /^lib\/(registers|queue)\//, mayImport: [/^lib\/contract\//] },
  { files: /^lib\/(child|net|pki|client)\//, mayImport: [/^lib\/contract\//] },
  { files: /^lib\/(collector|historian)\//, mayImport: [/^lib\/(contract|child|queue)\//] },
  { files: /^lib\/polling\//, mayImport: [/^lib\/(contract|registers|collector)\//] },
  {
    files: /^nodes\/[\w-]+\/editor\.ts$/,
    mayImport: [/^lib\/contract\//, /^editor\//],
  },
  { files: /^nodes\/collector-supervisor\//, mayImport: [/^lib\/(contract|queue|pki)\//] },
  { files: /^nodes\/status-broadcast\//, mayImport: [/^lib\/contract\//, PUBLIC] },
  // The shell of a reader runs in Node-RED; everything else of its folder but fields and editor in the collector.
  { files: /^nodes\/([\w-]+)-in\/\1-in\.ts$/, mayImport: [/^lib\/contract\//, PUBLIC] },
  { files: /^nodes\/[\w-]+-in\//, mayImport: [/^lib\/(contract|registers|collector|polling|net|pki)\//] },
  { files: /^editor\//, mayImport: [/^lib\/(contract|client)\//] },
  // Simulators speak the protocols by themselves, so that they do not share a mistake with the readers.
  { files: /^simulators\//, mayImport: [/^lib\/contract\//, /^nodes\/[\w-]+\/fields$/] },
]

type Source = { path: string; text: string }

function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/(?:^|\n)(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](\.[^'"]+)['"]/g)].map(([, name = '']) =>
    relative(ROOT, resolve(ROOT, dirname(path), name)),
  )
}

/** All that comes with a source, by way of others, too. */
function reachedFrom(source: Source, byPath: ReadonlyMap<string, Source>): string[] {
  const seen = new Set<string>()
  const todo = importsOf(source)
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const imported = byPath.get(next)
    if (seen.has(next) || !imported) continue
    seen.add(next)
    todo.push(...importsOf(imported))
  }
  return [...seen]
}

describe('the house', () => {
  it('has sources', () => assert.ok(sources.length > 100))

  it('lets imports go one way only', () => {
    const wrong: string[] = []
    for (const source of sources) {
      const rule = RULES.find(({ files }) => files.test(source.path))
      if (!rule) {
        wrong.push(`${source.path}: no rule says what it may import`)
        continue
      }
      const folder = source.path
        .split('/')
        .slice(0, source.path.startsWith('editor') ? 1 : 2)
        .join('/')
      for (const imported of importsOf(source)) {
        const own =
          imported.startsWith(`${folder}/`) || (folder.startsWith('simulators') && imported.startsWith('simulators/'))
        if (!own && !rule.mayImport.some((may) => may.test(imported))) wrong.push(`${source.path} -> ${imported}`)
      }
    }
    assert.deepEqual(wrong, [])
  })

  it('keeps the drivers out of Node-RED: what a shell imports never reaches a reader', () => {
    const byPath = new Map(sources.map((source) => [source.path.replace(/\.ts$/, ''), source]))
    for (const shell of sources.filter(({ path }) => /^nodes\/([\w-]+)\/\1\.ts$/.test(path))) {
      const forbidden = reachedFrom(shell, byPath).filter((path) =>
        /\/(reader|collector)$|^lib\/collector\//.test(path),
      )
      assert.deepEqual(forbidden, [], shell.path)
    }
  })

  it('lets the dialogs use what computes, and nothing that reads a device', () => {
    const byPath = new Map(sources.map((source) => [source.path.replace(/\.ts$/, ''), source]))
    for (const editor of sources.filter(({ path }) => /^nodes\/[\w-]+\/editor\.ts$/.test(path))) {
      const foreign: string[] = []
      for (const path of reachedFrom(editor, byPath)) {
        const builtIn = /from '(node:[\w/]+|[a-z][\w-]*)'/.exec(byPath.get(path)?.text ?? '')
        if (builtIn || /^lib\/(queue|child|historian|net)\/|\/(reader|collector|poller)$|\/link\//.test(path))
          foreign.push(path)
      }
      assert.deepEqual(foreign, [], editor.path)
    }
  })

  const nowhere: [string, RegExp][] = [
    ['any', /:\s*any\b|\bas any\b|<any>|any\[\]/],
    ['a muted compiler', /@ts-(ignore|expect-error|nocheck)/],
    ['an enum', /^\s*(?:export\s+)?(?:const\s+)?enum\s/m],
    ['a note to do it later', /\b(TODO|FIXME|XXX)\b/],
  ]
  for (const [what, pattern] of nowhere) {
    it(`has nowhere ${what}`, () => {
      assert.deepEqual(
        sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path),
        [],
      )
    })
  }

  // A hook outside a describe acts on the tests of all files that run in the same process.
  it('has no hook outside a describe in a test', () => {
    const tests = globSync('test/**/*.test.ts', { cwd: ROOT })
    const hook = /^(?:before|after)(?:Each)?\(/m
    assert.ok(tests.length > 100)
    assert.deepEqual(
      tests.filter((path) => hook.test(readFileSync(join(ROOT, path), 'utf8'))),
      [],
    )
  })

  it('says in the first line of every file what lives there', () => {
    const silent = sources.filter(({ text }) => !/^(\/\/|\/\*)/.test(text)).map(({ path }) => path)
    assert.deepEqual(silent, [])
  })
})
