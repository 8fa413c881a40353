// A node's texts and help as they are published: what all dialogs share (editor/locales), and its own, which wins.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fillShared } from './fill-shared.mjs'

/** Fills every locales/<language>/<node>.json and .html below `target`. */
export function fillCatalogs(target) {
  const locales = join(target, 'locales')
  for (const language of readdirSync(locales)) {
    const file = join(locales, language, `${basename(target)}.json`)
    const catalog = merge(readJson(join('editor', 'locales', `${language}.json`)), readJson(file))
    writeFileSync(file, `${JSON.stringify(catalog, null, 2)}\n`)
    const help = file.replace(/json$/, 'html')
    writeFileSync(help, fillShared(readFileSync(help, 'utf8'), join('editor', 'locales', `${language}.html`)))
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function merge(shared, own) {
  if (typeof shared !== 'object' || typeof own !== 'object') return own
  const merged = { ...shared }
  for (const [key, value] of Object.entries(own)) merged[key] = key in shared ? merge(shared[key], value) : value
  return merged
}
