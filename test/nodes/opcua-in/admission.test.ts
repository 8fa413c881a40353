import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate } from '../../../lib/pki/certificate'
import { type AdmissionParts, admit } from '../../../nodes/opcua-in/admission'
import { Pki } from '../../../nodes/opcua-in/pki'
import { authorityCertificate, type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'
import { temporaryFolder } from '../../support/temporary-folder'

const URI = 'urn:plc'
const ENDPOINT = 'opc.tcp://127.0.0.1:4840/plant'

async function shownWith(flaw: CertificateFlaw = 'none', keyName = 'device') {
  const { certificatePem } = await identityOf({ commonName: 'PLC', applicationUri: URI, flaw, keyName })
  return { certificate: new X509Certificate(certificatePem).raw, applicationUri: URI }
}
const fingerprintOf = (der: Buffer): string => parseCertificate(der)?.fingerprint ?? ''

describe('A server is admitted', () => {
  const folder = temporaryFolder()
  let told: string[]
  beforeEach(() => {
    told = []
  })
  const parts = (others: Partial<AdmissionParts> = {}, endpoint = ENDPOINT): AdmissionParts => ({
    pki: new Pki(folder()),
    place: { reader: 'boiler', endpoint },
    trust: 'reject',
    tell: (level, text) => told.push(`${level}: ${text}`),
    now: Date.now,
    ...others,
  })
  const first = (endpoint = ENDPOINT) => parts({ trust: 'first-use' }, endpoint)
  const files = (part: string): string[] => readdirSync(join(folder(), part)).sort()
  const put = (part: string, name: string, content: Buffer | string) => {
    mkdirSync(join(folder(), part), { recursive: true })
    writeFileSync(join(folder(), part, name), content)
  }

  it('not unless somebody trusts it; what it showed is kept with who met it', async () => {
    const shown = await shownWith('wrong-host')
    const fingerprint = fingerprintOf(shown.certificate)
    await assert.rejects(admit(shown, parts()), {
      kind: 'link',
      code: 'certificate-unknown',
      message: new RegExp(
        `^the certificate of the server is not trusted: "PLC", valid until .*SHA-256 ${fingerprint}\\. Compare this fingerprint.*Mind: it is for somewhere\\.invalid`,
      ),
    })
    await assert.rejects(admit(shown, parts({ place: { reader: 'oven', endpoint: ENDPOINT } })))
    await assert.rejects(admit(shown, parts()))
    assert.deepEqual(files('rejected'), [`${fingerprint}.der`, `${fingerprint}.json`])
    assert.deepEqual(readFileSync(join(folder(), 'rejected', `${fingerprint}.der`)), shown.certificate)
    const met: { reader: string; flaws: { code: string }[] }[] = JSON.parse(
      readFileSync(join(folder(), 'rejected', `${fingerprint}.json`), 'utf8'),
    )
    assert.deepEqual(met.map(({ reader, flaws }) => [reader, flaws.map(({ code }) => code)]).sort(), [
      ['boiler', ['wrong-host']],
      ['oven', ['wrong-host']],
    ])
    for (const file of files('rejected')) assert.equal(statSync(join(folder(), 'rejected', file)).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder(), 'rejected')).mode & 0o777, 0o700)
  })

  it('when its certificate lies among the trusted ones, DER or PEM, and what is none is passed over', async () => {
    const shown = await shownWith('expired')
    put('trusted', 'notes.txt', 'hello')
    put('trusted', 'plc.pem', new X509Certificate(shown.certificate).toString())
    await admit(shown, parts())
    await admit(shown, parts())
    assert.match(told.join(), /^warn: the certificate of the server is trusted, but it expired on/)
  })

  it('not by a link to a certificate elsewhere', async () => {
    const shown = await shownWith()
    put('elsewhere', 'plc.der', shown.certificate)
    mkdirSync(join(folder(), 'trusted'))
    symlinkSync(join(folder(), 'elsewhere', 'plc.der'), join(folder(), 'trusted', 'plc.der'))
    await assert.rejects(admit(shown, parts()), { code: 'certificate-unknown' })
  })

  it('when its issuer is trusted; one that is flawed all the same is told so', async () => {
    put('trusted', 'authority.pem', await authorityCertificate())
    await admit(await shownWith('unknown-issuer'), parts())
    await assert.rejects(admit({ ...(await shownWith('unknown-issuer')), applicationUri: 'urn:x' }, parts()), {
      code: 'certificate-flawed',
      message:
        /^the certificate of the server comes from a trusted issuer, but it belongs to the application urn:plc, the server says urn:x.*may trust it itself$/,
    })
    assert.equal(files('rejected').length, 2)
  })

  it('not when it shows none, or none that can be read', async () => {
    await assert.rejects(admit({ certificate: undefined, applicationUri: URI }, parts()), { code: 'no-certificate' })
    const garbage = { certificate: Buffer.from('garbage'), applicationUri: URI }
    await assert.rejects(admit(garbage, first()), { code: 'certificate-unreadable', message: /make a new one/ })
  })

  it('not when the folder cannot be used, which is tried again', async () => {
    put('.', 'rejected', 'in the way')
    await assert.rejects(admit(await shownWith(), parts()), { kind: 'link', code: 'pki-unusable' })
  })

  describe('on first use', () => {
    it('by the first certificate, and told so', async () => {
      await admit(await shownWith(), first())
      await admit(await shownWith(), first())
      assert.equal(told.length, 1)
      assert.match(told[0] ?? '', /^warn: this certificate is trusted at opc\.tcp:.*being the first: "PLC".*SHA-256/)
    })

    it('never by a second one, which is told to be another', async () => {
      await admit(await shownWith(), first())
      const known = fingerprintOf((await shownWith()).certificate)
      const other = await shownWith('none', 'other')
      for (const place of [first(), first('opc.tcp://127.0.0.1/plant/'), parts({ trust: 'reject' })]) {
        await assert.rejects(admit(other, place), {
          code: 'certificate-changed',
          message: new RegExp(
            `^the server shows another certificate than the one trusted.*Mind: another one .*SHA-256 ${known}.*renewed, or is somebody in between`,
          ),
        })
      }
      await admit(await shownWith(), first())
    })

    it('by a second one that somebody trusted: it was renewed', async () => {
      await admit(await shownWith(), first())
      const renewed = await shownWith('none', 'other')
      await assert.rejects(admit(renewed, first()))
      put('trusted', 'renewed.der', renewed.certificate)
      await admit(renewed, first())
      assert.match(told.at(-1) ?? '', /^info: the server shows a new certificate, which is trusted/)
      assert.deepEqual(files('rejected'), [])
      await assert.rejects(admit(await shownWith('none', 'third'), first()), { code: 'certificate-changed' })
    })

    it('and remembers it, should the process have ended before it could', async () => {
      await admit(await shownWith(), first())
      rmSync(join(folder(), 'endpoints'), { recursive: true })
      await admit(await shownWith(), first())
      assert.equal(files('endpoints').length, 1)
      await assert.rejects(admit(await shownWith('none', 'other'), first()), { code: 'certificate-changed' })
    })

    it('not at another endpoint, where somebody has to be the first, too', async () => {
      await admit(await shownWith(), first())
      await assert.rejects(admit(await shownWith(), parts({}, 'opc.tcp://127.0.0.1:4841/plant')), {
        code: 'certificate-unknown',
      })
      await admit(await shownWith('none', 'other'), first('opc.tcp://127.0.0.1:4841/plant'))
    })

    it('at the same endpoint also to a reader that would not trust the first one', async () => {
      await admit(await shownWith(), first())
      await admit(await shownWith(), parts())
    })

    for (const flaw of ['expired', 'not-yet-valid', 'wrong-host', 'wrong-uri', 'weak-key'] as const) {
      it(`not when it is ${flaw}: being the first makes up for no flaw`, async () => {
        await assert.rejects(admit(await shownWith(flaw), first()), { code: 'certificate-unknown' })
        await admit(await shownWith(), first())
      })
    }

    it('by one of an issuer whom nobody knows, who is as good as none', async () => {
      await admit(await shownWith('unknown-issuer'), first())
    })

    it('not where another one was talked to before, by somebody’s wish', async () => {
      const shown = await shownWith()
      put('trusted', 'plc.der', shown.certificate)
      await admit(shown, first())
      rmSync(join(folder(), 'trusted', 'plc.der'))
      await assert.rejects(admit(shown, first()), { code: 'certificate-unknown' })
      await assert.rejects(admit(await shownWith('none', 'other'), first()), { code: 'certificate-changed' })
    })

    it('by one of two that come at the same time, whoever asks', async () => {
      const [one, other] = [await shownWith(), await shownWith('none', 'other')]
      const outcomes = await Promise.allSettled([one, other, one, other].map((shown) => admit(shown, first())))
      const kinds = outcomes.map(({ status }) => status)
      assert.deepEqual([kinds[0], kinds[1]], [kinds[2], kinds[3]])
      assert.deepEqual([kinds[0], kinds[1]].sort(), ['fulfilled', 'rejected'])
      assert.equal(files('first-use').length, 1)
    })
  })

  it('with room for the latest certificates only: a server with many does not fill the disk', async () => {
    for (let count = 0; count < 100; count++) {
      put('rejected', `${count}.der`, '')
      put('rejected', `${count}.json`, '[]')
      utimesSync(join(folder(), 'rejected', `${count}.der`), count, count)
    }
    const shown = await shownWith()
    await assert.rejects(admit(shown, parts()))
    const kept = files('rejected')
    assert.equal(kept.length, 200)
    assert.ok(kept.includes(`${fingerprintOf(shown.certificate)}.der`))
    assert.ok(!kept.includes('0.der') && !kept.includes('0.json') && kept.includes('1.der'))
  })
})
