// `npm start` on a fresh clone: installs and builds what is missing or out of date, then runs the demo.
// Until the packages are there this is run by whatever Node the machine has, so: built-in modules only, nothing new.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, nodeProgram, ROOT, readJson, run } from './toolchain.mjs'

process.chdir(ROOT)
const SOURCES = ['lib', 'nodes', 'editor', 'simulators', 'build.mjs', 'package.json', 'tsconfig.json']
const DEMO = join('dist', 'simulators', 'demo', 'main.js')

ensureInstalled()
const node = nodeProgram()
if (!isBuilt()) run('Building', node, ['build.mjs'])

// The channel tells the demo when this process is gone without a word.
const demo = spawn(node, ['--enable-source-maps', DEMO], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
// Ctrl-C reaches the demo by itself; this process only waits for it to end.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal))
demo.on('exit', (code) => process.exit(code ?? 1))

/** What the build writes last is there, and newer than every source. */
function isBuilt() {
  const { nodes } = readJson('package.json')['node-red']
  const built = Object.values(nodes).flatMap((js) => {
    const html = js.replace(/\.js$/, '.html')
    return existsSync(html.replace(/^dist\//, '')) ? [js, html] : [js]
  })
  const newest = Math.max(...SOURCES.map(newestIn))
  return [...built, DEMO].every((path) => existsSync(path) && statSync(path).mtimeMs > newest)
}

function newestIn(path) {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.mtimeMs
  // Its own time tells of files that were added or removed.
  return Math.max(facts.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}
