import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Codec } from '../../../../nodes/melsec-in/frames/codec'
import type { Request } from '../../../../nodes/melsec-in/frames/request'
import { codecOfFixture, type FrameFixture, frameFixtures, replyBytes, serialOfFixture } from './frame-fixtures'

/** Everything that can be cut out of the chunks, where the replies answer `asked` in turn, and how it ended. */
function cut(
  codec: Codec,
  chunks: Buffer[],
  asked: readonly Request[],
): { frames: Buffer[]; violation?: string; rest: number } {
  const frames: Buffer[] = []
  let incoming = Buffer.alloc(0)
  for (const chunk of chunks) {
    incoming = Buffer.concat([incoming, chunk])
    while (incoming.length > 0) {
      const next = codec.nextFrame(incoming, asked[frames.length])
      if (next.kind === 'incomplete') break
      if (next.kind === 'violation') return { frames, violation: next.text, rest: incoming.length }
      frames.push(next.frame)
      incoming = Buffer.from(next.rest)
    }
  }
  return { frames, rest: incoming.length }
}

const singleBytes = (bytes: Buffer) => [...bytes].map((byte) => Buffer.of(byte))
const titleOf = ({ plc, means }: FrameFixture, index: number) =>
  `${index}: ${plc.frame} ${plc.encoding} ${Object.keys(means)[0]}`

/** Fixtures that one codec can understand. */
const streams = [...new Set(frameFixtures.map(streamOf))].map((stream) =>
  frameFixtures.filter((fixture) => streamOf(fixture) === stream),
)

function streamOf({ plc, route, timer, serial }: FrameFixture): string {
  return JSON.stringify([plc, route, timer, serial])
}

describe('a stream of replies', () => {
  for (const [index, fixture] of frameFixtures.entries()) {
    it(`is whole in every split (${titleOf(fixture, index)})`, () => {
      const codec = codecOfFixture(fixture)
      const reply = replyBytes(fixture)
      const whole = { frames: [reply], rest: 0 }
      for (let at = 0; at <= reply.length; at++) {
        assert.deepEqual(cut(codec, [reply.subarray(0, at), reply.subarray(at)], [fixture.request]), whole)
        if (at > 0 && at < reply.length) {
          assert.equal(codec.nextFrame(reply.subarray(0, at), fixture.request).kind, 'incomplete')
        }
      }
      assert.deepEqual(cut(codec, singleBytes(reply), [fixture.request]), whole)
    })
  }

  it('is taken apart into the same replies however they are joined and split', () => {
    for (const fixtures of streams) {
      const [first] = fixtures
      assert.ok(first)
      const codec = codecOfFixture(first)
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...fixtures), { minLength: 1, maxLength: 6 }),
          fc.array(fc.nat(400), { maxLength: 12 }),
          (sent, cuts) => {
            const replies = sent.map(replyBytes)
            const joined = Buffer.concat(replies)
            const ends = [...cuts.map((at) => Math.min(at, joined.length)).sort((a, b) => a - b), joined.length]
            const chunks = ends.map((end, at) => joined.subarray(ends[at - 1] ?? 0, end))
            assert.deepEqual(
              cut(
                codec,
                chunks,
                sent.map(({ request }) => request),
              ),
              { frames: replies, rest: 0 },
            )
          },
        ),
        { numRuns: 50 },
      )
    }
  })
})

/** What makes a value of a tag. */
function isValue(codec: Codec, bytes: Buffer, { request, ...fixture }: FrameFixture): boolean {
  const next = codec.nextFrame(bytes, request)
  if (next.kind !== 'frame') return false
  const { kind } = codec.decode(next.frame, request, serialOfFixture({ request, ...fixture }))
  return kind === 'registers' || kind === 'bits'
}

describe('garbage', () => {
  it('never throws, never makes a value, and is never kept beyond one frame', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...frameFixtures),
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        (fixture, chunks) => {
          const codec = codecOfFixture(fixture)
          const garbage = chunks.map((chunk) => Buffer.from(chunk))
          // 1E has nothing else to tell an answer by: 80 00 10 is a value whoever sends it
          const [first] = Buffer.concat(garbage)
          fc.pre(fixture.plc.frame !== '1E' || first !== replyBytes(fixture)[0])
          assert.equal(isValue(codec, Buffer.concat(garbage), fixture), false)
          const { violation, rest } = cut(codec, garbage, [fixture.request])
          assert.ok(violation !== undefined || rest < 7200)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('in any byte before the data never makes a value', () => {
    for (const fixture of frameFixtures) {
      const { plc, means } = fixture
      if (means.registers === undefined && means.bits === undefined) continue
      const codec = codecOfFixture(fixture)
      const reply = replyBytes(fixture)
      const header = { '1E': 2, '3E': 11, '4E': 15 }[plc.frame] * (plc.encoding === 'ascii' ? 2 : 1)
      for (let at = 0; at < header; at++) {
        for (let byte = 0; byte < 256; byte++) {
          const changed = Buffer.from(reply)
          changed[at] = byte
          if (changed.equals(reply)) continue
          assert.equal(
            isValue(codec, changed, fixture),
            false,
            changed.toString(plc.encoding === 'ascii' ? 'latin1' : 'hex'),
          )
        }
      }
    }
  })

  it('in the data makes a value only where it could be one: hexadecimal digits, on and off', () => {
    for (const fixture of frameFixtures) {
      const { plc, means, request } = fixture
      const codec = codecOfFixture(fixture)
      const reply = replyBytes(fixture)
      for (const byte of [0x00, 0x02, 0x20, 0x2f, 0x3a, 0x47, 0x61, 0x78, 0xff]) {
        const changed = Buffer.from(reply)
        changed[reply.length - 1] = byte
        if (plc.encoding === 'ascii' && means.registers !== undefined)
          assert.equal(isValue(codec, changed, fixture), false)
        if (request.kind === 'bits' && request.points % 2 === 0 && means.bits !== undefined) {
          const couldBe = plc.encoding === 'binary' && byte === 0
          assert.equal(isValue(codec, changed, fixture), couldBe, `${byte} ${JSON.stringify(plc)}`)
        }
      }
    }
  })

  it('before an answer, and an answer that nobody asked for, are seen at the first byte', () => {
    for (const fixture of frameFixtures) {
      const codec = codecOfFixture(fixture)
      const [first = 0] = replyBytes(fixture)
      for (let byte = 0; byte < 256; byte++) {
        const { kind } = codec.nextFrame(Buffer.of(byte), fixture.request)
        assert.equal(kind, byte === first ? 'incomplete' : 'violation', `${byte} ${JSON.stringify(fixture.plc)}`)
      }
      if (fixture.plc.frame === '1E') assert.equal(codec.nextFrame(Buffer.of(first), undefined).kind, 'violation')
    }
  })
})
