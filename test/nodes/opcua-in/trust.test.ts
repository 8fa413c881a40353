// Certificates with each of the flaws, shown by a real server.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  authorityCertificate,
  CERTIFICATE_FLAWS,
  type CertificateFlaw,
  identityOf,
} from '../../../simulators/opcua/certificates'
import { DEVICE_URI } from '../../../simulators/opcua/device-settings'
import type { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { closeAll, deviceOf, never, newFolder, readerOf } from './reader-bench'

const SECURE = { securityMode: 'sign', timeout: 2000 }

const words: Record<CertificateFlaw, RegExp> = {
  none: /not trusted: "Simulated device", valid until [^.]*\. Compare this fingerprint with the server's own, and trust it if it is the right one$/,
  expired: /Mind: it expired on .*: renew it at the server$/,
  'not-yet-valid': /Mind: it is not valid before .*clocks of server and computer right\?$/,
  'wrong-host': /Mind: it is for somewhere\.invalid and not for 127\.0\.0\.1: use one of its names/,
  'wrong-uri': /Mind: it belongs to the application .*:of-another, the server says .*: make a new one/,
  'unknown-issuer': /Mind: it is signed by "Unknown authority", whom nobody trusts here$/,
  'intermediate-issuer': /Mind: it is signed by "Intermediate authority", whom nobody trusts here$/,
  'weak-signature': /Mind: it is signed with SHA-1, which can be forged: make a new one with SHA-256 at the server$/,
  'weak-key': /Mind: its key has 1024 bits, which can be broken/,
}

describe('The certificate that a real server shows', function () {
  this.timeout(30_000)
  let device: OpcuaDevice
  before(async () => {
    device = await deviceOf()
  })
  after(closeAll)

  const trust = (folder: string, name: string, pem: string) => {
    mkdirSync(join(folder, 'trusted'), { recursive: true })
    writeFileSync(join(folder, 'trusted', name), pem)
  }
  const open = async (folder: string, others: object = {}) => {
    const { reader, logged } = readerOf(device.endpoint, [['a', 'i=2258']], { ...SECURE, ...others }, folder)
    await reader.open(never).finally(() => reader.close())
    return logged
  }

  for (const flaw of CERTIFICATE_FLAWS) {
    const hasIssuer = flaw.endsWith('issuer')
    it(`is judged in words, and good enough once it${hasIssuer ? ' or its issuer' : ''} is trusted: ${flaw}`, async () => {
      await device.restart({ flaw })
      const folder = newFolder()
      // Being the first makes up for no flaw, but a stranger who signed it is none.
      const first = flaw === 'none' || hasIssuer ? 'reject' : 'first-use'
      await assert.rejects(open(folder, { trust: first }), { code: 'certificate-unknown', message: words[flaw] })
      const { certificatePem } = await identityOf({ commonName: 'Simulated device', applicationUri: DEVICE_URI, flaw })
      trust(folder, 'plc.pem', new X509Certificate(certificatePem).toString())
      await open(folder)
      if (!hasIssuer) return
      const other = newFolder()
      trust(other, 'authority.pem', await authorityCertificate())
      await open(other)
    })
  }

  it('is another one after a restart, and told to be', async () => {
    await device.restart({ flaw: 'none' })
    const folder = newFolder()
    const logged = await open(folder, { trust: 'first-use' })
    assert.match(logged.join('\n'), /^warn: this certificate is trusted at .*being the first/m)
    await device.restart({ keyName: 'other' })
    for (const trust of ['first-use', 'reject']) {
      await assert.rejects(open(folder, { trust }), { code: 'certificate-changed' })
    }
  })
})
