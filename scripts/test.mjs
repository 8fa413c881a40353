// `npm test`: installs what is missing (packages, and Chromium where that is possible), builds, checks, runs all tests.
// A missing browser is a loud skip for a user and a failure under CI, see test/support/browser.ts.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ensureInstalled, nodeProgram, ROOT, run } from './toolchain.mjs'

process.chdir(ROOT)
ensureInstalled()
ensureChromium()
const node = nodeProgram()
// Programs that the tests start find the same Node first.
process.env.PATH = [dirname(node), process.env.PATH].join(process.platform === 'win32' ? ';' : ':')
run('Building', node, ['build.mjs'])
run('Checking style', node, [
  join('node_modules', '@biomejs', 'biome', 'bin', 'biome'),
  'check',
  '--error-on-warnings',
  '.',
])
const mocha = [join('node_modules', 'mocha', 'bin', 'mocha.js'), ...process.argv.slice(2)]
const { status } = spawnSync(node, mocha, { stdio: 'inherit' })
process.exit(status ?? 1)

function ensureChromium() {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  if (process.env.CHROMIUM || known.some(existsSync)) return
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall) {
    console.warn('Chromium is missing: the browser tests will be skipped. Install it, or set CHROMIUM to its path.')
    return
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('Looking for packages of the system', 'apt-get', ['update', '-qq'], { env })
  run('Installing Chromium', 'apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-noto-cjk'], { env })
}
