import assert from 'node:assert/strict'
import { DataType } from 'node-opcua-client'
import * as binary from '../../../simulators/opcua/raw/binary'
import {
  HOSTILE_FRAMES,
  HOSTILE_VALUES,
  type HostileFrame,
  type HostileValue,
} from '../../../simulators/opcua/raw/hostile-acts'
import { acknowledge, message } from '../../../simulators/opcua/raw/messages'
import { RawServer } from '../../../simulators/opcua/raw/raw-server'
import { PlainClient } from '../../support/opcua-client'
import { until } from '../../support/until'
import { RawClient } from '../raw-client'

const HUGE = 0x7fffffff
const HANDLE = 9
const HELLO = message(
  'HELF',
  Buffer.concat([...[0, 8192, 8192, 0, 0].map(binary.uint32), binary.string('opc.tcp://x')]),
)

/** Without its last fields, which the server does not read. */
const OPEN = message(
  'OPNF',
  Buffer.concat([
    binary.uint32(0),
    ...['http://opcfoundation.org/UA/SecurityPolicy#None', null, null].map(binary.string),
    ...[1, 1].map(binary.uint32),
    binary.nodeId(446),
    binary.bytes(0, 0),
    binary.int64(0n),
    binary.uint32(HANDLE),
  ]),
)

/** Part 6, 6.7.2 and Part 4, 7.28: without security. */
function request(typeId: number, body = Buffer.alloc(0)): Buffer {
  const [channel, token, sequence, id] = [7, 1, 1, 1].map(binary.uint32)
  const header = [binary.bytes(0, 0), binary.int64(0n), binary.uint32(HANDLE), binary.uint32(0), binary.string(null)]
  const parts = [
    channel,
    token,
    sequence,
    id,
    binary.nodeId(typeId),
    ...header,
    binary.uint32(0),
    binary.noExtension,
    body,
  ]
  return message('MSGF', Buffer.concat(parts.filter((part) => part !== undefined)))
}
function garbageHead(): [kind: string, size: number] {
  const head = HOSTILE_FRAMES.garbage()
  return [head.toString('latin1', 0, 4), head.readUInt32LE(4)]
}
/** Of the answer to a Read of one value. */
function replyLength(valueLength: number): number {
  const body = valueLength + 36
  return body + 24 * Math.ceil(body / 60_000)
}
/** Of a message, whatever the number of its chunks. */
function bodyOf(answer: Buffer): Buffer {
  const bodies: Buffer[] = []
  for (let at = 0; at < answer.length; at += answer.readUInt32LE(at + 4)) {
    bodies.push(answer.subarray(at + 24, at + answer.readUInt32LE(at + 4)))
  }
  return Buffer.concat(bodies)
}
function readRequest(count: number): Buffer {
  return request(631, Buffer.concat([binary.double(0), binary.int32(3), binary.int32(count)]))
}

describe('A server that speaks OPC UA by hand', function () {
  this.timeout(60_000)
  let server: RawServer
  beforeEach(async () => {
    server = await RawServer.start()
  })
  afterEach(() => server.close())

  async function firstValue() {
    const client = await PlainClient.open(server.endpoint)
    try {
      return await client.read('ns=1;s=Anything')
    } finally {
      await client.close()
    }
  }

  it('brings a client of another make to its first value, and lets it go', async () => {
    const { value, statusCode } = await firstValue()
    assert.deepEqual([value.dataType, value.value, statusCode.value], [DataType.Int32, 42, 0])
    await until(() => server.clients === 0)
  })

  it('brings the value that it is given, byte by byte', async () => {
    const variant = binary.arrayVariant('Double', 4, Buffer.concat([1, 2, 3, 4].map(binary.double)), [2, 2])
    server.conduct = { act: 'value', value: binary.dataValue(variant, 0x40900480) }
    const { value, statusCode } = await firstValue()
    assert.deepEqual([Array.from(value.value), value.dimensions, statusCode.value], [[1, 2, 3, 4], [2, 2], 0x40900480])
  })

  /** What a client hears first, after its greeting or after its request; it goes then. */
  async function heard(request: Buffer, atLeast: number): Promise<Buffer> {
    const client = await RawClient.connect(server.port)
    client.send(request)
    const answer = await client.receive(atLeast)
    client.close()
    return answer
  }

  for (const value of Object.keys(HOSTILE_VALUES) as HostileValue[]) {
    it(`brings a value that no client must believe: ${value}`, async () => {
      server.conduct = { act: 'hostile-value', value }
      const expected = HOSTILE_VALUES[value]()
      const answer = await heard(readRequest(1), replyLength(expected.length))
      assert.ok(bodyOf(answer).includes(expected))
    })
  }

  it('claims what is not there', () => {
    const claims = (value: HostileValue) => HOSTILE_VALUES[value]().readInt32LE(2)
    assert.deepEqual([claims('huge-string'), claims('huge-bytes'), claims('huge-array')], [HUGE, HUGE, HUGE])
    assert.ok(HOSTILE_VALUES['deep-variant']().length > 100_000)
  })

  const frames: { [frame in HostileFrame]: [kind: string, size: number] } = {
    'huge-chunk': ['MSGF', HUGE],
    'empty-chunk': ['MSGF', 0],
    'huge-error': ['ERRF', 16],
    'wrong-type': ['XYZF', 108],
    'no-buffers': ['ACKF', 28],
    half: ['MSGF', 1000],
    garbage: garbageHead(),
    'broken-off': ['MSGC', 60_024],
    swarm: ['MSGC', 12],
    refusal: ['ERRF', 40_016],
  }
  for (const frame of Object.keys(HOSTILE_FRAMES) as HostileFrame[]) {
    it(`sends instead of a reply: ${frame}`, async () => {
      server.conduct = { act: 'frame', frame, at: 'Read' }
      const answer = await heard(readRequest(1), 8)
      assert.deepEqual([answer.toString('latin1', 0, 4), answer.readUInt32LE(4)], frames[frame])
    })
  }

  it('strikes at the stage it is told', async () => {
    server.conduct = { act: 'frame', frame: 'wrong-type', at: 'Hello' }
    assert.equal((await heard(HELLO, 8)).toString('latin1', 0, 4), 'XYZF')
    server.conduct = { act: 'frame', frame: 'wrong-type', at: 'OpenSecureChannel' }
    assert.deepEqual(await heard(HELLO, 28), acknowledge())
    assert.equal((await heard(OPEN, 8)).toString('latin1', 0, 4), 'XYZF')
  })

  it('sends chunks that never end, until the client goes or so many were sent', async () => {
    const bytesMax = 4 * 1024 * 1024
    server.conduct = { act: 'chunks', at: 'Read', bytesMax }
    const answer = await heard(readRequest(1), bytesMax)
    const first = answer.readUInt32LE(4)
    assert.deepEqual([answer.toString('latin1', 0, 4), answer.toString('latin1', first, first + 4)], ['MSGC', 'MSGC'])
    await until(() => server.clients === 0)
  })

  it('nests diagnostics', async () => {
    server.conduct = { act: 'diagnostics', at: 'Read' }
    assert.ok(bodyOf(await heard(readRequest(1), 50_036)).includes(Buffer.alloc(50_000, 0x40)))
  })

  it('answers a service that it does not know, and cuts off who sends no OPC UA', async () => {
    const answer = await heard(request(9999), 30)
    assert.ok(answer.includes(Buffer.concat([binary.uint32(HANDLE), binary.uint32(0x800b0000)])))
    const client = await RawClient.connect(server.port)
    client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    assert.equal(await client.end(), 'ECONNRESET')
  })
})
