// `npm start` on a fresh clone: installs and builds what is missing or out of date, then runs the demo.
// Until the packages are there this is run by whatever Node the machine has, so: built-in modules only, nothing new.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
const MINIMUM = [22, 13]
const SOURCES = ['lib', 'nodes', 'editor', 'simulators', 'build.mjs', 'package.json', 'tsconfig.json']
const DEMO = join('dist', 'simulators', 'demo', 'main.js')

if (!isInstalled()) install()
const node = nodeProgram()
if (!isBuilt()) run('Building', node, ['build.mjs'])

// The channel tells the demo when this process is gone without a word.
const demo = spawn(node, ['--enable-source-maps', DEMO], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
// Ctrl-C reaches the demo by itself; this process only waits for it to end.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => demo.kill(signal))
demo.on('exit', (code) => process.exit(code ?? 1))

/** All packages that are asked for by name are there, in the versions of the lock file. */
function isInstalled() {
  const { packages } = readJson('package-lock.json')
  const { dependencies, devDependencies } = readJson('package.json')
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) => {
    const path = join('node_modules', name, 'package.json')
    return existsSync(path) && readJson(path).version === packages[`node_modules/${name}`]?.version
  })
}

function install() {
  // npm says where it is; without it there is the one on the PATH.
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) run('Installing packages', process.execPath, [npm, 'ci'])
  else run('Installing packages', 'npm', ['ci'], { shell: process.platform === 'win32' })
}

/** The Node that was installed with the packages, or this one if it is new enough. */
function nodeProgram() {
  const installed = join('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(installed)) return installed
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return process.execPath
  return fail(`Node.js ${MINIMUM.join('.')} or newer is needed, this is ${process.versions.node}`)
}

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

function run(what, program, args, options = {}) {
  console.log(`${what} ...`)
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options })
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ''}`)
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
