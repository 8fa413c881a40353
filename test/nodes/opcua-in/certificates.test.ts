import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCertificate, fingerprintOf, judge } from '../../../nodes/opcua-in/certificates'
import { makeIdentity } from '../../../nodes/opcua-in/link/identity'
import { Pki } from '../../../nodes/opcua-in/pki'
import { type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'
import { temporaryFolder } from '../../support/temporary-folder'

const URI = 'urn:plc'
const shownWith = async (flaw: CertificateFlaw = 'none') =>
  new X509Certificate((await identityOf({ commonName: 'PLC', applicationUri: URI, flaw })).certificatePem).raw
const judged = (certificate: Buffer, trusted: Buffer[] = [], host = '127.0.0.1') =>
  judge({ certificate, host, applicationUri: URI, trusted, now: Date.now() })

describe('The certificate of a server', () => {
  const flaws: [flaw: CertificateFlaw, says: RegExp | undefined][] = [
    ['none', undefined],
    ['expired', /^it expired on \d{4}-\d\d-\d\d: renew it/],
    ['not-yet-valid', /^it is not valid before .*clocks/],
    ['wrong-host', /^it is for somewhere\.invalid and not for 127\.0\.0\.1$/],
    ['wrong-uri', /^it belongs to the application urn:plc:of-another, the server says urn:plc$/],
    ['unknown-issuer', /^it is signed by "Unknown authority", whom nobody trusts here$/],
  ]
  for (const [flaw, says] of flaws) {
    it(`is unknown, and said to have ${flaw === 'none' ? 'no flaw' : `the flaw ${flaw}`}`, async () => {
      const verdict = judged(await shownWith(flaw))
      assert.equal(verdict.kind, 'unknown')
      const told = 'flaws' in verdict ? verdict.flaws : []
      assert.equal(told.length, says ? 1 : 0, told.join('; '))
      if (says) assert.match(told[0] ?? '', says)
    })

    it(`is good enough for who trusted it, though it has ${flaw === 'none' ? 'no flaw' : `the flaw ${flaw}`}`, async () => {
      const certificate = await shownWith(flaw)
      assert.deepEqual(judged(certificate, [certificate]), { kind: 'trusted' })
    })
  }

  it('is not trusted because another one is', async () => {
    assert.equal(judged(await shownWith(), [await shownWith('expired')]).kind, 'unknown')
  })

  it('may be for a name, in whatever case', async () => {
    const verdict = judged(await shownWith(), [], 'LOCALHOST')
    assert.deepEqual(verdict, { kind: 'unknown', flaws: [] })
  })

  it('may be no certificate at all', () => {
    assert.equal(judged(Buffer.from('hello')).kind, 'unreadable')
    assert.equal(describeCertificate(Buffer.from('hello')), 'a certificate that cannot be read')
  })

  it('is told with name, expiry and fingerprint', async () => {
    const certificate = await shownWith()
    assert.match(
      describeCertificate(certificate),
      new RegExp(`^"PLC", valid until \\d{4}-\\d\\d-\\d\\d, SHA-256 ${fingerprintOf(certificate)}$`),
    )
  })
})

describe('The folder of certificates', () => {
  const folder = temporaryFolder()

  it('has a key of its own, made once, for its owner only', async () => {
    const pki = new Pki(folder())
    const both = await Promise.all([pki.identity(URI, makeIdentity), new Pki(folder()).identity(URI, makeIdentity)])
    assert.deepEqual(both[0], both[1])
    assert.deepEqual(await pki.identity('urn:another', makeIdentity), both[0])
    const { subjectAltName, publicKey } = new X509Certificate(both[0].certificatePem)
    assert.match(subjectAltName ?? '', /URI:urn:plc/)
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048)
    assert.equal(statSync(join(folder(), 'own', 'identity.pem')).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder(), 'own')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(folder(), 'own')), ['identity.pem'])
  })

  it('never replaces a key that it cannot read', async () => {
    mkdirSync(join(folder(), 'own'))
    writeFileSync(join(folder(), 'own', 'identity.pem'), 'broken')
    await assert.rejects(new Pki(folder()).identity(URI, makeIdentity), { kind: 'config', code: 'identity-broken' })
    assert.deepEqual(readdirSync(join(folder(), 'own')), ['identity.pem'])
  })

  it('keeps what was rejected, until it is trusted', async () => {
    const pki = new Pki(folder())
    const certificate = await shownWith()
    pki.reject(certificate)
    pki.reject(certificate)
    const file = `${fingerprintOf(certificate)}.der`
    assert.deepEqual([readdirSync(join(folder(), 'rejected')), pki.trusted()], [[file], []])
    pki.trust(certificate)
    assert.deepEqual([readdirSync(join(folder(), 'rejected')), pki.trusted()], [[], [certificate]])
    rmSync(join(folder(), 'trusted', file))
    assert.deepEqual(pki.trusted(), [])
  })

  it('takes PEM too, and passes over what is no certificate', async () => {
    const pki = new Pki(folder())
    assert.deepEqual(pki.trusted(), [])
    const { certificatePem } = await identityOf({ commonName: 'PLC', applicationUri: URI })
    writeFileSync(join(folder(), 'trusted', 'plc.pem'), certificatePem)
    writeFileSync(join(folder(), 'trusted', 'notes.txt'), 'hello')
    assert.deepEqual(pki.trusted(), [await shownWith()])
  })

  it('is not filled by a server with many certificates', async () => {
    const pki = new Pki(folder())
    pki.trusted()
    mkdirSync(join(folder(), 'rejected'))
    for (let count = 0; count < 100; count++) writeFileSync(join(folder(), 'rejected', `${count}.der`), '')
    pki.reject(await shownWith())
    assert.equal(readdirSync(join(folder(), 'rejected')).length, 100)
  })
})
