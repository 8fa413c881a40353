// `npm run audit`, with an npm that answers what the test says.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './support/temporary-folder'

const ROOT = join(__dirname, '..', '..')
const VIA = [{ title: 'Denial of service', url: 'https://github.com/advisories/GHSA-1' }]

describe('the audit of what is published', () => {
  const folder = temporaryFolder()

  function audit(answer: string): { status: number | null; text: string } {
    writeFileSync(join(folder(), 'npm'), `#!/bin/sh\ncat <<'END'\n${answer}\nEND\nexit 1\n`, { mode: 0o755 })
    const env = { ...process.env, PATH: `${folder()}:${process.env.PATH}` }
    const script = join(ROOT, 'scripts', 'audit.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8', timeout: 30_000 })
    return { status, text: stdout + stderr }
  }
  const vulnerable = (name: string, severity: string): string =>
    JSON.stringify({ vulnerabilities: { [name]: { name, severity, range: '<9', via: VIA } } })

  it('fails for a package of ours with a grave vulnerability, and says which', () => {
    for (const severity of ['high', 'critical']) {
      const { status, text } = audit(vulnerable('ws', severity))
      assert.equal(status, 1)
      assert.match(text, new RegExp(`${severity}: ws <9: Denial of service https://github.com/advisories/GHSA-1`))
    }
  })

  it('tells of a lesser one, and of nothing that is not published', () => {
    const lesser = audit(vulnerable('ws', 'moderate'))
    assert.deepEqual([lesser.status, /moderate: ws/.test(lesser.text)], [0, true])
    const tool = audit(vulnerable('mocha', 'critical'))
    assert.equal(tool.status, 0)
    assert.match(tool.text, /\d\d published packages were audited, 0 have known vulnerabilities/)
  })

  it('says loudly that nothing was audited where the registry answers no such questions', () => {
    const answers = ['{"message":"405 Method Not Allowed","error":{"summary":""}}', '<html>', '']
    for (const { status, text } of answers.map(audit)) {
      assert.equal(status, 0)
      assert.match(text, /^NOT AUDITED: \d\d published packages/)
    }
  })
})
