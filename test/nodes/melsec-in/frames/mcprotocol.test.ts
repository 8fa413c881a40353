import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import MCProtocol from 'mcprotocol'
import { codecOf } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION, type Request } from '../../../../nodes/melsec-in/frames/request'
import type { Encoding, Plc } from '../../../../nodes/melsec-in/series'

/** mcprotocol over a stream of ours instead of a socket; `answer` gives the reply to a request. */
class Line extends Duplex {
  readonly requests: Buffer[] = []
  readonly #answer: (request: Buffer) => Buffer

  constructor(answer: (request: Buffer) => Buffer) {
    super()
    this.#answer = answer
  }

  setKeepAlive(): void {}
  override _read(): void {}
  override _write(request: Buffer, _encoding: string, done: () => void): void {
    this.requests.push(Buffer.from(request))
    // later, as a socket does: what comes within write() it takes for an answer that it has not asked for
    setImmediate(() => this.push(this.#answer(request)))
    done()
  }
}

async function readWith(ascii: boolean, names: string[], answer: (request: Buffer) => Buffer) {
  const client = new MCProtocol()
  const line = new Line(answer)
  client.setTranslationCB((name) => name)
  client.connectNow = () => {
    client.isoclient = line
    client.onTCPConnect()
  }
  await new Promise<void>((resolve) => client.initiateConnection({ host: 'PLC', port: 0, ascii }, resolve))
  client.addItems(names)
  const values = await new Promise<Record<string, unknown>>((resolve) =>
    client.readAllItems((_anyBad, read) => resolve(read)),
  )
  client.dropConnection()
  return { values, requests: line.requests }
}

/** A PLC in which every word holds the lower 16 bits of its number. */
function answerWords(request: Buffer): Buffer {
  const words = request.readUInt8(10)
  const reply = Buffer.alloc(2 + 2 * words)
  reply.writeUInt8(request.readUInt8(0) + 0x80, 0)
  for (let at = 0; at < words; at++) reply.writeUInt16LE((request.readUInt32LE(4) + at) & 0xffff, 2 + 2 * at)
  return reply
}

const fx3 = (encoding: Encoding): Plc => ({ series: 'fx3', frame: '1E', encoding })
/** The timer that it is set to, without a way to change it. */
const ITS_TIMER = 10

describe('mcprotocol, as a witness of 1E', () => {
  const print = console.log
  before(() => {
    // it tells everything it does on the console, without a way to turn it off
    console.log = () => {}
  })
  after(() => {
    console.log = print
  })

  const rows: [name: string, device: string, number: number, words: number, value: unknown, ascii: boolean][] = [
    ['D350', 'D', 350, 1, 0x56ab, false],
    ['D350', 'D', 350, 1, 0x56ab, true],
    ['D350,2', 'D', 350, 2, [0x56ab, 0x170f], false],
    ['R100', 'R', 100, 1, 0x56ab, false],
    ['TN5', 'TN', 5, 1, 0x56ab, true],
    ['CN199', 'CN', 199, 1, 0x56ab, false],
    ['DDINT350', 'D', 350, 2, 0x170f56ab, false],
    ['DDINT350', 'D', 350, 2, 0x170f56ab, true],
    ['CN200', 'CN', 200, 2, 0x170f56ab, false],
    // 56AB = 0101 0110 1010 1011: bit 3 is on, bit 2 off
    ['M35', 'M', 32, 1, true, false],
    ['X10', 'X', 0, 1, false, false],
    ['S34', 'S', 32, 1, false, true],
  ]
  for (const [name, device, number, words, value, ascii] of rows) {
    it(`asks for ${name} in ${ascii ? 'ASCII' : 'binary'} with the same bytes, and reads the same answer`, async () => {
      const codec = codecOf(fx3(ascii ? 'ascii' : 'binary'), OWN_STATION, ITS_TIMER)
      const request: Request = { kind: 'words', device, number, words }
      const data = ['56AB', '170F'].slice(0, words)
      const reply = ascii
        ? Buffer.from(`8100${data.join('')}`, 'latin1')
        : Buffer.concat([Buffer.of(0x81, 0), Buffer.from(data.join(''), 'hex').swap16()])
      const { values, requests } = await readWith(ascii, [name], () => reply)
      assert.deepEqual(
        requests.map((bytes) => bytes.toString('latin1').toUpperCase()),
        [codec.encode(request, 0).toString('latin1').toUpperCase()],
      )
      assert.deepEqual(values[name], value)
      const decoded = codec.decode(reply, request, 0)
      assert.ok(decoded.kind === 'registers')
      assert.deepEqual(
        data.map((_, at) => decoded.registers.getUint16(2 * at)),
        data.map((word) => Number.parseInt(word, 16)),
      )
    })
  }

  describe('is not the driver, because behind a stream that mends its connection it still', () => {
    const pointsOf = (requests: Buffer[]) => requests.map((request) => [request.readUInt32LE(4), request.readUInt8(10)])

    it('asks beyond the devices, so that a PLC refuses what it has: 22 words for 7 at the end of D', async () => {
      const { requests } = await readWith(false, ['D8500', 'DFLOAT8505'], answerWords)
      assert.deepEqual(pointsOf(requests), [[8500, 22]])
      assert.throws(
        () => codecOf(fx3('binary'), OWN_STATION, 4).encode({ kind: 'words', device: 'D', number: 8500, words: 22 }, 0),
        RangeError,
      )
    })

    it('reads C199 and C200 together, which the adapter refuses', async () => {
      const { requests } = await readWith(false, ['CN199', 'CN200'], answerWords)
      assert.equal(requests.length, 1)
      assert.equal(pointsOf(requests)[0]?.[0], 199)
    })

    it('calls good answers bad, when bits of two words are next to each other', async () => {
      const { values } = await readWith(false, ['M0', 'M17,20'], answerWords)
      assert.equal(values.M0, 'BAD 255')
    })

    it('takes an address that is none for another one', async () => {
      const { values, requests } = await readWith(false, ['X8', 'D100.F'], answerWords)
      assert.deepEqual(values, { X8: false, 'D100.F': false })
      assert.equal(requests.length, 2)
    })

    it('does not tell which end code the PLC gave', async () => {
      const { values } = await readWith(false, ['D0'], () => Buffer.of(0x81, 0x57))
      assert.deepEqual(values, { D0: 'BAD 255' })
    })
  })
})
