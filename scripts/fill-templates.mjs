// Puts the dashboard's templates (examples/dashboard/*.vue) into the ui-template nodes of the example flow, where
// Node-RED wants them: `node scripts/fill-templates.mjs` after a change of them. A test tells when it was forgotten.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'examples', 'dashboard')
const path = join(folder, '01 - Process table.json')
const templates = {
  'Process table': 'process-table.vue',
  'Into the history': 'processor.vue',
  Trend: 'trend.vue',
  Events: 'events.vue',
}

const flow = JSON.parse(readFileSync(path, 'utf8'))
for (const node of flow) {
  if (node.type === 'ui-template') node.format = readFileSync(join(folder, templates[node.name]), 'utf8')
}
writeFileSync(path, `${JSON.stringify(flow, null, 4)}\n`)
