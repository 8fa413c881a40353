// What a process must be able to read to load a package with native code: the package, what it depends on, and nothing
// beside them.

import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, parse } from 'node:path'
import { asRecord } from '../../lib/contract/parse'

/** The package node-gyp-build, which finds the right build of an addon, looks whether this is Alpine Linux. */
const ASKED_FOR = ['/etc/alpine-release']

/** Paths for `--allow-fs-read`; none if there is no such package where the script would look for it. */
export function addonFiles(packageName: string, script: string): string[] {
  const seen = new Set<string>()
  const paths = new Set<string>()
  const todo = [{ name: packageName, from: script }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const found = folderOf(next.name, next.from)
    const folder = found === undefined ? undefined : realpathSync(found)
    if (found === undefined || folder === undefined || seen.has(folder)) continue
    seen.add(folder)
    // the packages of a scope belong together
    paths.add(join(next.name.startsWith('@') ? dirname(folder) : folder, '*'))
    if (found !== folder) for (const path of [join(found, '*'), ...linksOf(found)]) paths.add(path)
    const file = join(folder, 'package.json')
    for (const name of dependenciesOf(file)) todo.push({ name, from: file })
  }
  return paths.size === 0 ? [] : [...withoutNested(paths), ...ASKED_FOR]
}

/** Where Node would find a package, whatever that exports. */
function folderOf(name: string, from: string): string | undefined {
  const folders = createRequire(from).resolve.paths(name) ?? []
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json')))
}

function dependenciesOf(file: string): string[] {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return Object.keys(asRecord(asRecord(parsed)?.dependencies) ?? {})
}

/** Node follows the links on its way to a file, for which it has to read each of them. */
function linksOf(path: string): string[] {
  if (path === parse(path).root) return []
  const earlier = linksOf(dirname(path))
  return lstatSync(path).isSymbolicLink() ? [...earlier, path] : earlier
}

function withoutNested(paths: ReadonlySet<string>): string[] {
  const folders = [...paths].filter((path) => path.endsWith('*')).map((path) => path.slice(0, -1))
  return [...paths].filter((path) => !folders.some((folder) => path.startsWith(folder) && path !== `${folder}*`)).sort()
}
