import assert from 'node:assert/strict'
import fc from 'fast-check'
import { asciiLength, toAscii } from '../../../nodes/modbus-in/link/ascii'
import { AsciiFraming } from '../../../nodes/modbus-in/link/ascii-framing'
import type { Finding } from '../../../nodes/modbus-in/link/framing'
import { type Asked, rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { asciiFrame } from '../../../simulators/modbus/ascii-frame'
import { withCrc } from './raw-device'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const READ: Asked = { unit: 1, functionCode: 3, address: 100, count: 2 }
const REQUEST = rtuFrame(1, 3, 100, 2)
const BODY = hex('01 03 04 1234 5678')
const RTU_ANSWER = withCrc(BODY).toString('hex')
/** By another hand than the framing's. */
const ANSWER = asciiFrame(BODY)

const kindsOf = (findings: Finding[]) => findings.map(({ kind }) => kind)
const answersIn = (findings: Finding[]) =>
  findings.flatMap((finding) => (finding.kind === 'answer' ? [finding.rtu.toString('hex')] : []))

/** One that knows unit 1, has asked it and waits. */
function asking(noiseMax = Number.POSITIVE_INFINITY): AsciiFraming {
  const framing = new AsciiFraming({ timeoutMs: 1000, chance: () => 0.5, noiseMax })
  framing.receive(framing.probe(READ, 0))
  assert.equal(framing.doubts(READ, 0), false)
  framing.request(REQUEST, 0)
  return framing
}

describe('Modbus ASCII', () => {
  it('sends the request that most tutorials show', () => {
    assert.equal(toAscii(withCrc(hex('11 03 006B 0003'))).toString('latin1'), ':1103006B00037E\r\n')
  })

  it('knows how many characters a frame has; the longest has 513', () => {
    for (const rtu of [REQUEST, withCrc(BODY)]) assert.equal(asciiLength(rtu.length), toAscii(rtu).length)
    // unit, PDU of 253 bytes, CRC
    assert.equal(asciiLength(1 + 253 + 2), 513)
  })

  it('finds the answer in every split of the stream, and whatever is before it or behind it', () => {
    for (const before of [
      '',
      '\r\n',
      ':',
      ':0103',
      'hello',
      '\xff\0',
      ':01030412',
      ':0103041234567800\r\n',
      ':zz\r\n',
    ]) {
      for (const behind of ['', '\r\n', ':01', '\xff']) {
        const stream = Buffer.concat([Buffer.from(before, 'latin1'), ANSWER, Buffer.from(behind, 'latin1')])
        for (let at = 0; at <= stream.length; at++) {
          const framing = asking()
          const findings = [...framing.receive(stream.subarray(0, at)), ...framing.receive(stream.subarray(at))]
          assert.deepEqual(answersIn(findings), [RTU_ANSWER], `${before} ${behind} ${at}`)
        }
      }
    }
  })

  const tolerated: [what: string, frame: string][] = [
    ['small letters', ANSWER.toString('latin1').toLowerCase()],
    ['no line feed', ANSWER.toString('latin1', 0, ANSWER.length - 1)],
    ['no carriage return', `${ANSWER.toString('latin1', 0, ANSWER.length - 2)}\n`],
  ]
  for (const [what, frame] of tolerated) {
    it(`takes an answer with ${what}`, () =>
      assert.deepEqual(answersIn(asking().receive(Buffer.from(frame, 'latin1'))), [RTU_ANSWER]))
  }

  it('takes an answer into which the line feed of the one before comes', () => {
    for (let at = 1; at < ANSWER.length; at++) {
      const framing = asking()
      const bytes = Buffer.concat([ANSWER.subarray(0, at), Buffer.from('\n'), ANSWER.subarray(at)])
      assert.deepEqual(answersIn(framing.receive(bytes)), [RTU_ANSWER], `${at}`)
    }
  })

  it('takes an exception, and tells a deviation', () => {
    assert.deepEqual(answersIn(asking().receive(asciiFrame(hex('01 83 02')))), [
      withCrc(hex('01 83 02')).toString('hex'),
    ])
    assert.deepEqual(kindsOf(asking().receive(asciiFrame(hex('01 03 02 1234')))), ['deviation'])
  })

  it('takes no value from a frame with any one character changed, but in the size of its letters', () => {
    for (let at = 0; at < ANSWER.length - 2; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(ANSWER)
        changed[at] = value
        const same = changed.toString('latin1').toUpperCase() === ANSWER.toString('latin1')
        if (!same) assert.deepEqual(answersIn(asking().receive(changed)), [], changed.toString('latin1'))
      }
    }
  })

  it('fears no late answer after one with a wrong checksum, and says so', () => {
    const framing = asking()
    assert.deepEqual(kindsOf(framing.receive(Buffer.from(':0103041234567800\r\n'))), ['noise'])
    assert.match(framing.giveUp() ?? '', /wrong checksum/)
    assert.equal(framing.doubts(READ, 0), false)
  })

  it('never takes a late answer for the next one', () => {
    const framing = asking()
    framing.giveUp()
    assert.equal(framing.doubts(READ, 1000), true)
    const probe = framing.probe(READ, 1000)
    assert.deepEqual(kindsOf(framing.receive(Buffer.concat([ANSWER, probe]))), ['late'])
    assert.equal(framing.doubts(READ, 1000), false)
  })

  it('skips the echo of an adapter that hears itself', () => {
    const framing = new AsciiFraming({ timeoutMs: 1000, chance: () => 0.5, noiseMax: 1000 })
    for (let times = 0; times < 3; times++) {
      const probe = framing.probe(READ, 0)
      framing.receive(Buffer.concat([probe, probe]))
      framing.giveUp()
      const request = framing.request(REQUEST, 0)
      const answers = answersIn(framing.receive(Buffer.concat([request, ANSWER])))
      // what was taken for a proof the first time was an echo
      if (times > 0) assert.deepEqual(answers, [RTU_ANSWER])
    }
  })

  it('is told from a flood', () => {
    const framing = asking(1000)
    assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(1000))), ['noise'])
    assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(1))), ['violation'])
  })

  it('never throws, and takes nothing that was not sent, whatever comes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ maxLength: 600, unit: fc.constantFrom(...':0123456789ABCDEF\r\n') }).map((text) => Buffer.from(text)),
      fc.constantFrom(ANSWER, ANSWER.subarray(0, 9), Buffer.from(':'), asciiFrame(hex('01 83 02'))),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const framing = asking()
        const all = Buffer.concat(pieces).toString('latin1').toUpperCase()
        for (const bytes of pieces) {
          for (const rtu of answersIn(framing.receive(bytes))) {
            assert.ok(all.includes(`:${rtu.slice(0, -4).toUpperCase()}`), rtu)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
})
