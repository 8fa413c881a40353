import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { type ClientSession, UserTokenType } from 'node-opcua-client'
import { type CertificateFlaw, identityOf } from '../../../simulators/opcua/certificates'
import { DEFAULT_SETTINGS, DEVICE_URI } from '../../../simulators/opcua/device-settings'
import { OpcuaDevice } from '../../../simulators/opcua/opcua-device'
import { PlainClient } from '../../support/opcua-client'

const SECURE = { mode: 'SignAndEncrypt', policy: 'Basic256Sha256' } as const
const person = (userName: string, password: string) => ({ type: UserTokenType.UserName, userName, password }) as const

describe('The security of a simulated OPC UA device', function () {
  this.timeout(60_000)

  describe('with everything that is usual', () => {
    let device: OpcuaDevice
    before(async () => {
      device = await OpcuaDevice.start()
    })
    after(() => device.close())

    async function reads(options: Parameters<typeof PlainClient.open>[1]): Promise<void> {
      const client = await PlainClient.open(device.endpoint, options)
      assert.equal((await client.read(device.nodeId('Types.Boolean'))).value.value, true)
      await client.close()
    }

    it('needs none', () => reads({}))
    for (const policy of DEFAULT_SETTINGS.policies) {
      for (const mode of ['Sign', 'SignAndEncrypt'] as const) {
        it(`is ${policy}, ${mode}`, () => reads({ policy, mode }))
      }
    }

    it('is not what was not set up', async () => {
      await assert.rejects(reads({ policy: 'Basic256', mode: 'Sign' }), { message: /End point must exist|endpoint/i })
    })

    it('knows users by their passwords, which change', async () => {
      await reads({ ...SECURE, user: person('operator', 'secret') })
      await assert.rejects(reads({ ...SECURE, user: person('operator', 'wrong') }), { message: /BadUserAccessDenied/ })
      await assert.rejects(reads({ ...SECURE, user: person('nobody', 'secret') }), { message: /BadUserAccessDenied/ })
      device.setUsers({ operator: 'other' })
      await assert.rejects(reads({ ...SECURE, user: person('operator', 'secret') }), { message: /BadUserAccessDenied/ })
      await reads({ ...SECURE, user: person('operator', 'other') })
    })

    it('knows users by their certificates', () => readsAs('urn:someone', reads))
  })

  it('has the policies of old, if so wished', async () => {
    const policies = ['Basic256', 'Basic128Rsa15'] as const
    const device = await OpcuaDevice.start({ modes: ['SignAndEncrypt'], policies })
    for (const policy of policies) {
      const client = await PlainClient.open(device.endpoint, { mode: 'SignAndEncrypt', policy })
      assert.equal((await client.read(device.nodeId('Types.Boolean'))).value.value, true)
      await client.close()
    }
    await device.close()
  })

  describe('that is strict', () => {
    let device: OpcuaDevice
    before(async () => {
      device = await OpcuaDevice.start({
        modes: ['SignAndEncrypt'],
        policies: ['Basic256Sha256'],
        anonymous: false,
        acceptUnknownClients: false,
        acceptUnknownUsers: false,
      })
    })
    after(() => device.close())
    const open = (user?: Parameters<ClientSession['changeUser']>[0]) =>
      PlainClient.open(device.endpoint, { ...SECURE, user })

    it('lets nobody in without it', async () => {
      await assert.rejects(PlainClient.open(device.endpoint), { message: /End point must exist/ })
    })

    it('rejects a client until its certificate is trusted, and then a user', async () => {
      await assert.rejects(open(person('operator', 'secret')))
      assert.equal(await device.trustRejected(), 1)
      const client = await open(person('operator', 'secret'))
      await client.close()
      await assert.rejects(open(), { message: /BadIdentityToken|anonymous/i })

      const opens = async (options: Parameters<typeof PlainClient.open>[1]) => {
        await (await PlainClient.open(device.endpoint, options)).close()
      }
      await assert.rejects(readsAs('urn:someone', opens), { message: /BadIdentityToken|BadUserAccessDenied/ })
      assert.equal(await device.trustRejected(), 1)
      await readsAs('urn:someone', opens)
    })
  })

  describe('with a certificate that is wrong', () => {
    let device: OpcuaDevice
    before(async () => {
      device = await OpcuaDevice.start()
    })
    after(() => device.close())

    /** node-opcua's client sees the dates and the issuer; host and URI it does not compare: a look into the certificate does. */
    const flaws: [CertificateFlaw, { complaint?: RegExp; host: boolean; uri: boolean }][] = [
      ['expired', { complaint: /BadCertificateTimeInvalid/, host: true, uri: true }],
      ['not-yet-valid', { complaint: /BadCertificateTimeInvalid/, host: true, uri: true }],
      ['unknown-issuer', { complaint: /BadCertificateChainIncomplete/, host: true, uri: true }],
      ['wrong-host', { host: false, uri: true }],
      ['wrong-uri', { host: true, uri: false }],
    ]
    for (const [flaw, { complaint, host, uri }] of flaws) {
      it(`can be refused, though it is known: ${flaw}`, async () => {
        await device.restart({ flaw })
        const shown = await certificateOf(device)
        assert.equal(shown.checkIP('127.0.0.1') !== undefined, host)
        assert.equal(shown.subjectAltName?.split(', ').includes(`URI:${DEVICE_URI}`), uri)
        const attempt = PlainClient.connect(device.endpoint, { ...SECURE, trusts: shown.raw })
        if (complaint) await assert.rejects(attempt, { message: complaint })
        else await (await attempt).close()
      })
    }

    it('is unknown to a client that trusts nobody, and another one after it was renewed', async () => {
      await device.restart({ flaw: 'none' })
      const first = await certificateOf(device)
      await assert.rejects(PlainClient.connect(device.endpoint, { ...SECURE, trusts: 'nobody' }), {
        message: /BadCertificateUntrusted/,
      })
      await device.restart()
      assert.equal((await certificateOf(device)).fingerprint256, first.fingerprint256)
      await device.restart({ keyName: 'renewed' })
      assert.notEqual((await certificateOf(device)).fingerprint256, first.fingerprint256)
    })
  })
})

async function certificateOf(device: OpcuaDevice): Promise<X509Certificate> {
  const client = await PlainClient.connect(device.endpoint)
  const certificate = await client.serverCertificate()
  await client.close()
  return new X509Certificate(certificate)
}

async function readsAs(
  applicationUri: string,
  read: (options: Parameters<typeof PlainClient.open>[1]) => Promise<void>,
): Promise<void> {
  const { certificatePem, privateKeyPem } = await identityOf({
    commonName: 'Someone',
    applicationUri,
    keyName: 'user',
  })
  const certificateData = new X509Certificate(certificatePem).raw
  await read({ ...SECURE, user: { type: UserTokenType.Certificate, certificateData, privateKey: privateKeyPem } })
}
