// A node's texts as they are published: those that all dialogs share (editor/locales), and its own, which win.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Fills every locales/<language>/<node>.json below `target`. */
export function fillCatalogs(target) {
  const locales = join(target, 'locales')
  for (const language of readdirSync(locales)) {
    const file = join(locales, language, `${basename(target)}.json`)
    const catalog = merge(readJson(join('editor', 'locales', `${language}.json`)), readJson(file))
    writeFileSync(file, `${JSON.stringify(catalog, null, 2)}\n`)
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
