// A node's html as it is published. The flow library and the scorecard parse it statically, so what is one table in the
// sources (fields.ts) must stand in it as literals:
//   defaults: someFields,        ->  defaults: { port: { value: 502, validate: editor.validate.port }, ... },
//   credentials: someSecrets,    ->  credentials: { token: { type: 'password', validate: editor.validate.token }, ... },
//   /* editor.ts */              ->  var editor = ... (the bundled code of the node's editor.ts)
//   <shared-part name="tags" ...>  ->  what all readers have in common (reader-dialog.html), see fill-shared.mjs
//   <form-row field="port" ...>  ->  see form-row.mjs
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { fillShared } from './fill-shared.mjs'
import { fillFormRows, secretType } from './form-row.mjs'

/** Properties that name a configuration node. */
const CONFIG_NODES = { supervisor: 'collector-supervisor' }

/** @returns the html with its placeholders filled; throws when one names nothing */
export async function fillHtml(html, source, require) {
  const tables = require(resolve('dist', source, 'fields.js'))
  const fields = {}
  const code = await bundleEditor(join(source, 'editor.ts'))
  const prefix = /category: 'config'/.test(html) ? 'node-config-input' : 'node-input'
  const whole = fillShared(html, join('editor', 'reader-dialog.html'))
  const registered = whole.replace(/^( *)(defaults|credentials): (\w+),$/gm, (_line, indent, property, table) => {
    if (!tables[table]) throw new Error(`${source}/fields.ts has no ${table}`)
    Object.assign(fields, tables[table])
    const literal = property === 'defaults' ? defaultOf : credentialOf
    const lines = Object.entries(tables[table]).map((entry) => `${indent}  ${literal(...entry)},`)
    return [`${indent}${property}: {`, ...lines, `${indent}},`].join('\n')
  })
  return fillFormRows(registered, fields, prefix).replace(/^ *\/\* editor\.ts \*\/$/m, () => code)
}

function defaultOf(name, field) {
  const value = `value: ${JSON.stringify(field.default)}`
  const configNode = CONFIG_NODES[name]
  if (configNode) return `${name}: { ${value}, type: '${configNode}', required: ${field.required} }`
  return `${name}: { ${value}, validate: editor.validate.${name} }`
}

function credentialOf(name) {
  return `${name}: { type: '${secretType(name)}', validate: editor.validate.${name} }`
}

/** One script; what the entry exports is in `editor`. */
export async function bundleEditor(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'editor',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    loader: { '.css': 'text' },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
  const foreign = Object.keys(metafile.inputs).find((path) => path.includes('node_modules'))
  if (foreign !== undefined) throw new Error(`${foreign} is in the code of the editor, but in no bill of materials`)
  return outputFiles[0].text.trimEnd()
}
