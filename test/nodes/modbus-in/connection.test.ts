import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault } from '../../../lib/contract/fault'
import type { Answer, ReadRequest } from '../../../lib/polling/protocol'
import type { Area } from '../../../nodes/modbus-in/addresses'
import type { ReadArea } from '../../../nodes/modbus-in/areas'
import { Connection } from '../../../nodes/modbus-in/link/connection'
import { framingOf } from '../../../nodes/modbus-in/link/framing'
import { type Line, lineOf } from '../../../nodes/modbus-in/link/line'
import { rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { asciiFrame } from '../../../simulators/modbus/ascii-frame'
import { configOf, registers } from './config'
import { ImaginedLink } from './imagined-link'
import { withCrc } from './raw-device'

const REQUEST: ReadRequest<Area> = { unit: 1, area: 'holding', address: 100, length: 2 }
const FRAME = rtuFrame(1, 3, 100, 2)
const ANSWER = withCrc(Buffer.from('01030412345678', 'hex'))
const FAST: Line = { timeMs: () => 0, gapMs: 1 }
const SLOW: Line = { timeMs: (bytes) => bytes, gapMs: 20 }

function connectionOver(link: ImaginedLink, timeoutMs = 60, others: object = { transport: 'rtu', serialPort: 'x' }) {
  const config = configOf(registers(1), { timeout: timeoutMs, ...others })
  const noises: string[] = []
  const connection = new Connection(
    link,
    framingOf(config, () => 0),
    { timeoutMs, onLate: () => {}, onNoise: (text) => noises.push(text) },
  )
  return { connection, noises }
}

/** Answers in the next turn of the event loop; Return Query Data with its echo. */
function honest(link: ImaginedLink): void {
  link.onWrite = (bytes) => setImmediate(() => link.say(bytes[1] === 8 ? bytes : ANSWER))
}

/** As a reader asks. */
async function ask(connection: Connection, request: ReadRequest<ReadArea> = REQUEST): Promise<Answer> {
  const way = await connection.clear(request)
  return way === 'doubtful' ? { kind: 'silence' } : await connection.read(request)
}

describe('a connection over a serial line', () => {
  it('leaves the line alone for the silence between two frames', async () => {
    const link = new ImaginedLink(SLOW)
    let answeredMs = 0
    link.onWrite = (bytes) =>
      setImmediate(() => {
        answeredMs = performance.now()
        link.say(bytes[1] === 8 ? bytes : ANSWER)
      })
    const { connection } = connectionOver(link, 1000)
    await ask(connection)
    for (let times = 0; times < 3; times++) {
      const heardMs = answeredMs
      await ask(connection)
      const askedMs = link.written.at(-1)?.atMs ?? 0
      assert.ok(askedMs - heardMs >= SLOW.gapMs, `${askedMs - heardMs} ms`)
    }
  })

  it('asks all the same on a line that is never silent', async () => {
    const link = new ImaginedLink(SLOW)
    const { connection, noises } = connectionOver(link, 50)
    const noise = setInterval(() => link.say(Buffer.of(0xff)), 2)
    try {
      assert.deepEqual(await ask(connection), { kind: 'silence' })
      assert.deepEqual(link.written.at(-1)?.bytes, FRAME)
      assert.ok(noises.length > 0)
    } finally {
      clearInterval(noise)
    }
  })

  it('waits as long as the bytes need, and the timeout after that', async () => {
    // 8 bytes there and 9 back
    const link = new ImaginedLink({ timeMs: (bytes) => bytes * 20, gapMs: 1 })
    link.onWrite = (bytes) => setTimeout(() => link.say(bytes[1] === 8 ? bytes : ANSWER), 150)
    const { connection } = connectionOver(link, 50)
    assert.equal((await ask(connection)).kind, 'data')
  })

  it('asks nothing else as long as an answer to the same may still come', async () => {
    const link = new ImaginedLink(FAST)
    honest(link)
    const { connection } = connectionOver(link)
    await ask(connection)
    link.onWrite = () => {}
    assert.deepEqual(await ask(connection), { kind: 'silence' })
    const asked = link.written.length
    for (let times = 0; times < 3; times++) assert.deepEqual(await ask(connection), { kind: 'silence' })
    assert.ok(link.written.slice(asked).every(({ bytes }) => !bytes.equals(FRAME)))
    honest(link)
    assert.equal((await ask(connection)).kind, 'data')
  })

  for (const [when, awaited] of [
    ['a proof', 1],
    ['the answer', 2],
  ] as const) {
    it(`fails what waits for ${when} when the link ends, and closes it once and for all`, async () => {
      const link = new ImaginedLink(FAST)
      link.onWrite = (bytes) => {
        if (link.written.length < awaited) setImmediate(() => link.say(bytes))
      }
      const { connection } = connectionOver(link, 60_000)
      const reading = assert.rejects(ask(connection), { code: 'port-gone' })
      while (link.written.length < awaited) await delay(1)
      link.listener?.ended(new Fault('link', 'port-gone', 'gone'))
      await reading
      assert.equal(connection.fault?.code, 'port-gone')
      await assert.rejects(ask(connection), { code: 'port-gone' })
      await connection.close()
      await connection.close()
      assert.equal(connection.fault?.code, 'port-gone')
    })
  }

  it('takes one request at a time', async () => {
    const link = new ImaginedLink(FAST)
    const { connection } = connectionOver(link)
    const reading = ask(connection)
    await assert.rejects(ask(connection), { kind: 'bug' })
    assert.deepEqual(await reading, { kind: 'silence' })
  })
})

describe('a connection over TCP', () => {
  const WIDE: ReadRequest<ReadArea> = { ...REQUEST, area: 'holding*2' }
  const frame = (request: Buffer, hex: string) => Buffer.concat([request.subarray(0, 2), Buffer.from(hex, 'hex')])
  const over = (link: ImaginedLink, timeoutMs: number) =>
    connectionOver(link, timeoutMs, { transport: 'tcp' }).connection

  it('ends a request whose answer deviates at once, and the next one is another', async () => {
    const link = new ImaginedLink()
    const connection = over(link, 60_000)
    const answers = ['0000000702030412345678', '00000003018302', '0000000701030412345678']
    link.onWrite = (bytes) => setImmediate(() => link.say(frame(bytes, answers.shift() ?? '')))
    const first = await ask(connection)
    assert.equal(first.kind, 'deviation')
    assert.deepEqual(await ask(connection), { kind: 'exception', code: 2 })
    assert.equal((await ask(connection)).kind, 'data')
    assert.equal(connection.fault, undefined)
    await connection.close()
  })

  it('says what came instead of an answer', async () => {
    const link = new ImaginedLink()
    const connection = over(link, 40)
    link.onWrite = () => setImmediate(() => link.say(Buffer.from('fffd18fffd20', 'hex')))
    const answer = await ask(connection)
    assert.ok(answer.kind === 'silence' && answer.instead?.includes('Telnet'), JSON.stringify(answer))
    link.onWrite = () => {}
    assert.deepEqual(await ask(connection), { kind: 'silence' })
    await connection.close()
  })

  it('asks for as many addresses as are meant, and gives all their registers', async () => {
    const link = new ImaginedLink()
    const connection = over(link, 60_000)
    link.onWrite = (bytes) => setImmediate(() => link.say(frame(bytes, '0000000b010308000100020003fffe')))
    const answer = await connection.read(WIDE)
    assert.equal(link.written[0]?.bytes.toString('hex', 2), '00000006010300640002')
    assert.ok(answer.kind === 'data')
    assert.equal(answer.view.byteLength, 8)
    assert.equal(answer.view.getUint16(6), 0xfffe)
    await connection.close()
  })
})

describe('a connection over a serial line that sends ASCII', () => {
  it('waits as long as twice the characters need', async () => {
    // 17 characters there and 19 back
    const link = new ImaginedLink({ timeMs: (bytes) => bytes * 10, gapMs: 1 })
    const { connection } = connectionOver(link, 50, { transport: 'ascii', serialPort: 'x' })
    link.onWrite = (bytes) => {
      const isProof = bytes.toString('latin1', 3, 5) === '08'
      setTimeout(() => link.say(isProof ? bytes : asciiFrame(ANSWER.subarray(0, -2))), 250)
    }
    assert.equal((await ask(connection)).kind, 'data')
    await connection.close()
  })
})

describe('the pace of a serial line', () => {
  const table: [baudRate: number, dataBits: number, stopBits: number, parity: string, gapMs: number, byteMs: number][] =
    [
      [9600, 8, 1, 'none', 3.646, 1.042],
      [9600, 8, 1, 'even', 4.01, 1.146],
      [9600, 8, 2, 'none', 4.01, 1.146],
      [1200, 7, 1, 'odd', 29.167, 8.333],
      [19_200, 8, 1, 'even', 2.005, 0.573],
      [38_400, 8, 1, 'even', 1.75, 0.286],
      [115_200, 8, 1, 'none', 1.75, 0.087],
    ]
  for (const [baudRate, dataBits, stopBits, parity, gapMs, byteMs] of table) {
    it(`is ${gapMs} ms between frames with ${baudRate} ${dataBits}${parity}${stopBits}`, () => {
      const settings = { transport: 'rtu', serialPort: 'x', baudRate, dataBits, stopBits, parity }
      const line = lineOf(configOf(registers(1), settings))
      assert.equal(Math.round(line.gapMs * 1000) / 1000, gapMs)
      assert.equal(Math.round(line.timeMs(1) * 1000) / 1000, byteMs)
    })
  }
})
