import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MakeIdentity, ownIdentity } from '../../../nodes/opcua-in/identity'
import { makeIdentity } from '../../../nodes/opcua-in/link/identity'
import { identityOf } from '../../../simulators/opcua/certificates'
import { temporaryFolder } from '../../support/temporary-folder'

const URI = 'urn:computer:node-red-collectors'
const YEAR_MS = 365 * 86_400_000

describe('The key and certificate of this computer', () => {
  const folder = temporaryFolder()
  const file = () => join(folder(), 'own', 'identity.pem')
  let told: string[]
  beforeEach(() => {
    told = []
    mkdirSync(join(folder(), 'own'), { recursive: true, mode: 0o700 })
  })

  const own = ({ make = makeIdentity, now = Date.now(), applicationUri = URI } = {}) =>
    ownIdentity({ folder: folder(), applicationUri, make, tell: (level, text) => told.push(`${level}: ${text}`), now })
  /** Quicker than making a key. */
  const readyMade: MakeIdentity = (applicationUri) => identityOf({ commonName: 'us', applicationUri, keyName: 'own' })

  it('is made once, also when several ask for it at the same time, and for its owner only', async () => {
    const [one, other] = await Promise.all([own(), own()])
    assert.deepEqual(one, other)
    assert.deepEqual(await own({ applicationUri: 'urn:renamed:node-red-collectors' }), one)
    const { subjectAltName, publicKey } = new X509Certificate(one.certificatePem)
    assert.match(subjectAltName ?? '', /URI:urn:computer:node-red-collectors/)
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048)
    assert.equal(statSync(file()).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder(), 'own')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(folder(), 'own')), ['identity.pem'])
    assert.deepEqual(told, [])
  })

  it('is used on when it has expired, and somebody is told what to do', async () => {
    const one = await own({ make: readyMade })
    assert.deepEqual(await own({ now: Date.now() + 2 * YEAR_MS }), one)
    assert.match(told.join(), /^warn: our own certificate expired on .*new one made.*trust/)
    told = []
    await own({ now: Date.now() + YEAR_MS - 20 * 86_400_000 })
    assert.match(told.join(), /^warn: our own certificate expires on/)
  })

  const broken: [what: string, content: () => Promise<string>][] = [
    ['is empty', async () => ''],
    ['is no key', async () => 'broken'],
    ['was cut off', async () => (await readyMade(URI)).certificatePem],
    [
      'has the key of another',
      async () => `${(await makeIdentity(URI)).privateKeyPem}\n${(await readyMade(URI)).certificatePem}`,
    ],
  ]
  for (const [what, content] of broken) {
    it(`is set aside when it ${what}, in words, and made anew`, async () => {
      const before = await content()
      writeFileSync(file(), before, { mode: 0o600 })
      const both = await Promise.all([own({ make: readyMade }), own({ make: readyMade })])
      assert.deepEqual(both[0], both[1])
      const [kept, aside = ''] = readdirSync(join(folder(), 'own')).sort()
      assert.equal(kept, 'identity.pem')
      assert.match(aside, /^identity\.pem\.broken-[0-9a-f]{12}$/)
      assert.equal(readFileSync(join(folder(), 'own', aside), 'utf8'), before)
      assert.match(told.join(), /^error: our own key and certificate .* set aside .* have to be told to trust/)
    })
  }

  it('is left alone where it cannot be read, and tried again later', async () => {
    symlinkSync('/dev/zero', file())
    await assert.rejects(own(), { kind: 'link', code: 'identity-unreadable', message: /plain file/ })
    assert.deepEqual(readdirSync(join(folder(), 'own')), ['identity.pem'])
  })

  it('is told to be impossible where the folder is none', async () => {
    const none = join(folder(), 'file')
    writeFileSync(none, '')
    const asked = ownIdentity({ folder: none, applicationUri: URI, make: readyMade, tell: () => {}, now: 0 })
    await assert.rejects(asked, { kind: 'link', code: 'pki-unusable' })
  })

  it('is closed to others when somebody has opened it', async () => {
    await own({ make: readyMade })
    chmodSync(file(), 0o644)
    await own()
    assert.equal(statSync(file()).mode & 0o777, 0o600)
    assert.match(told.join(), /could be read by others/)
  })
})
