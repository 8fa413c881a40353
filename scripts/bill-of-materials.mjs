// The packages whose code is in what is published, as a CycloneDX document: scanners of vulnerabilities see no bundled code.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** https://cyclonedx.org/docs/1.6/json/ */
const SPECIFICATION = '1.6'

/**
 * `inputs`: paths of all files in the bundles, relative to the root; only what lies in node_modules counts. The packages that the
 * tarball holds as they are come from `bundleDependencies` of package.json. Nothing in it depends on when or where it is made.
 */
export function billOfMaterials(inputs) {
  const manifest = readManifest('.')
  const noticed = noticedLicenses()
  const folders = new Set([
    ...inputs.map(folderOf).filter((folder) => folder !== undefined),
    ...(manifest.bundleDependencies ?? []).flatMap((name) => withDependencies(name, '.')),
  ])
  const components = new Map(
    [...folders].map((folder) => componentOf(readManifest(folder), noticed)).map((one) => [one.purl, one]),
  )
  const sorted = [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1))
  const root = componentOf(manifest, noticed)
  return {
    $schema: `http://cyclonedx.org/schema/bom-${SPECIFICATION}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: SPECIFICATION,
    version: 1,
    metadata: { component: root },
    components: sorted,
    dependencies: [{ ref: root.purl, dependsOn: sorted.map(({ purl }) => purl) }],
  }
}

/** Of the package that a file belongs to: the innermost in its path. */
function folderOf(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

/** The folder of a package and of all that it needs, as Node.js finds them. */
function withDependencies(name, from) {
  const folder = find(name, from)
  const needed = Object.keys(readManifest(folder).dependencies ?? {})
  return [folder, ...needed.flatMap((each) => withDependencies(each, folder))]
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return path
    if (folder === '.') throw new Error(`${name}, which ${from} needs, is not installed`)
  }
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
function componentOf({ name, version, license: declared, description }, noticed) {
  const license = declared ?? noticed.get(name)
  const [, group, bare] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)
  const purl = `pkg:npm/${group === undefined ? '' : `${encodeURIComponent(group)}/`}${bare}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group !== undefined && { group }),
    name: bare,
    version,
    ...(description && { description }),
    ...(license && { licenses: [licenseOf(license)] }),
    purl,
  }
}

/** Some name their license in a text only: what its heading in the notices says. */
function noticedLicenses() {
  const notices = readFileSync('THIRD_PARTY_NOTICES.md', 'utf8')
  return new Map([...notices.matchAll(/^## (\S+) \((.+)\)$/gm)].map(([, name, license]) => [name, license]))
}

function licenseOf(license) {
  if (typeof license !== 'string') return { license: { name: String(license.type ?? 'unknown') } }
  if (/ (OR|AND|WITH) /.test(license)) return { expression: license }
  return { license: /^[\w.+-]+$/.test(license) ? { id: license } : { name: license } }
}
