import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Finding } from '../../../nodes/modbus-in/link/framing'
import { type Asked, rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { RtuFraming } from '../../../nodes/modbus-in/link/rtu-framing'
import { withCrc } from './raw-device'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const sealed = (text: string) => withCrc(hex(text))

const TIMEOUT_MS = 1000
const READ: Asked = { unit: 1, functionCode: 3, address: 100, count: 2 }
const ANSWER = sealed('01 03 04 1234 5678')
const OTHER: Asked = { unit: 1, functionCode: 3, address: 200, count: 1 }
const OTHER_ANSWER = sealed('01 03 02 9ABC')
const ANOTHER = sealed('01 03 04 8765 4321')
const ELSEWHERE: Asked = { ...READ, address: 300 }

const requestOf = ({ unit, functionCode, address, count }: Asked) => rtuFrame(unit, functionCode, address, count)
const answersIn = (findings: Finding[]) =>
  findings.flatMap((finding) => (finding.kind === 'answer' ? [finding.rtu.toString('hex')] : []))
const kindsOf = (findings: Finding[]) => findings.map(({ kind }) => kind)

/** A framing that knows unit 1, as after its first answer. */
function framingOf(noiseMax = Number.POSITIVE_INFINITY): RtuFraming {
  const framing = new RtuFraming({ timeoutMs: TIMEOUT_MS, chance: () => 0.5, noiseMax })
  framing.receive(framing.probe(READ, 0))
  assert.equal(framing.doubts(READ, 0), false)
  return framing
}

/** One that has asked and waits. */
function asking(asked = READ): RtuFraming {
  const framing = framingOf()
  framing.request(requestOf(asked), 0)
  return framing
}

describe('an RTU framing', () => {
  it('sends what modbus-serial writes as it is', () => {
    assert.equal(framingOf().request(hex('01 03 0000 000A C5CD'), 0).toString('hex'), '01030000000ac5cd')
  })

  it('finds the answer in every split of the stream, and whatever is before it or behind it', () => {
    for (const before of ['', '00', '01', '0103', '010304', '01030412', 'ff00ff00', '0183']) {
      for (const behind of ['', '00', '010304']) {
        const stream = Buffer.concat([hex(before), ANSWER, hex(behind)])
        for (let at = 0; at <= stream.length; at++) {
          const framing = asking()
          const findings = [...framing.receive(stream.subarray(0, at)), ...framing.receive(stream.subarray(at))]
          assert.deepEqual(answersIn(findings), [ANSWER.toString('hex')], `${before} ${behind} ${at}`)
        }
        const framing = asking()
        const findings = [...stream].flatMap((byte) => framing.receive(Buffer.of(byte)))
        assert.deepEqual(answersIn(findings), [ANSWER.toString('hex')])
      }
    }
  })

  it('finds an exception behind what looks like the beginning of a longer answer', () => {
    const exception = sealed('01 83 02')
    assert.deepEqual(answersIn(asking().receive(Buffer.concat([hex('010304'), exception]))), [
      exception.toString('hex'),
    ])
  })

  const refused: [what: string, bytes: Buffer][] = [
    ['a wrong CRC', hex('01 03 04 1234 5678 0000')],
    ['another unit', sealed('02 03 04 1234 5678')],
    ['another function', sealed('01 04 04 1234 5678')],
    ['the exception of another function', sealed('01 84 02')],
    ['a byte count that is too small', sealed('01 03 02 1234 5678')],
    ['a byte count that is too large', sealed('01 03 06 1234 5678')],
    ['a byte count of 255', sealed('01 03 FF 1234 5678')],
    ['an exception that is too short', sealed('01 83')],
    ['an MBAP frame', hex('0005 0000 0007 01 03 04 1234 5678')],
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ]
  for (const [what, bytes] of refused) {
    it(`takes no value from ${what}, and the right answer behind it`, () => {
      const framing = asking()
      assert.deepEqual(answersIn(framing.receive(bytes)), [])
      assert.deepEqual(answersIn(framing.receive(ANSWER)), [ANSWER.toString('hex')])
    })
  }

  it('takes no value from a frame with any one byte changed', () => {
    for (let at = 0; at < ANSWER.length; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(ANSWER)
        changed[at] = value
        if (!changed.equals(ANSWER)) assert.deepEqual(answersIn(asking().receive(changed)), [])
      }
    }
  })

  it('never keeps more than a frame, and tells what it dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) => {
        const framing = asking({ ...READ, count: 125 })
        for (const chunk of chunks) framing.receive(Buffer.from(chunk))
        // the longest frame has a byte count of 255
        const findings = framing.receive(Buffer.alloc(260, 0xff))
        assert.ok(!kindsOf(findings).includes('answer'))
        assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(1, 0xff))), ['noise'])
      }),
    )
  })

  it('is told from a flood', () => {
    const framing = framingOf(1000)
    assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(1000))), ['noise'])
    assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(1))), ['violation'])
  })
})

describe('an RTU framing and an answer with another number of bytes', () => {
  const frames: [bytes: Buffer, says: string][] = [
    [sealed('01 03 02 1234'), '2 bytes of data, asked was for 4; allow fewer registers per request?'],
    [sealed('01 03 06 1234 5678 9ABC'), '6 bytes of data, asked was for 4; allow fewer registers per request?'],
    [sealed('01 03 08 1234 5678 9ABC DEF0'), 'are addresses 2 registers wide here? set width = 2 for this tag'],
  ]
  for (const [bytes, says] of frames) {
    it(`says so at once: ${says}`, () => {
      for (let at = 0; at <= bytes.length; at++) {
        const framing = asking()
        const findings = [...framing.receive(bytes.subarray(0, at)), ...framing.receive(bytes.subarray(at))]
        assert.deepEqual(kindsOf(findings), ['deviation'])
        assert.ok(findings[0] && 'text' in findings[0] && findings[0].text.endsWith(says), JSON.stringify(findings))
        // it was the answer, and one comes once
        framing.giveUp()
        assert.equal(framing.doubts(READ, 0), false)
        assert.deepEqual(answersIn(framing.receive(ANSWER)), [])
        framing.request(requestOf(READ), 0)
        assert.deepEqual(answersIn(framing.receive(ANSWER)), [ANSWER.toString('hex')])
      }
    })
  }

  it('does not know whose it is beside an earlier request for the same function', () => {
    const framing = asking()
    framing.giveUp()
    framing.request(requestOf(OTHER), 0)
    const deviating = sealed('01 03 06 1234 5678 9ABC')
    assert.deepEqual(kindsOf(framing.receive(deviating)), ['late'])
    assert.deepEqual(answersIn(framing.receive(OTHER_ANSWER)), [OTHER_ANSWER.toString('hex')])
  })

  it('takes as many registers as an address has, where that is known, also in a proof', () => {
    const wide: Asked = { ...OTHER, width: 2 }
    const framing = framingOf()
    framing.request(requestOf(wide), 0, wide.width)
    assert.deepEqual(answersIn(framing.receive(ANSWER)), [ANSWER.toString('hex')])
    framing.request(requestOf(wide), 0, wide.width)
    framing.giveUp()
    framing.probe(wide, 0)
    framing.giveUp()
    assert.deepEqual(framing.probe(wide, 0), sealed('01 03 00C8 0002'))
    assert.deepEqual(framing.receive(sealed('01 03 08 1234 5678 9ABC DEF0')), [])
    assert.equal(framing.doubts(wide, 0), false)
  })
})

describe('an RTU framing that has no answer', () => {
  it('says what came instead', () => {
    for (const [bytes, says] of [
      [sealed('02 03 04 1234 5678'), 'it answers as unit 2, asked was unit 1; set that unit id, or answerUnit = any'],
      [
        hex('01 03 04 1234 5678 0000'),
        'its answer came with a wrong checksum; are wiring, termination, speed and parity right?',
      ],
      [hex('00'), undefined],
    ] as const) {
      const framing = asking()
      framing.receive(bytes)
      assert.equal(framing.giveUp(), says)
      framing.request(requestOf(READ), 0)
      assert.equal(framing.giveUp(), undefined)
    }
  })
})

describe('an RTU framing where any unit may answer', () => {
  const any = () => new RtuFraming({ timeoutMs: TIMEOUT_MS, chance: () => 0.5, noiseMax: 1000, anyUnit: true })
  const FOREIGN = sealed('09 03 04 1234 5678')

  it('takes the answer as from the unit that was asked, and its proof', () => {
    const framing = any()
    const probe = framing.probe(READ, 0)
    framing.receive(withCrc(Buffer.concat([Buffer.of(9), probe.subarray(1, -2)])))
    assert.equal(framing.doubts(READ, 0), false)
    framing.request(requestOf(READ), 0)
    assert.deepEqual(answersIn(framing.receive(FOREIGN)), [ANSWER.toString('hex')])
  })

  it('fears the late answer of any unit', () => {
    const framing = any()
    framing.receive(framing.probe(READ, 0))
    framing.request(requestOf(READ), 0)
    framing.giveUp()
    assert.equal(framing.doubts({ ...READ, unit: 2 }, 0), true)
    framing.request(requestOf({ ...OTHER, unit: 2 }), 0)
    assert.deepEqual(kindsOf(framing.receive(FOREIGN)), ['late'])
  })
})

describe('an RTU framing and late answers', () => {
  it('does not know what a unit was asked before it: its first question is one whose answer cannot be confused', () => {
    const framing = new RtuFraming({ timeoutMs: TIMEOUT_MS, chance: () => 0.5, noiseMax: 1000 })
    assert.equal(framing.doubts(READ, 0), true)
    const probe = framing.probe(READ, 0)
    assert.equal(probe.toString('hex', 0, 6), '010800008001')
    assert.deepEqual(answersIn(framing.receive(ANSWER)), [])
    assert.equal(answersIn(framing.receive(probe)).length, 0)
    assert.equal(framing.doubts(READ, 0), false)
    assert.equal(framing.doubts({ ...READ, unit: 2 }, 0), true)
  })

  it('asks on after a first question that stays unanswered: not every device knows the function', () => {
    const framing = new RtuFraming({ timeoutMs: TIMEOUT_MS, chance: () => 0.5, noiseMax: 1000 })
    framing.probe(READ, 0)
    framing.giveUp()
    assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
  })

  it('doubts after a silence what could be taken for the lost answer, and nothing else', () => {
    const framing = asking()
    framing.giveUp()
    assert.equal(framing.doubts(READ, TIMEOUT_MS), true)
    assert.equal(framing.doubts({ ...READ, address: 300 }, TIMEOUT_MS), true)
    assert.equal(framing.doubts(OTHER, TIMEOUT_MS), false)
    assert.equal(framing.doubts({ ...READ, functionCode: 4 }, TIMEOUT_MS), false)
  })

  it('is sure again when the late answer has come', () => {
    const framing = asking()
    framing.giveUp()
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['late'])
    assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
  })

  it('is sure again when a later request has been answered, since a unit answers in order', () => {
    const framing = asking()
    framing.giveUp()
    framing.request(requestOf(OTHER), TIMEOUT_MS)
    assert.deepEqual(answersIn(framing.receive(OTHER_ANSWER)), [OTHER_ANSWER.toString('hex')])
    assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
  })

  it('takes an exception for that of the earliest request that it may be of', () => {
    const framing = asking()
    framing.giveUp()
    framing.request(requestOf(OTHER), TIMEOUT_MS)
    const exception = sealed('01 83 02')
    assert.deepEqual(kindsOf(framing.receive(exception)), ['late'])
    assert.deepEqual(kindsOf(framing.receive(exception)), ['answer'])
  })

  for (const [what, reply] of [
    ['its echo', (probe: Buffer) => probe],
    ['an exception', () => sealed('01 88 01')],
  ] as const) {
    it(`is sure again when Return Query Data has been answered by ${what}`, () => {
      const framing = asking()
      framing.giveUp()
      const probe = framing.probe(READ, TIMEOUT_MS)
      assert.deepEqual(kindsOf(framing.receive(Buffer.concat([ANSWER, reply(probe)]))), ['late'])
      assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
      framing.request(requestOf(READ), TIMEOUT_MS)
      framing.giveUp()
      // an answer to the earlier one proves nothing
      framing.probe(READ, 2 * TIMEOUT_MS)
      framing.receive(probe)
      assert.equal(framing.doubts(READ, 2 * TIMEOUT_MS), true)
    })
  }

  it('takes the exception to an earlier Return Query Data for what it is', () => {
    const framing = asking()
    framing.giveUp()
    framing.probe(READ, 0) // answered late
    framing.giveUp()
    framing.receive(ANSWER)
    framing.request(requestOf(READ), 0)
    framing.giveUp()
    framing.probe(READ, 0)
    framing.receive(sealed('01 88 01'))
    assert.equal(framing.doubts(READ, 0), true)
    framing.giveUp()
    framing.probe(READ, 0)
    framing.receive(Buffer.concat([ANSWER, sealed('01 88 01')]))
    assert.equal(framing.doubts(READ, 0), false)
  })

  it('asks a unit that does not know the function for a value of another length', () => {
    for (const [asked, other] of [
      [READ, '01 03 0064 0001'],
      [OTHER, '01 03 00C8 0002'],
      [{ ...READ, functionCode: 1, count: 8 }, '01 01 0064 0009'],
      [{ ...READ, functionCode: 2, count: 9 }, '01 02 0064 0001'],
    ] as const) {
      const framing = asking(asked)
      framing.giveUp()
      assert.equal(framing.probe(asked, 0)[1], 8)
      framing.giveUp()
      assert.deepEqual(framing.probe(asked, 0), sealed(other))
      framing.receive(sealed(`01 8${asked.functionCode} 02`))
      assert.equal(framing.doubts(asked, 0), false)
    }
  })

  it('asks in the one way and in the other as long as nothing is answered', () => {
    const framing = asking()
    framing.giveUp()
    const functions = Array.from({ length: 4 }, () => {
      const probe = framing.probe(READ, 0)
      framing.giveUp()
      return probe[1]
    })
    assert.deepEqual(functions, [8, 3, 8, 3])
  })

  it('holds an answer for lost after ten timeouts', () => {
    const framing = asking()
    framing.giveUp()
    assert.equal(framing.doubts(READ, 10 * TIMEOUT_MS), true)
    assert.equal(framing.doubts(READ, 10 * TIMEOUT_MS + 1), false)
  })

  it('fears no late answer after a garbled one', () => {
    const garbled = Buffer.from(ANSWER)
    garbled[4] = 0
    const framing = asking()
    framing.receive(garbled)
    framing.giveUp()
    assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
  })

  it('remembers over a new link what was asked over the last one', () => {
    const framing = asking()
    framing.receive(ANSWER.subarray(0, 5))
    framing.restart()
    assert.equal(framing.doubts(READ, TIMEOUT_MS), true)
    assert.deepEqual(kindsOf(framing.receive(ANSWER.subarray(5))), ['noise'])
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['late'])
  })

  it('does not take a late answer that says the same as before for a copy', () => {
    const framing = asking()
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['answer'])
    for (let round = 0; round < 3; round++) {
      framing.request(requestOf(READ), 0)
      framing.giveUp()
      framing.request(requestOf(OTHER), 0)
      assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['late'])
      assert.equal(framing.prove(0), undefined)
      assert.deepEqual(answersIn(framing.receive(OTHER_ANSWER)), [OTHER_ANSWER.toString('hex')])
      assert.equal(framing.doubts(READ, 0), false)
    }
  })

  it('holds what was said before by a unit that says things twice, until a proof shows what it is', () => {
    const framing = asking()
    assert.deepEqual(kindsOf(framing.receive(Buffer.concat([ANSWER, ANSWER]))), ['answer', 'late'])
    framing.request(requestOf(READ), 0)
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['doubtful'])
    const proof = framing.prove(0) ?? assert.fail('nothing to ask')
    assert.deepEqual(kindsOf(framing.receive(proof)), ['answer'])
    framing.request(requestOf(READ), 0)
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['doubtful'])
    const again = framing.prove(0) ?? assert.fail('nothing to ask')
    const found = framing.receive(Buffer.concat([ANOTHER, again]))
    assert.deepEqual(kindsOf(found), ['answer', 'late'])
    assert.deepEqual(found[0], { kind: 'answer', rtu: ANOTHER })
  })

  it('holds what was said in answer to another request, of a unit that is not known yet', () => {
    const framing = asking()
    framing.receive(ANSWER)
    framing.request(requestOf(ELSEWHERE), 0)
    assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['doubtful'])
    const proof = framing.prove(0) ?? assert.fail('nothing to ask')
    assert.deepEqual(kindsOf(framing.receive(proof)), ['answer'])
    assert.equal(framing.prove(0), undefined)
  })

  it('takes neither of two that differ and were both said before: a copy may come behind the answer', () => {
    for (const [first, second] of [
      [ANSWER, ANOTHER],
      [ANOTHER, ANSWER],
    ] as const) {
      const framing = asking()
      framing.receive(Buffer.concat([ANSWER, ANSWER]))
      framing.request(requestOf(READ), 0)
      framing.receive(ANOTHER)
      framing.request(requestOf(READ), 0)
      assert.deepEqual(kindsOf(framing.receive(first)), ['doubtful'])
      const proof = framing.prove(0) ?? assert.fail('nothing to ask')
      assert.deepEqual(kindsOf(framing.receive(Buffer.concat([second, proof]))), ['late', 'late'])
      // it is asked again
      framing.giveUp()
      framing.request(requestOf(READ), 0)
      assert.deepEqual(kindsOf(framing.receive(second)), ['doubtful'])
      const again = framing.prove(0) ?? assert.fail('nothing to ask')
      assert.deepEqual(kindsOf(framing.receive(again)), ['answer'])
    }
  })

  it('trusts a unit that has said everything once for long', () => {
    const framing = asking()
    for (let answer = 0; answer < 60; answer++) {
      framing.receive(answer % 2 === 0 ? ANSWER : ANOTHER)
      framing.request(requestOf(READ), 0)
    }
    framing.receive(ANOTHER)
    framing.request(requestOf(ELSEWHERE), 0)
    assert.deepEqual(kindsOf(framing.receive(ANOTHER)), ['answer'])
  })
})

describe('an RTU framing and a unit that says everything twice, but knows no function 8', () => {
  it('goes by a value of another length', () => {
    const framing = asking()
    framing.receive(Buffer.concat([ANSWER, ANSWER]))
    framing.request(requestOf(READ), 0)
    framing.receive(ANSWER)
    framing.prove(0)
    framing.giveUp()
    assert.equal(framing.doubts(READ, 0), true)
    assert.deepEqual(framing.probe(READ, 0), sealed('01 03 0064 0001'))
    framing.receive(sealed('01 03 02 1234'))
    assert.equal(framing.doubts(READ, 0), false)
  })
})
