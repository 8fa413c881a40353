// `npm test`: installs what is missing (packages, and where that is possible a browser and databases), builds, checks, runs
// all tests. A missing browser, database, server or socat is a loud skip for a user and a failure under CI, see browser.ts,
// influx-servers.ts, pymodbus-server.ts, serial-line.ts, walls.ts and nginx.ts in test/support.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runLanes } from './lanes.mjs'
import { ensureInstalled, nodeProgram, ROOT, run } from './toolchain.mjs'

const PROGRAMS = [
  {
    name: 'Chromium',
    variable: 'CHROMIUM',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    packages: ['chromium', 'fonts-noto-cjk'],
  },
  { name: 'InfluxDB 1', variable: 'INFLUXD', paths: ['/usr/bin/influxd'], packages: ['influxdb'] },
  {
    name: 'VictoriaMetrics',
    variable: 'VICTORIA_METRICS',
    paths: ['/usr/bin/victoria-metrics'],
    packages: ['victoria-metrics'],
  },
  {
    name: 'pymodbus',
    variable: 'PYMODBUS_PYTHON',
    paths: ['/usr/lib/python3/dist-packages/pymodbus/server/__init__.py'],
    packages: ['python3-pymodbus'],
  },
  { name: 'socat', variable: 'SOCAT', paths: ['/usr/bin/socat', '/usr/local/bin/socat'], packages: ['socat'] },
  // found by way of PATH only, as by the package itself
  { name: 'bubblewrap', paths: ['/usr/bin/bwrap', '/usr/local/bin/bwrap'], packages: ['bubblewrap'] },
  { name: 'nginx', variable: 'NGINX', paths: ['/usr/sbin/nginx', '/usr/local/sbin/nginx'], packages: ['nginx-light'] },
]

process.chdir(ROOT)
ensureInstalled()
ensurePrograms()
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
process.exit(await runLanes(node, join('node_modules', 'mocha', 'bin', 'mocha.js'), process.argv.slice(2)))

/** Programs of Debian that tests need and npm does not bring: installed where that is possible. */
function ensurePrograms() {
  const missing = PROGRAMS.filter(
    ({ variable, paths }) => !(variable && process.env[variable]) && !paths.some(existsSync),
  )
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(', ')
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall) {
    const variables = missing.flatMap(({ variable }) => variable ?? []).join(', ')
    const advice = variables === '' ? 'Install them.' : `Install them, or set ${variables} to their paths.`
    console.warn(`Missing: ${names}. Their tests will be skipped. ${advice}`)
    return
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const aptGet = (...args) => spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0
  console.log('Looking for packages of the system ...')
  aptGet('update', '-qq')
  // Not every system has each of them.
  for (const { name, variable, packages } of missing) {
    console.log(`Installing ${name} ...`)
    if (!aptGet('install', '-y', '-qq', ...packages))
      console.warn(`${name} could not be installed${variable ? `: see ${variable}` : ''}.`)
  }
}
