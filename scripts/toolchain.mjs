// Packages and the Node that comes with them. Run by whatever Node the machine has, before anything is installed: built-in
// modules only, nothing new.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MINIMUM = [22, 13]

/** Installs the packages of the lock file where they are missing or of other versions. */
export function ensureInstalled() {
  if (isInstalled()) return
  // npm says where it is; without it there is the one on the PATH.
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) run('Installing packages', process.execPath, [npm, 'ci'])
  else run('Installing packages', 'npm', ['ci'], { shell: process.platform === 'win32' })
}

/** All packages that are asked for by name are there, in the versions of the lock file. */
function isInstalled() {
  const { packages } = readJson('package-lock.json')
  const { dependencies, devDependencies } = readJson('package.json')
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) => {
    const path = join('node_modules', name, 'package.json')
    return existsSync(join(ROOT, path)) && readJson(path).version === packages[`node_modules/${name}`]?.version
  })
}

/** The Node that was installed with the packages, or this one if it is new enough. */
export function nodeProgram() {
  const installed = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(installed)) return installed
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return process.execPath
  return fail(`Node.js ${MINIMUM.join('.')} or newer is needed, this is ${process.versions.node}`)
}

/** Runs a program to its end; ends this process if it fails. */
export function run(what, program, args, options = {}) {
  console.log(`${what} ...`)
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: ROOT, ...options })
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ''}`)
}

export function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

export function fail(message) {
  console.error(message)
  process.exit(1)
}
