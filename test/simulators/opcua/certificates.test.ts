import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'

const APPLICATION = { commonName: 'Press', applicationUri: 'urn:press' }

async function made(flaw?: CertificateFlaw, keyName?: string) {
  const { certificatePem, privateKeyPem } = await identityOf({ ...APPLICATION, flaw, keyName })
  return { certificate: new X509Certificate(certificatePem), certificatePem, privateKeyPem }
}

/** What an independent reader (OpenSSL, in Node.js) finds wrong with it, for a client that knows where it wants to go. */
function problemsOf(certificate: X509Certificate): string[] {
  const now = Date.now()
  const uris = certificate.subjectAltName?.split(', ').filter((name) => name.startsWith('URI:'))
  return [
    certificate.validToDate.getTime() < now ? 'expired' : '',
    certificate.validFromDate.getTime() > now ? 'not-yet-valid' : '',
    certificate.checkIP('127.0.0.1') && certificate.checkHost('localhost') ? '' : 'wrong-host',
    uris?.length === 1 && uris[0] === `URI:${APPLICATION.applicationUri}` ? '' : 'wrong-uri',
    certificate.verify(certificate.publicKey) ? '' : 'unknown-issuer',
  ].filter((problem) => problem !== '')
}

describe('Certificates for simulated devices', () => {
  for (const flaw of ['expired', 'not-yet-valid', 'wrong-host', 'wrong-uri', 'unknown-issuer'] as const) {
    it(`have, if so wished, this one flaw: ${flaw}`, async () => {
      assert.deepEqual(problemsOf((await made(flaw)).certificate), [flaw])
    })
  }

  it('have none otherwise, and belong to their key', async () => {
    const { certificate, privateKeyPem } = await made()
    assert.deepEqual(problemsOf(certificate), [])
    assert.ok(certificate.checkPrivateKey(createPrivateKey(privateKeyPem)))
    assert.match(certificate.subject, /CN=Press/)
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  })

  it('share a key as long as its name is the same', async () => {
    const key = async (name: string) => (await made('none', name)).privateKeyPem
    assert.equal(await key('one'), await key('one'))
    assert.notEqual(await key('one'), await key('other'))
  })
})
