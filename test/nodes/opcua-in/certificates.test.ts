import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { type Certificate, parseCertificate } from '../../../lib/pki/certificate'
import type { Flaw } from '../../../lib/pki/flaws'
import { type Judged, judge } from '../../../nodes/opcua-in/certificates'
import { authorityCertificate, type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'

const URI = 'urn:plc'
const DAY_MS = 86_400_000
const pemOf = async (flaw: CertificateFlaw = 'none', keyName = 'device') =>
  (await identityOf({ commonName: 'PLC', applicationUri: URI, flaw, keyName })).certificatePem
/** As a server shows it: DER, with what follows in the PEM behind it. */
const shownWith = async (flaw?: CertificateFlaw, keyName?: string) =>
  Buffer.concat(
    ((await pemOf(flaw, keyName)).match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
      (one) => new X509Certificate(one).raw,
    ),
  )
const parsed = (bytes: Buffer | string): Certificate => parseCertificate(bytes) ?? assert.fail('no certificate')
const judged = (shown: Buffer, others: Partial<Judged> = {}) =>
  judge({
    shown,
    host: '127.0.0.1',
    applicationUri: URI,
    trusted: [],
    firstUse: undefined,
    before: undefined,
    now: Date.now(),
    ...others,
  })
const codesOf = (verdict: object): string[] =>
  ('flaws' in verdict ? (verdict.flaws as Flaw[]) : []).map(({ code }) => code)

describe('The certificate of a server', () => {
  const flaws: [flaw: CertificateFlaw, says: RegExp | undefined][] = [
    ['none', undefined],
    ['expired', /^it expired on \d{4}-\d\d-\d\d: renew it/],
    ['not-yet-valid', /^it is not valid before .*clocks/],
    ['wrong-host', /^it is for somewhere\.invalid and not for 127\.0\.0\.1: use one of its names/],
    ['wrong-uri', /^it belongs to the application urn:plc:of-another, the server says urn:plc: make a new one/],
    ['unknown-issuer', /^it is signed by "Unknown authority", whom nobody trusts here$/],
    ['intermediate-issuer', /^it is signed by "Intermediate authority", whom nobody trusts here$/],
    ['weak-signature', /^it is signed with SHA-1, which can be forged: make a new one with SHA-256/],
    ['weak-key', /^its key has 1024 bits, which can be broken: make one of 2048/],
  ]
  for (const [flaw, says] of flaws) {
    const words = flaw === 'none' ? 'no flaw' : `the flaw ${flaw}`
    it(`is unknown, and said to have ${words}`, async () => {
      const verdict = judged(await shownWith(flaw))
      assert.equal(verdict.kind, 'unknown')
      const told = 'flaws' in verdict ? verdict.flaws : []
      assert.equal(told.length, says ? 1 : 0, JSON.stringify(told))
      if (says) assert.match(told[0]?.text ?? '', says)
    })

    it(`is good enough for who trusted it, though it has ${words}, which is told`, async () => {
      const shown = await shownWith(flaw)
      const verdict = judged(shown, { trusted: [parsed(shown)] })
      assert.equal(verdict.kind, 'trusted')
      assert.equal(codesOf(verdict).length, says && !flaw.endsWith('issuer') ? 1 : 0)
    })
  }

  it('may have several flaws, and all are told', async () => {
    const verdict = judged(await shownWith('weak-key'), {
      host: 'plc',
      applicationUri: 'urn:x',
      now: Date.now() + 400 * DAY_MS,
    })
    assert.deepEqual(codesOf(verdict), ['expired', 'weak-key', 'wrong-host', 'wrong-application'])
  })

  it('is not trusted because another one is', async () => {
    assert.equal(judged(await shownWith(), { trusted: [parsed(await shownWith('expired'))] }).kind, 'unknown')
  })

  it('is trusted at the endpoint where it was the first', async () => {
    const shown = await shownWith()
    assert.equal(judged(shown, { firstUse: parsed(shown).der }).kind, 'trusted')
    assert.equal(judged(await shownWith('none', 'other'), { firstUse: parsed(shown).der }).kind, 'unknown')
  })

  it('is another one than before, and which is told', async () => {
    const before = 'a'.repeat(64)
    const verdict = judged(await shownWith('expired'), { before })
    assert.equal(verdict.kind, 'changed')
    assert.deepEqual(codesOf(verdict), ['changed', 'expired'])
    assert.match(
      JSON.stringify(verdict.kind === 'changed' && verdict.flaws),
      /SHA-256 a{64}.*renewed, or is somebody in between/,
    )
  })

  it('is just unknown where it is the one of before, which nobody trusts any more', async () => {
    const shown = await shownWith()
    assert.equal(judged(shown, { before: parsed(shown).fingerprint }).kind, 'unknown')
  })

  it('may have changed when the new one is trusted, too', async () => {
    const shown = await shownWith()
    assert.equal(judged(shown, { before: 'a'.repeat(64), trusted: [parsed(shown)] }).kind, 'trusted')
  })

  for (const bytes of ['', 'hello', '0\x82\xff\xff', '0\x03abc']) {
    it(`may be no certificate at all: ${JSON.stringify(bytes)}`, () => {
      assert.deepEqual(judged(Buffer.from(bytes, 'latin1')), { kind: 'unreadable' })
    })
  }

  describe('that was signed by somebody', () => {
    const root = async () => parsed(await authorityCertificate())

    it('is trusted when that one is', async () => {
      assert.equal(judged(await shownWith('unknown-issuer'), { trusted: [await root()] }).kind, 'trusted')
    })

    it('has to be right in everything else', async () => {
      const shown = await shownWith('unknown-issuer')
      const verdict = judged(shown, { trusted: [await root()], host: 'plc', now: Date.now() + 400 * DAY_MS })
      assert.equal(verdict.kind, 'flawed')
      assert.deepEqual(codesOf(verdict), ['expired', 'wrong-host', 'issuer-expired'])
    })

    it('is not trusted when it only says so, and that one has not signed it', async () => {
      const forged = Buffer.from(await shownWith('unknown-issuer'))
      forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1)
      assert.equal(judged(forged, { trusted: [await root()] }).kind, 'unknown')
    })

    it('is trusted by way of an issuer that the server shows', async () => {
      const shown = await shownWith('intermediate-issuer')
      assert.equal(judged(shown, { trusted: [await root()] }).kind, 'trusted')
      const alone = parsed(shown).der
      assert.equal(judged(alone, { trusted: [await root()] }).kind, 'unknown')
      const late = judged(shown, { trusted: [await root()], now: Date.now() + 400 * DAY_MS })
      assert.deepEqual(codesOf(late), ['expired', 'issuer-expired', 'issuer-expired'])
    })

    it('is not trusted for what was shown beside it', async () => {
      const [leaf, other] = [await shownWith(), await shownWith('unknown-issuer')]
      assert.equal(judged(Buffer.concat([leaf, other]), { trusted: [await root()] }).kind, 'unknown')
    })

    it('is not trusted when the one that signed it may not sign, being no authority', async () => {
      const self = await shownWith()
      assert.equal(judged(await shownWith('wrong-host'), { trusted: [parsed(self)] }).kind, 'unknown')
    })

    it('is not accepted in a chain that is longer than any honest one', async () => {
      const shown = await shownWith('intermediate-issuer')
      const long = Buffer.concat([shown, ...new Array<Buffer>(9).fill(parsed(await authorityCertificate()).der)])
      assert.equal(judged(long, { trusted: [await root()] }).kind, 'unreadable')
    })
  })
})
