import assert from 'node:assert/strict'
import { Fault } from '../../../../lib/contract/fault'
import { plainValue } from '../../../../nodes/opcua-in/values'
import type { HostileFrame, HostileValue } from '../../../../simulators/opcua/raw/hostile-acts'
import { type RawConduct, RawServer, STAGES } from '../../../../simulators/opcua/raw/raw-server'
import { until } from '../../../support/until'
import { NO_TYPES } from '../no-types'
import { closeAll } from '../reader-bench'
import { connectTo } from './connecting'

const NODE = { namespace: 1, id: { kind: 'string', value: 'x' }, range: '' } as const
/** Of each answer: as long as a busy machine may take, and where nothing comes. */
const TIMEOUT_MS = 5000
const SHORT_MS = 300

describe('A hostile OPC UA server', function () {
  this.timeout(20_000)
  let server: RawServer
  before(async () => {
    server = await RawServer.start()
  })
  afterEach(closeAll)
  after(() => server.close())

  /** All that a reader asks for. */
  async function ask(timeoutMs: number): Promise<void> {
    const session = await connectTo(server.endpoint, { timeoutMs })
    try {
      await session.read([NODE])
      const { id } = await session.createSubscription({
        publishingMs: 100,
        keepAliveCount: 10,
        lifetimeCount: 100,
        notificationsMax: 1000,
      })
      await session.createItems(id, [{ node: NODE, handle: 0, samplingMs: 100, queueSize: 1, deadband: undefined }])
      await session.publish([], timeoutMs)
    } finally {
      await session.close()
    }
  }

  async function faultOf(conduct: RawConduct, timeoutMs = TIMEOUT_MS): Promise<Fault> {
    server.conduct = conduct
    try {
      await ask(timeoutMs)
    } catch (thrown) {
      assert.ok(thrown instanceof Fault, String(thrown))
      // Sooner than the library lets go of a server that does not answer.
      await until(() => server.clients === 0, 3000)
      return thrown
    }
    throw new Error('it was believed')
  }

  const frames: [frame: HostileFrame, kind: string, code: string, words: RegExp][] = [
    ['huge-chunk', 'protocol', 'message-too-large', /a chunk of 2147483647 bytes, 65536 are the limit/],
    ['empty-chunk', 'protocol', 'malformed-message', /a chunk of 0 bytes/],
    ['huge-error', 'link', 'ended-by-server', /^the server ended the connection: BadUnexpectedError$/],
    ['refusal', 'link', 'ended-by-server', /^the server ended the connection: BadTcpServerTooBusy, no room .{50,200}$/],
    ['wrong-type', 'protocol', 'not-opcua', /does not speak OPC UA: is the port right/],
    ['garbage', 'protocol', 'not-opcua', /does not speak OPC UA/],
  ]
  for (const [frame, kind, code, words] of frames) {
    it(`ends the connection, with words for it, by sending ${frame} in the place of any reply`, async () => {
      for (const at of STAGES) {
        const fault = await faultOf({ act: 'frame', frame, at })
        assert.deepEqual({ at, kind: fault.kind, code: fault.code }, { at, kind, code })
        assert.match(fault.message, words)
      }
    })
  }

  it('may not acknowledge with buffers of no size, nor later than at the beginning', async () => {
    const fault = await faultOf({ act: 'frame', frame: 'no-buffers', at: 'Hello' })
    assert.deepEqual([fault.kind, fault.code], ['protocol', 'buffers-too-small'])
    assert.match(fault.message, /of 0 bytes only, OPC UA asks for 8192/)
    assert.match((await faultOf({ act: 'frame', frame: 'no-buffers', at: 'Read' })).message, /ACK at the wrong time/)
  })

  it('may not send chunks without end, or a swarm of them, or break off a message', async () => {
    const endless = await faultOf({ act: 'chunks', at: 'Read', bytesMax: 200 * 1024 * 1024 })
    assert.deepEqual(
      [endless.code, endless.message],
      ['message-too-large', 'the server sent a message of more than 16777216 bytes'],
    )
    for (const frame of ['swarm', 'broken-off'] as const) {
      assert.equal((await faultOf({ act: 'frame', frame, at: 'Read' })).kind, 'protocol', frame)
    }
  })

  for (const at of ['Read', 'Publish'] as const) {
    it(`is not waited for longer than agreed when it stops in the middle of a reply to ${at}`, async () => {
      const fault = await faultOf({ act: 'frame', frame: 'half', at }, SHORT_MS)
      assert.deepEqual([fault.kind, fault.code], ['link', 'no-answer'])
    })
  }

  const values: [value: HostileValue, code: string, words: RegExp][] = [
    ['huge-string', 'BadDecodingError', /maxStringLength/],
    ['huge-bytes', 'BadDecodingError', /cannot be read/],
    ['huge-array', 'BadDecodingError', /cannot be read/],
    ['deep-variant', 'BadDecodingError', /nesting level of 128/],
    ['many-strings', 'BadEncodingLimitsExceeded', /more than 200000 parts/],
    ['many-nulls', 'BadEncodingLimitsExceeded', /more than 200000 parts/],
    ['rewinding', 'BadEncodingLimitsExceeded', /more than/],
  ]
  for (const [value, code, words] of values) {
    it(`brings a value that is not believed, which costs the request that asked for it: ${value}`, async () => {
      server.conduct = undefined
      const session = await connectTo(server.endpoint, { timeoutMs: TIMEOUT_MS })
      server.conduct = { act: 'hostile-value', value }
      await assert.rejects(session.read([NODE]), { kind: 'device', code, message: words })
      server.conduct = undefined
      assert.equal((await session.read([NODE]))[0]?.value?.data, 42)
      await session.close()
    })
  }

  it('brings a matrix that is not believed, which costs nothing else: huge-matrix', async () => {
    server.conduct = { act: 'hostile-value', value: 'huge-matrix' }
    const session = await connectTo(server.endpoint, { timeoutMs: TIMEOUT_MS })
    const [sample] = await session.read([NODE])
    const plain = plainValue(sample?.value, { scale: 1, offset: 0 }, NO_TYPES)
    assert.deepEqual(plain, { problem: 'the server sent 1 elements for an array of 65536 x 65536 x 65536' })
    await session.close()
  })

  it('may not nest diagnostics without end, wherever they are', async () => {
    for (const at of ['OpenSecureChannel', 'CreateSession', 'Read', 'CreateSubscription'] as const) {
      assert.match((await faultOf({ act: 'diagnostics', at })).message, /nesting level of 128/, at)
    }
  })

  it('may not bring a million samples at once', async () => {
    const fault = await faultOf({ act: 'samples' })
    assert.deepEqual([fault.kind, fault.code], ['device', 'BadEncodingLimitsExceeded'])
  })

  it('may not say that a session has no timeout at all', async () => {
    assert.equal((await faultOf({ act: 'session-timeout', ms: Number.POSITIVE_INFINITY })).code, 'session-timeout')
  })

  it('may say that its channel lasts for ever, which is no reason to renew it all the time', async () => {
    server.conduct = { act: 'token-lifetime', ms: 0xffffffff }
    const before = server.opened
    const session = await connectTo(server.endpoint)
    for (let times = 0; times < 20; times++) await session.read([NODE])
    await session.close()
    assert.equal(server.opened - before, 1)
  })

  it('is talked to again once it behaves', async () => {
    server.conduct = undefined
    const session = await connectTo(server.endpoint)
    assert.equal((await session.read([NODE]))[0]?.value?.data, 42)
    await session.close()
  })
})
