// `npm run audit`: known vulnerabilities of the packages whose code is published, by what the registry says. Ends with 1 where there is
// one that is high or critical. Many mirrors of the registry answer no such questions: that is said loudly, and is no failure.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './toolchain.mjs'

const LIMIT_MS = 120_000
const GRAVE = ['high', 'critical']

const { components } = JSON.parse(readFileSync(join(ROOT, 'dist', 'bom.cdx.json'), 'utf8'))
const published = new Set(components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)))
const report = ask()
if (report.vulnerabilities === undefined) {
  const reason = report.error?.summary || report.message || 'no answer'
  console.warn(`NOT AUDITED: ${published.size} published packages; the registry does not answer: ${reason}`)
} else {
  const found = Object.values(report.vulnerabilities).filter(({ name }) => published.has(name))
  for (const { name, severity, range, via } of found) {
    const titles = via.map((one) => (typeof one === 'string' ? one : `${one.title} ${one.url}`)).join('; ')
    console.warn(`${severity}: ${name} ${range}: ${titles}`)
  }
  console.log(`${published.size} published packages were audited, ${found.length} have known vulnerabilities`)
  process.exitCode = found.some(({ severity }) => GRAVE.includes(severity)) ? 1 : 0
}

/** https://docs.npmjs.com/cli/v11/commands/npm-audit: by the lock file, which has what is bundled as development dependencies, too. */
function ask() {
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  })
  try {
    return JSON.parse(stdout)
  } catch {
    return {}
  }
}
