import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from '../../../lib/contract/parse'

const FOLDER = join(__dirname, '../../../nodes/opcua-in')

/** Names of the packages whose code is in a bundle. */
function packagesIn(bundle: string): string[] {
  const sources = asRecord(JSON.parse(readFileSync(join(FOLDER, `${bundle}.map`), 'utf8')))?.sources
  assert.ok(Array.isArray(sources))
  return sources.flatMap((source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(String(source))?.[1] ?? [])
}

describe('What an OPC UA reader loads at its start', () => {
  it('has the client, and nothing that makes certificates', () => {
    const packages = packagesIn('collector.js')
    assert.ok(packages.includes('node-opcua-client'))
    assert.deepEqual(
      packages.filter((name) => /^@peculiar|^asn1js$|^tsyringe$|^sshpk$/.test(name)),
      [],
    )
    assert.ok(packagesIn('certificate-maker.js').includes('@peculiar/x509'))
  })

  it('has the numbers of well-known nodes as a text, not as code', () => {
    const code = readFileSync(join(FOLDER, 'collector.js'), 'utf8')
    assert.match(code, /Server_ServerStatus_CurrentTime 2258/)
    assert.doesNotMatch(code, /"?Server_ServerStatus_CurrentTime"?\]?\s*=\s*2258/)
  })
})
