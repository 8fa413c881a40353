// The bill of materials against what is there: the source maps of the bundles, and the packages that are published as they are.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { asRecord } from '../lib/contract/parse'

const root = join(__dirname, '..', '..')
const read = (path: string): Record<string, unknown> => asRecord(JSON.parse(readFileSync(path, 'utf8'))) ?? {}
const bill = read(join(root, 'dist', 'bom.cdx.json'))
const manifest = read(join(root, 'package.json'))

type License = { license?: { id?: string; name?: string }; expression?: string }
type Component = {
  group?: string
  name: string
  version: string
  purl: string
  'bom-ref': string
  licenses?: License[]
}
const components = (Array.isArray(bill.components) ? bill.components : []) as Component[]
const idOf = ({ group, name, version }: Component): string =>
  `${group === undefined ? '' : `${group}/`}${name}@${version}`

/** Of the package in this folder. */
function packageIn(folder: string): string {
  const { name, version } = read(join(folder, 'package.json'))
  return `${name}@${version}`
}

/** Whose code is in a bundle, by its source map. */
function packagesIn(map: string): string[] {
  const { sources } = read(map)
  assert.ok(Array.isArray(sources))
  return sources.flatMap((source) => {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(String(source))?.[1]
    return folder === undefined ? [] : [packageIn(join(dirname(map), folder))]
  })
}

describe('the bill of materials', () => {
  it('names exactly the packages, with their versions, whose code is in a bundle or beside it', () => {
    const maps = globSync(['dist/{nodes,lib}/**/*.js.map'], { cwd: root }).map((path) => join(root, path))
    const bundled = maps.flatMap(packagesIn)
    const beside = [manifest.bundleDependencies]
      .flat()
      .map((name) => packageIn(join(root, 'node_modules', String(name))))
    assert.ok(bundled.length > 0 && beside.length > 0)
    assert.deepEqual(components.map(idOf).sort(), [...new Set([...bundled, ...beside])].sort())
  })

  it('is CycloneDX: a format, a version, and for each package a name that scanners know', () => {
    assert.deepEqual([bill.bomFormat, bill.specVersion, bill.version], ['CycloneDX', '1.6', 1])
    const { component } = asRecord(bill.metadata) ?? {}
    assert.equal(idOf(component as Component), `${manifest.name}@${manifest.version}`)
    for (const one of components) {
      assert.equal(one.purl, `pkg:npm/${idOf(one).replace(/^@/, '%40')}`)
      assert.equal(one['bom-ref'], one.purl)
    }
    assert.equal(new Set(components.map(({ purl }) => purl)).size, components.length)
  })

  it('says of each package under which license it is', () => {
    const silent = components.filter(({ licenses = [] }) => {
      const [only] = licenses
      return licenses.length !== 1 || !(only?.license?.id ?? only?.license?.name ?? only?.expression)
    })
    assert.deepEqual(silent.map(idOf), [])
  })

  it('leaves out nothing that is published: each dependency is bundled', () => {
    assert.deepEqual(
      [manifest.bundleDependencies].flat().sort(),
      Object.keys(asRecord(manifest.dependencies) ?? {}).sort(),
    )
  })
})
