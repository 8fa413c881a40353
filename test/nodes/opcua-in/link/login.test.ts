import assert from 'node:assert/strict'
import { ActivateSessionRequest, AnonymousIdentityToken, OPCUAClient, UserNameIdentityToken } from 'node-opcua-client'
import type { ConnectSettings } from '../../../../nodes/opcua-in/link/connect'
import { guardPassword, passwordProblem } from '../../../../nodes/opcua-in/link/password'
import { Guard } from '../../../../nodes/opcua-in/link/transport'
import type { User } from '../../../../nodes/opcua-in/link/user'
import { OpcuaDeviceProcess } from '../../../../simulators/opcua/device-process'
import { type DeviceOptions, OpcuaDevice } from '../../../../simulators/opcua/opcua-device'
import { until } from '../../../support/until'
import { WireTap } from '../../../support/wire-tap'
import { connectTo } from './connecting'

const SECRET = 'open-sesame-4711'
const HOUR_MS = 3_600_000
const SERVER_TIME = { namespace: 0, id: { kind: 'numeric', value: 2258 }, range: '' } as const

const person = (password = SECRET, insists = false): User => ({ kind: 'username', name: 'operator', password, insists })

describe('A password on its way', () => {
  const OAEP = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep'
  const OLD = 'http://www.w3.org/2001/04/xmlenc#rsa-1_5'
  // biome-ignore format: a table, one line a way
  const ways: [mode: ConnectSettings['securityMode'], policy: string, algorithm: string | null, problem: RegExp | undefined][] = [
    ['signAndEncrypt', 'Basic256Sha256', OAEP, undefined],
    ['signAndEncrypt', 'Basic256Sha256', null, undefined],
    ['sign', 'Basic256Sha256', OAEP, undefined],
    ['sign', 'Basic256Sha256', null, /in clear.*only signed: choose sign and encrypt/],
    ['sign', 'Basic256Sha256', '', /in clear/],
    ['sign', 'Basic256Sha256', OLD, /has been broken/],
    ['sign', 'Basic128Rsa15', OLD, undefined],
    ['none', 'None', OAEP, /without security/],
    ['none', 'None', null, /without security/],
  ]
  for (const [mode, policy, algorithm, problem] of ways) {
    it(`${problem ? 'does not leave' : 'may leave'} over ${mode} ${policy} with ${algorithm || 'no encryption'}`, () => {
      const said = passwordProblem({ mode, policy, algorithm })
      if (problem) assert.match(said ?? '', problem)
      else assert.equal(said, undefined)
    })
  }
})

describe('The last door before a password leaves', () => {
  it('empties a request that would hold it in clear, and ends the connection', () => {
    const guard = new Guard()
    const client = OPCUAClient.create({})
    guardPassword(client, { mode: 'sign', policy: 'Basic256Sha256' }, guard)
    const userIdentityToken = new UserNameIdentityToken({ userName: 'operator', password: Buffer.from(SECRET) })
    client.emit('send_request', new ActivateSessionRequest({ userIdentityToken }))
    assert.deepEqual([userIdentityToken.password.length, guard.fault?.code], [0, 'password-unsafe'])
  })

  it('lets encrypted ones pass, and whatever has no password', () => {
    const guard = new Guard()
    const client = OPCUAClient.create({})
    guardPassword(client, { mode: 'sign', policy: 'Basic256Sha256' }, guard)
    const encryptionAlgorithm = 'http://opcfoundation.org/UA/security/rsa-oaep-sha2-256'
    const userIdentityToken = new UserNameIdentityToken({ password: Buffer.from('#'), encryptionAlgorithm })
    client.emit('send_request', new ActivateSessionRequest({ userIdentityToken }))
    client.emit('send_request', new ActivateSessionRequest({ userIdentityToken: new AnonymousIdentityToken({}) }))
    assert.deepEqual([userIdentityToken.password.length, guard.fault], [1, undefined])
  })
})

describe('Logging in at an OPC UA server', function () {
  this.timeout(30_000)
  let device: OpcuaDevice
  let tap: WireTap
  afterEach(async () => {
    await tap.close()
    await device.close()
  })
  async function start(settings: DeviceOptions = {}): Promise<void> {
    device = await OpcuaDevice.start({ users: { operator: SECRET }, ...settings })
    tap = await WireTap.before(device.port)
  }

  /** Reads once. */
  async function reads(others: Partial<ConnectSettings>): Promise<void> {
    const session = await connectTo(`opc.tcp://127.0.0.1:${tap.port}`, others)
    try {
      const [sample] = await session.read([SERVER_TIME])
      assert.equal(sample?.code, 0)
    } finally {
      await session.close()
    }
    await until(() => device.census().sessions === 0)
  }

  for (const securityMode of ['sign', 'signAndEncrypt'] as const) {
    it(`goes by user name, and nobody on the wire reads the password (${securityMode})`, async () => {
      await start()
      await reads({ securityMode, user: person() })
      assert.equal(tap.count('OPNF') > 0, true)
      assert.equal(tap.holds(SECRET), false)
    })

    it(`goes by certificate (${securityMode})`, async () => {
      await start()
      await reads({ securityMode, user: { kind: 'certificate' } })
    })
  }

  it('says what to do when the server does not let a user in', async () => {
    await start({ anonymous: false, acceptUnknownUsers: false })
    await assert.rejects(reads({ securityMode: 'sign', user: person('wrong') }), {
      kind: 'link',
      code: 'login-refused',
      message: /check user name, password and rights/,
    })
    await assert.rejects(reads({ securityMode: 'sign', user: { kind: 'certificate' } }), {
      code: 'login-refused',
      message: /this certificate.*trust it there/,
    })
    await assert.rejects(reads({ securityMode: 'sign' }), { code: 'login-unknown', message: /choose another/ })
  })

  it('piles up no sessions at a server that refuses it', async () => {
    await start()
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(reads({ securityMode: 'sign', user: person('wrong') }), { code: 'login-refused' })
    }
    assert.deepEqual([device.census().sessionsMade, device.census().sessionsPeak], [3, 1])
  })

  it('does not send a password in clear, even if the server asks for that', async () => {
    await start({ clearPasswords: true })
    await assert.rejects(reads({ securityMode: 'sign', user: person() }), {
      kind: 'link',
      code: 'password-unsafe',
      message: /in clear.*choose sign and encrypt/,
    })
    await assert.rejects(reads({ user: person() }), { code: 'password-unsafe', message: /without security/ })
    await reads({ securityMode: 'signAndEncrypt', user: person() })
    assert.equal(tap.holds(SECRET), false)
    await until(() => device.census().clients === 0)
    // The tap hears what is sent in clear.
    await reads({ securityMode: 'sign', user: person(SECRET, true) })
    assert.equal(tap.holds(SECRET), true)
  })

  it('takes no policy of old unless it was chosen', async () => {
    await start({ policies: ['Basic256', 'Basic128Rsa15'] })
    await assert.rejects(reads({ securityMode: 'signAndEncrypt' }), {
      kind: 'link',
      code: 'no-endpoint',
      message: /does not offer security signAndEncrypt auto, it has: .*signAndEncrypt Basic256/,
    })
    for (const securityPolicy of ['Basic256', 'Basic128Rsa15'] as const) {
      await reads({ securityMode: 'signAndEncrypt', securityPolicy, user: person() })
    }
    assert.equal(tap.holds(SECRET), false)
  })

  it('says that the server has no room for another session', async () => {
    await start({ limits: { maxSessions: 1 } })
    const first = await connectTo(device.endpoint)
    await assert.rejects(reads({}), { kind: 'link', code: 'too-many-sessions', message: /close other clients/ })
    await first.close()
  })

  it('renews its channel while values are read', async () => {
    await start({ tokenLifetimeMs: 300 })
    const session = await connectTo(`opc.tcp://127.0.0.1:${tap.port}`, { securityMode: 'signAndEncrypt' })
    const greeted = tap.count('OPNF')
    // each renewal is asked for and answered
    await until(async () => {
      assert.equal((await session.read([SERVER_TIME]))[0]?.code, 0)
      return tap.count('OPNF') >= greeted + 4
    }, 15_000)
    assert.equal(session.lost, undefined)
    assert.equal(device.census().sessionsMade >= 1, true)
    await session.close()
  })
})

describe('An OPC UA server whose clock is an hour behind', function () {
  this.timeout(30_000)
  it('is read all the same', async () => {
    const device = await OpcuaDeviceProcess.start({ clockOffsetMs: -HOUR_MS })
    try {
      for (const securityMode of ['none', 'signAndEncrypt'] as const) {
        const session = await connectTo(device.endpoint, { securityMode })
        const told: unknown = (await session.read([SERVER_TIME]))[0]?.value?.data
        await session.close()
        assert.ok(told instanceof Date)
        const behindMs = Date.now() - told.getTime()
        assert.ok(Math.abs(behindMs - HOUR_MS) < 60_000, `${behindMs} ms behind`)
      }
    } finally {
      await device.close()
    }
  })
})
