// sources -> dist, which is what is tested and published. Any failure ends it with 1.
//   1. tsc checks everything and emits lib, nodes, simulators, test and bench, and the types of queue and client, which others use
//   2. a child process (nodes/*/collector.ts, lib/historian/process.ts) becomes one file: quick to start, and all that its
//      sandbox has to read; what the OPC UA reader needs once only is a file beside it
//   3. what packages are in these files, is told in a bill of materials
//   4. a node's html gets its literal `defaults`, form rows and bundled editor code, its texts those that all dialogs share
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { fillCatalogs } from './editor/fill-catalog.mjs'
import { bundleEditor, fillHtml } from './editor/fill-html.mjs'
import { certificateMaker, leanOpcua } from './nodes/opcua-in/lean.mjs'
import { billOfMaterials } from './scripts/bill-of-materials.mjs'

process.chdir(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

/** What all bundles have in common. */
const BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node22.13',
  // never reached: no file is locked
  external: ['proper-lockfile'],
  // What is read at each start. Names stay: node-opcua tells its types by them.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  sourcemap: true,
  logLevel: 'warning',
  allowOverwrite: true,
  metafile: true,
}
/** Files whose code is in a bundle. */
const bundled = []

rmSync('dist', { recursive: true, force: true })
tsc('tsconfig.json')
tsc('editor/tsconfig.json')
tsc('lib/queue/tsconfig.json')
tsc('lib/client/tsconfig.json')

for (const node of readdirSync('nodes')) {
  const source = join('nodes', node)
  const target = join('dist', source)
  mkdirSync(target, { recursive: true })
  if (existsSync(join(source, 'collector.ts'))) await bundle(join(source, 'collector.ts'))
  for (const part of ['icons', 'locales']) {
    if (existsSync(join(source, part))) cpSync(join(source, part), join(target, part), { recursive: true })
  }
  if (existsSync(join(source, 'locales'))) fillCatalogs(target)
  const html = join(source, `${node}.html`)
  if (existsSync(html))
    writeFileSync(join(target, `${node}.html`), await fillHtml(readFileSync(html, 'utf8'), source, require))
}

buildSidebar(await bundleEditor(join('editor', 'sidebar', 'plugin.ts')))
await bundle(join('lib', 'historian', 'process.ts'))
await bundleText(certificateMaker, join('dist', 'nodes', 'opcua-in', 'certificate-maker.js'))
await bundleClient()
writeFileSync(join('dist', 'bom.cdx.json'), `${JSON.stringify(billOfMaterials(bundled), null, 2)}\n`)

function tsc(project) {
  execFileSync(join('node_modules', '.bin', 'tsc'), ['-p', project], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}

async function bundle(source) {
  await note({
    ...BUNDLE,
    entryPoints: [source],
    outfile: join('dist', source.replace(/\.ts$/, '.js')),
    plugins: [{ name: 'leaner', setup: leaner }, leanOpcua],
  })
}

/** Builds, and notes whose code has come into the result. */
async function note(options) {
  const { metafile } = await build(options)
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) bundled.push(path)
  }
}

async function bundleText(contents, outfile) {
  await note({ ...BUNDLE, stdin: { contents, resolveDir: '.' }, outfile })
}

/** A plugin of Node-RED's editor: its html and catalogs. */
function buildSidebar(code) {
  const [source, target] = [join('editor', 'sidebar'), join('dist', 'sidebar')]
  cpSync(join(source, 'locales'), join(target, 'locales'), { recursive: true })
  const html = readFileSync(join(source, 'collectors-sidebar.html'), 'utf8')
  writeFileSync(
    join(target, 'collectors-sidebar.html'),
    html.replace(/^ *\/\* plugin\.ts \*\/$/m, () => code),
  )
}

/** The client as one module that a browser loads as it is. */
async function bundleClient() {
  await note({
    entryPoints: [join('lib', 'client', 'index.ts')],
    outfile: join('dist', 'lib', 'client', 'index.mjs'),
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    metafile: true,
  })
}

/**
 * What a collector has no use for stays out: modbus-serial's own ports and servers, since links of ours stand in for them, and
 * serialport, which is loaded where we ask for it ourselves (modbus-serial would try to at every start).
 */
function leaner({ onResolve, onLoad }) {
  const leftOut = { path: 'left-out', namespace: 'left-out' }
  const ofModbusSerial = (importer) => importer.includes(join('node_modules', 'modbus-serial'))
  onResolve({ filter: /^serialport$/ }, ({ importer }) => (ofModbusSerial(importer) ? leftOut : { external: true }))
  onResolve({ filter: /^\.{1,2}\/(ports|servers|worker)\// }, ({ importer }) =>
    ofModbusSerial(importer) ? leftOut : null,
  )
  onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {}' }))
}
