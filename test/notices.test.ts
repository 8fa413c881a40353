import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from '../lib/contract/parse'

const root = join(__dirname, '..', '..')

const BUNDLES = [
  'dist/nodes/*/collector.js.map',
  'dist/nodes/opcua-in/certificate-maker.js.map',
  'dist/lib/*/process.js.map',
]

describe('THIRD_PARTY_NOTICES.md', () => {
  it('names exactly the packages whose code is in a bundle', () => {
    const bundled = globSync(BUNDLES, { cwd: root }).flatMap((map) => {
      const sources = asRecord(JSON.parse(readFileSync(join(root, map), 'utf8')))?.sources
      assert.ok(Array.isArray(sources))
      return sources.flatMap((source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(String(source))?.[1] ?? [])
    })
    const notices = readFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8')
    const named = [...notices.matchAll(/^## (\S+)/gm)].map(([, name]) => name)
    assert.ok(bundled.length > 0)
    assert.deepEqual(named.sort(), [...new Set(bundled)].sort())
  })
})
