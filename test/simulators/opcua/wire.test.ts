import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { parseWireMood, Wire, type WireMood } from '../../../simulators/opcua/wire'
import { until } from '../../support/until'

/**
 * Says "hello" to everybody and then everything twice.
 * @param said what it was told
 */
function echoServer(said: string[]): Server {
  return createServer((socket) => {
    socket.on('error', () => {})
    socket.write('hello ')
    socket.on('data', (bytes) => {
      said.push(bytes.toString())
      socket.write(Buffer.concat([bytes, bytes]))
    })
  })
}

class Caller {
  readonly #socket: Socket
  heard = ''
  /** In how many pieces. */
  pieces = 0
  end: string | undefined

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => {
      this.heard += text
      this.pieces++
    })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end = error.code
    })
    this.#socket.on('close', () => {
      this.end ??= 'closed'
    })
  }
  say(text: string): void {
    this.#socket.write(text)
  }
  async hears(text: string): Promise<void> {
    await until(() => this.heard === text)
  }
  async ends(how: string): Promise<void> {
    await until(() => this.end !== undefined)
    assert.equal(this.end, how)
  }
  close(): void {
    this.#socket.destroy()
  }
}

function portOf(server: Server): number {
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return address.port
}

describe('A wire', () => {
  let server: Server
  let wire: Wire
  let callers: Caller[] = []
  let said: string[] = []
  beforeEach(async () => {
    said = []
    server = echoServer(said)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    wire = await Wire.open('127.0.0.1', 0)
    wire.leadTo({ host: '127.0.0.1', port: portOf(server) })
  })
  afterEach(async () => {
    for (const caller of callers) caller.close()
    callers = []
    await wire.close()
    server.close()
    await once(server, 'close')
  })
  const call = (port = wire.port): Caller => {
    const caller = new Caller(port)
    callers.push(caller)
    return caller
  }

  it('passes bytes through, and counts who is there', async () => {
    const caller = call()
    await caller.hears('hello ')
    caller.say('a')
    await caller.hears('hello aa')
    assert.deepEqual([wire.connections, wire.clients], [1, 1])
    caller.close()
    await until(() => wire.clients === 0)
  })

  it('resets who comes, while it is in that mood', async () => {
    const there = call()
    await there.hears('hello ')
    wire.behave({ mood: 'reset-at-connect' })
    await call().ends('ECONNRESET')
    there.say('a')
    await there.hears('hello aa')
  })

  it('resets who comes when it leads nowhere', async () => {
    wire.leadTo(undefined)
    await call().ends('ECONNRESET')
  })

  it('falls silent, and brings later what was sent meanwhile', async () => {
    const there = call()
    await there.hears('hello ')
    wire.behave({ mood: 'silent' })
    const late = call()
    await until(() => wire.clients === 2)
    there.say('a')
    late.say('b')
    // Whoever does not go over the wire is served meanwhile.
    const direct = call(portOf(server))
    direct.say('c')
    await direct.hears('hello cc')
    assert.deepEqual(said, ['c'])
    assert.deepEqual([there.heard, late.heard, late.end], ['hello ', '', undefined])
    wire.behave({ mood: 'pass' })
    await there.hears('hello aa')
    await late.hears('hello bb')
  })

  it('delays replies, and keeps their order when it does not any more', async () => {
    const caller = call()
    await caller.hears('hello ')
    wire.behave({ mood: 'delay', ms: 150 })
    const since = performance.now()
    caller.say('a')
    await until(() => performance.now() - since > 20)
    wire.behave({ mood: 'pass' })
    caller.say('b')
    await caller.hears('hello aabb')
    assert.ok(performance.now() - since >= 149)
  })

  it('resets in the middle of a reply', async () => {
    const caller = call()
    await caller.hears('hello ')
    wire.behave({ mood: 'reset-in-reply', afterBytes: 3 })
    caller.say('abcd')
    await caller.ends('ECONNRESET')
    assert.ok('hello abc'.startsWith(caller.heard))
  })

  it('brings garbage instead of a reply, once', async () => {
    const caller = call()
    await caller.hears('hello ')
    wire.behave({ mood: 'garbage', bytes: 10 })
    caller.say('a')
    await until(() => caller.heard.length === 16)
    assert.ok(!caller.heard.includes('aa'))
    caller.say('b')
    await until(() => caller.heard.endsWith('bb'))
  })

  it('splits replies, and joins them', async () => {
    const caller = call()
    await caller.hears('hello ')
    const pieces = caller.pieces
    wire.behave({ mood: 'split', bytes: 1 })
    caller.say('abc')
    await caller.hears('hello abcabc')
    assert.ok(caller.pieces - pieces > 1)
    wire.behave({ mood: 'clump', ms: 50 })
    caller.say('d')
    await until(() => said.at(-1) === 'd')
    caller.say('e')
    await caller.hears('hello abcabcddee')
  })

  it('speaks HTTP', async () => {
    wire.behave({ mood: 'http' })
    const caller = call()
    caller.say('HEL')
    await caller.ends('closed')
    assert.match(caller.heard, /HTTP\/1\.1 400/)
  })

  it('is cut, and mended on the same port', async () => {
    const { port } = wire
    const caller = call()
    await caller.hears('hello ')
    await wire.goOffline()
    await caller.ends('ECONNRESET')
    await call().ends('ECONNREFUSED')
    await wire.comeBack()
    await wire.comeBack()
    assert.equal(wire.port, port)
    await call().hears('hello ')
    await wire.close()
    await wire.comeBack()
    await call().ends('ECONNREFUSED')
  })

  it('is told its mood by commands', () => {
    const moods: WireMood[] = [
      { mood: 'pass' },
      { mood: 'silent' },
      { mood: 'reset-at-connect' },
      { mood: 'http' },
      { mood: 'delay', ms: 1 },
      { mood: 'reset-in-reply', afterBytes: 0 },
      { mood: 'garbage', bytes: 5 },
      { mood: 'split', bytes: 1 },
      { mood: 'clump', ms: 1 },
    ]
    assert.deepEqual(moods.map(parseWireMood), moods)
    for (const wrong of [null, {}, { mood: 'gloomy' }, { mood: 'delay' }, { mood: 'split', bytes: 0 }]) {
      assert.equal(parseWireMood(wrong), undefined)
    }
  })
})
