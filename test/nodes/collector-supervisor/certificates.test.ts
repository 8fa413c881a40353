import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCertificate } from '../../../lib/pki/certificate'
import { CertificateStore } from '../../../nodes/collector-supervisor/certificate-store'
import {
  type CertificateDecision,
  type CertificatesOf,
  decideCertificate,
  listCertificates,
} from '../../../nodes/collector-supervisor/certificates'
import { admit } from '../../../nodes/opcua-in/admission'
import { Pki } from '../../../nodes/opcua-in/pki'
import { authorityCertificate, type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'
import { temporaryFolder } from '../../support/temporary-folder'

const URI = 'urn:plc'
const ENDPOINT = 'opc.tcp://127.0.0.1:4840'
const NOW = Date.now()

const pemOf = async (flaw: CertificateFlaw = 'none', keyName = 'device') =>
  (await identityOf({ commonName: 'PLC', applicationUri: URI, flaw, keyName })).certificatePem
const shownWith = async (flaw?: CertificateFlaw, keyName?: string) => ({
  certificate: new X509Certificate(await pemOf(flaw, keyName)).raw,
  applicationUri: URI,
})
const fingerprintOf = async (flaw?: CertificateFlaw, keyName?: string) =>
  parseCertificate(await pemOf(flaw, keyName))?.fingerprint ?? ''

describe('The certificates of a supervisor', () => {
  const folder = temporaryFolder()
  let retried: number
  beforeEach(() => {
    retried = 0
  })

  const keepers = () => [
    { id: 's1', name: 'plant', certificates: new CertificateStore(folder()), retryReaders: () => void retried++ },
  ]
  const list = async (): Promise<CertificatesOf> => {
    const { plant } = await listCertificates(keepers(), NOW)
    return plant ?? assert.fail('no list')
  }
  const decide = (word: 'trust' | 'reject' | 'forget', fingerprint: string) =>
    decideCertificate(keepers(), { word, supervisor: 'plant', fingerprint })
  const connect = async (
    shown: { certificate: Buffer; applicationUri: string },
    trust: 'reject' | 'first-use' = 'reject',
    endpoint = ENDPOINT,
    reader = 'boiler',
  ): Promise<string> => {
    const parts = { pki: new Pki(folder()), place: { reader, endpoint }, trust, tell: () => {}, now: () => NOW }
    return admit(shown, parts).then(
      () => 'admitted',
      ({ code }: { code: string }) => code,
    )
  }
  const put = (part: string, name: string, content: Buffer | string) => {
    mkdirSync(join(folder(), part), { recursive: true })
    writeFileSync(join(folder(), part, name), content)
  }
  const files = (part: string): string[] => readdirSync(join(folder(), part)).sort()
  const names = ({ trusted, rejected }: CertificatesOf) => ({
    trusted: trusted.map(({ fingerprint, by }) => `${fingerprint} ${by}`),
    rejected: rejected.map(({ fingerprint }) => fingerprint),
  })

  it('are none where no reader has ever been', async () => {
    assert.deepEqual(await list(), { own: null, trusted: [], rejected: [], more: false })
    const decision: CertificateDecision = { word: 'trust', supervisor: 'plant', fingerprint: 'a'.repeat(64) }
    await assert.rejects(decideCertificate(keepers(), decision), { code: 'not-found' })
    assert.deepEqual(readdirSync(folder()), [])
  })

  it('tell of one that was rejected: whose it is, what is wrong with it, who met it', async () => {
    assert.equal(await connect(await shownWith('wrong-host')), 'certificate-unknown')
    assert.equal(
      await connect(await shownWith('wrong-host'), 'first-use', 'opc.tcp://localhost:1', 'oven'),
      'certificate-unknown',
    )
    const { rejected, trusted } = await list()
    assert.deepEqual(trusted, [])
    assert.equal(rejected.length, 1)
    const { flaws, met, valid_from, valid_to, ...others } = rejected[0] ?? assert.fail()
    assert.deepEqual(others, {
      fingerprint: await fingerprintOf('wrong-host'),
      subject: 'O=Simulated, CN=PLC',
      issuer: 'O=Simulated, CN=PLC',
      application_uri: URI,
      hosts: ['somewhere.invalid'],
    })
    assert.ok(Date.parse(valid_from ?? '') < NOW && Date.parse(valid_to ?? '') > NOW)
    assert.deepEqual(
      flaws.map(({ code, text }) => [code, text.slice(0, 55)]),
      [
        ['wrong-host', 'it is for somewhere.invalid and not for 127.0.0.1: use '],
        ['wrong-host', 'it is for somewhere.invalid and not for localhost: use '],
      ],
    )
    const since = new Date(NOW).toISOString()
    assert.deepEqual(met, [
      { reader: 'boiler', endpoint: ENDPOINT, since },
      { reader: 'oven', endpoint: 'opc.tcp://localhost:1', since },
    ])
  })

  it('have the flaws that they have now', async () => {
    await connect(await shownWith('not-yet-valid'))
    const flawsAt = async (time: number) =>
      (await listCertificates(keepers(), time)).plant?.rejected[0]?.flaws.map(({ code }) => code)
    assert.deepEqual(await flawsAt(NOW), ['not-yet-valid'])
    assert.deepEqual(await flawsAt(NOW + 60 * 86_400_000), [])
  })

  it('are not both trusted and rejected, when a reader was late to hear of it', async () => {
    put('trusted', 'plc.der', (await shownWith()).certificate)
    put('rejected', `${await fingerprintOf()}.der`, (await shownWith()).certificate)
    assert.deepEqual(names(await list()), { trusted: [`${await fingerprintOf()} operator`], rejected: [] })
  })

  it('are trusted by one decision, everywhere and at once', async () => {
    await connect(await shownWith('expired'))
    const fingerprint = await fingerprintOf('expired')
    assert.equal(await decide('trust', fingerprint), '"PLC" is trusted: readers that waited for it connect now')
    assert.equal(retried, 1)
    assert.deepEqual(names(await list()), { trusted: [`${fingerprint} operator`], rejected: [] })
    assert.deepEqual(files('rejected'), [])
    assert.equal(statSync(join(folder(), 'trusted')).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder(), 'trusted', `${fingerprint}.der`)).mode & 0o777, 0o600)
    assert.equal(await connect(await shownWith('expired')), 'admitted')
    const [entry] = (await list()).trusted
    assert.deepEqual(entry?.met, [{ reader: 'boiler', endpoint: ENDPOINT, since: new Date(NOW).toISOString() }])
    assert.deepEqual(
      entry?.flaws.map(({ code }) => code),
      ['expired'],
    )
    // Again, and it stays so.
    await decide('trust', fingerprint)
    assert.deepEqual(names(await list()), { trusted: [`${fingerprint} operator`], rejected: [] })
  })

  it('are listed when they were taken for being the first, and where', async () => {
    assert.equal(await connect(await shownWith(), 'first-use'), 'admitted')
    const [entry] = (await list()).trusted
    assert.equal(entry?.by, 'first-use')
    assert.deepEqual(
      entry?.met.map(({ endpoint }) => endpoint),
      [ENDPOINT],
    )
    assert.equal(await connect(await shownWith(), 'reject', 'opc.tcp://localhost:1'), 'certificate-unknown')
    await decide('trust', await fingerprintOf())
    assert.equal((await list()).trusted[0]?.by, 'operator')
    assert.equal(await connect(await shownWith(), 'reject', 'opc.tcp://localhost:1'), 'admitted')
  })

  for (const trust of ['first-use', 'reject'] as const) {
    it(`are trusted no more once they were rejected, also where trust is ${trust}`, async () => {
      const fingerprint = await fingerprintOf()
      if (trust === 'reject') {
        await connect(await shownWith())
        await decide('trust', fingerprint)
        put('trusted', 'copy.pem', await pemOf())
      }
      assert.equal(await connect(await shownWith(), trust), 'admitted')
      assert.match(await decide('reject', fingerprint), /^"PLC" is rejected: readers that are connected.*next time$/)
      assert.deepEqual(names(await list()), { trusted: [], rejected: [fingerprint] })
      assert.equal(await connect(await shownWith(), trust), 'certificate-unknown')
      assert.equal(await connect(await shownWith('none', 'other'), trust), 'certificate-changed')
      await decide('trust', fingerprint)
      assert.equal(await connect(await shownWith(), trust), 'admitted')
    })
  }

  it('are forgotten as if nobody had met them', async () => {
    await connect(await shownWith(), 'first-use')
    await connect(await shownWith('none', 'other'), 'first-use')
    await decide('forget', await fingerprintOf())
    await decide('forget', await fingerprintOf('none', 'other'))
    assert.deepEqual(await list(), { own: null, trusted: [], rejected: [], more: false })
    assert.deepEqual([files('rejected'), files('first-use'), files('endpoints')], [[], [], []])
    assert.equal(await connect(await shownWith('none', 'other'), 'first-use'), 'admitted')
  })

  it('may be those of issuers', async () => {
    put('trusted', 'authority.crt', await authorityCertificate())
    const [entry] = (await list()).trusted
    assert.equal(entry?.authority, true)
    await decide('reject', entry?.fingerprint ?? '')
    assert.deepEqual(files('trusted'), [])
    assert.equal(await connect(await shownWith('unknown-issuer')), 'certificate-unknown')
  })

  it('are decided on at all supervisors of one name', async () => {
    const other = mkdtempSync(join(tmpdir(), 'collector-test-'))
    try {
      await connect(await shownWith())
      const both = [
        ...keepers(),
        { ...keepers()[0], id: 's2', name: 'plant', certificates: new CertificateStore(other), retryReaders: () => {} },
      ]
      await decideCertificate(both, { word: 'trust', supervisor: 'plant', fingerprint: await fingerprintOf() })
      assert.deepEqual(Object.keys(await listCertificates(both, NOW)), ['plant', 'plant (s2)'])
      assert.deepEqual(readdirSync(other), [])
    } finally {
      rmSync(other, { recursive: true })
    }
  })

  describe('of our own', () => {
    const identity = async () => {
      const { certificatePem, privateKeyPem } = await identityOf({
        commonName: 'us',
        applicationUri: 'urn:us',
        keyName: 'own',
      })
      put('own', 'identity.pem', `${privateKeyPem}\n${certificatePem}`)
      return certificatePem
    }

    it('are shown without their key', async () => {
      const pem = await identity()
      const { own } = await list()
      assert.equal(own?.application_uri, 'urn:us')
      assert.deepEqual(new X509Certificate(own?.pem ?? '').raw, new X509Certificate(pem).raw)
      assert.ok(!JSON.stringify(own).includes('PRIVATE'))
      assert.deepEqual(own?.flaws, [])
      const { plant } = await listCertificates(keepers(), NOW + 20 * 365 * 86_400_000)
      assert.match(plant?.own?.flaws[0]?.text ?? '', /^it expired on .*: renew it here$/)
    })

    it('are set aside when a new one is wanted', async () => {
      await assert.rejects(decideCertificate(keepers(), { word: 'renew', supervisor: 'plant' }), { code: 'not-found' })
      await identity()
      assert.match(await decideCertificate(keepers(), { word: 'renew', supervisor: 'plant' }), /makes a new key/)
      assert.equal(retried, 1)
      assert.deepEqual(files('own'), ['identity.pem.replaced'])
      assert.equal((await list()).own, null)
    })
  })

  describe('in a folder that others have been in', () => {
    it('are told from what is none, or is not really there', async () => {
      put('trusted', 'notes.txt', 'hello')
      put('trusted', 'huge.der', Buffer.alloc(3_000_000, 1))
      mkdirSync(join(folder(), 'trusted', 'folder.der'))
      put('elsewhere', 'secret.der', (await shownWith()).certificate)
      symlinkSync(join(folder(), 'elsewhere', 'secret.der'), join(folder(), 'trusted', 'link.der'))
      symlinkSync('/dev/zero', join(folder(), 'trusted', 'endless.der'))
      execFileSync('mkfifo', [join(folder(), 'trusted', 'pipe.der')])
      put('trusted', 'good.der', (await shownWith('expired')).certificate)
      assert.deepEqual(names(await list()).trusted, [`${await fingerprintOf('expired')} operator`])
    })

    it('are not taken for what their name says', async () => {
      const [good, other] = [await fingerprintOf(), await fingerprintOf('none', 'other')]
      put('rejected', `${good}.der`, (await shownWith('none', 'other')).certificate)
      await assert.rejects(decide('trust', good), { code: 'not-found' })
      await decide('trust', other)
      assert.deepEqual(names(await list()).trusted, [`${other} operator`])
    })

    it('are told though what readers wrote about them is nonsense', async () => {
      const fingerprint = await fingerprintOf()
      put('rejected', `${fingerprint}.der`, (await shownWith()).certificate)
      for (const nonsense of [
        '',
        'null',
        '[1,null,{"reader":7}]',
        '{"length":5}',
        '[{"reader":"a","endpoint":"b","since":"c","flaws":[{"code":"x"}]}]',
        '[['.repeat(50_000),
      ]) {
        put('rejected', `${fingerprint}.json`, nonsense)
        put('endpoints', 'x.json', nonsense)
        put('first-use', 'x.json', nonsense)
        assert.deepEqual(names(await list()).rejected, [fingerprint])
      }
    })

    it('cannot be changed where the folder is none, which is said', async () => {
      await connect(await shownWith())
      put('.', 'trusted-by-nobody', '')
      rmSync(join(folder(), 'trusted'), { recursive: true })
      put('.', 'trusted', 'in the way')
      await assert.rejects(decide('trust', await fingerprintOf()), { code: 'failed', message: /cannot be changed/ })
      assert.equal(readFileSync(join(folder(), 'trusted'), 'utf8'), 'in the way')
    })

    it('may be thousands, and hold nobody else up', async () => {
      const { certificate } = await shownWith()
      for (let count = 0; count < 1500; count++) put('trusted', `${count}.der`, certificate)
      let turns = 0
      const counting = setInterval(() => turns++, 1)
      const { more } = await list()
      clearInterval(counting)
      assert.equal(more, true)
      assert.ok(turns > 10, `${turns} turns`)
    })
  })
})
