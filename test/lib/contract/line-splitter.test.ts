import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { type Line, LineSplitter } from '../../../lib/contract/line-splitter'

const MEGABYTE = 2 ** 20

type Read = { text: string; cut: number }

function read(line: Line): Read {
  return { text: Buffer.from(line.bytes).toString('latin1'), cut: line.cut }
}

/** All lines of a stream that comes in these chunks. */
function split(maxBytes: number, chunks: Uint8Array[]): Read[] {
  const splitter = new LineSplitter(maxBytes)
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()].map(read)
}

/** What is reachable, bytes. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

const whole = (text: string): Read => ({ text, cut: 0 })

describe('a stream as lines', () => {
  const table: { what: string; stream: string; lines: Read[] }[] = [
    { what: 'nothing', stream: '', lines: [] },
    { what: 'one line', stream: 'a\n', lines: [whole('a')] },
    { what: 'empty lines', stream: '\n\n', lines: [whole(''), whole('')] },
    { what: 'lines that end as on Windows', stream: 'a\r\nb\r\n', lines: [whole('a'), whole('b')] },
    { what: 'a carriage return inside of a line', stream: 'a\rb\n', lines: [whole('a\rb')] },
    { what: 'no line end at the end', stream: 'a\nb', lines: [whole('a'), whole('b')] },
    { what: 'a line as long as may be', stream: '12345678\n', lines: [whole('12345678')] },
    { what: 'a line that is too long', stream: '123456789\nb\n', lines: [{ text: '12345678', cut: 1 }, whole('b')] },
    {
      what: 'an end that is twice as long as may be',
      stream: '1234567812345678',
      lines: [{ text: '12345678', cut: 8 }],
    },
    { what: 'an end that is too long', stream: '1234567890', lines: [{ text: '12345678', cut: 2 }] },
  ]
  for (const { what, stream, lines } of table) {
    it(`are right for ${what}, in one piece and in single bytes`, () => {
      const bytes = Buffer.from(stream, 'latin1')
      assert.deepEqual(split(8, [bytes]), lines)
      assert.deepEqual(
        split(
          8,
          [...bytes].map((byte) => Uint8Array.of(byte)),
        ),
        lines,
      )
    })
  }

  it('are the same however the stream is split', () => {
    const streams = fc.array(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', 'xyzxyz'), { maxLength: 30 })
    fc.assert(
      fc.property(streams, fc.array(fc.nat({ max: 60 })), fc.integer({ min: 1, max: 20 }), (parts, cuts, maxBytes) => {
        const stream = Buffer.from(parts.join(''), 'latin1')
        const places = [0, ...cuts.filter((at) => at < stream.length).sort((a, b) => a - b), stream.length]
        const chunks = places.slice(1).map((end, index) => stream.subarray(places[index], end))
        assert.deepEqual(split(maxBytes, chunks), split(maxBytes, [stream]))
      }),
    )
  })

  it('together with what was cut are the whole stream', () => {
    const streams = fc.array(fc.constantFrom('a', '\n', 'xyzxyz'), { maxLength: 30 })
    fc.assert(
      fc.property(streams, (parts) => {
        const stream = `${parts.join('')}\n`
        const bytes = split(4, [Buffer.from(stream)]).reduce((sum, { text, cut }) => sum + text.length + cut + 1, 0)
        assert.equal(bytes, stream.length)
      }),
    )
  })

  it('do not keep the chunk in memory that their beginning came in', () => {
    const chunk = Buffer.from('a\nb')
    const splitter = new LineSplitter(8)
    splitter.push(chunk)
    chunk.fill('x')
    assert.deepEqual(splitter.push(Buffer.from('c\n')).map(read), [whole('bc')])
  })

  it('start anew after the end', () => {
    const splitter = new LineSplitter(2)
    splitter.push(Buffer.from('abc'))
    assert.deepEqual(splitter.end().map(read), [{ text: 'ab', cut: 1 }])
    assert.deepEqual(splitter.end(), [])
    assert.deepEqual(splitter.push(Buffer.from('d\n')).map(read), [whole('d')])
  })

  it('cost no memory for a line of a gigabyte', () => {
    const chunk = Buffer.alloc(MEGABYTE, 'x')
    const splitter = new LineSplitter(8 * 1024)
    const before = process.memoryUsage().arrayBuffers
    for (let megabyte = 0; megabyte < 1024; megabyte++) assert.deepEqual(splitter.push(chunk), [])
    assert.ok(process.memoryUsage().arrayBuffers - before < MEGABYTE)
    assert.deepEqual(
      splitter.push(Buffer.from('\n')).map(({ bytes, cut }) => [bytes.length, cut]),
      [[8 * 1024, 1024 * MEGABYTE - 8 * 1024]],
    )
  })

  it('cost little more than their bytes if those come one by one', () => {
    const byte = Uint8Array.of(120)
    const splitter = new LineSplitter(MEGABYTE)
    const before = memoryInUse()
    for (let count = 0; count < MEGABYTE; count++) splitter.push(byte)
    const grown = memoryInUse() - before
    assert.ok(grown < 8 * MEGABYTE, `${Math.round(grown / MEGABYTE)} MB`)
    assert.equal(splitter.end()[0]?.bytes.length, MEGABYTE)
  })
})
