import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Finding, Framing } from '../../../nodes/modbus-in/link/framing'
import type { MbapSettings } from '../../../nodes/modbus-in/link/mbap-framing'
import { MbapDatagrams, MbapStream } from '../../../nodes/modbus-in/link/mbap-transports'
import { type Asked, rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { withCrc } from './raw-device'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const TIMEOUT_MS = 1000
/** With the first id of the framings in here, which is 5. */
const ID = '0005'
const READ: Asked = { unit: 1, functionCode: 3, address: 100, count: 2 }
const ANSWER = hex(`${ID} 0000 0007 01 03 04 1234 5678`)
const RTU_ANSWER = withCrc(hex('01 03 04 1234 5678')).toString('hex')

const requestOf = ({ unit, functionCode, address, count }: Asked) => rtuFrame(unit, functionCode, address, count)
const answersIn = (findings: Finding[]) =>
  findings.flatMap((finding) => (finding.kind === 'answer' ? [finding.rtu.toString('hex')] : []))
const kindsOf = (findings: Finding[]) => findings.map(({ kind }) => kind)
const textsOf = (findings: Finding[]) => findings.flatMap((finding) => ('text' in finding ? [finding.text] : []))

function settingsOf(others: Partial<MbapSettings> = {}): MbapSettings {
  return { timeoutMs: TIMEOUT_MS, chance: () => 4 / 0xffff, anyUnit: false, anyTransaction: false, ...others }
}

type MbapKind = new (settings: MbapSettings) => Framing

/** One that has asked and waits. */
function asking(others: Partial<MbapSettings> = {}, asked = READ, Kind: MbapKind = MbapStream): Framing {
  const framing = new Kind(settingsOf(others))
  const request = framing.request(requestOf(asked), 0, asked.width)
  assert.equal(request.toString('hex', 0, 2), ID)
  return framing
}

describe('a Modbus TCP framing', () => {
  it('finds the answer in every split of the stream, and whatever is before it or behind it', () => {
    const others = [
      '',
      '0d',
      'ff',
      'ff00ff',
      '00',
      '0000',
      '000000000006',
      '0005',
      '00050000',
      '0004 0000 0003 01 83 02',
      '000500000007',
    ]
    for (const before of others) {
      for (const behind of ['', '0d', '0000', '0005 0000 0007']) {
        const stream = Buffer.concat([hex(before), ANSWER, hex(behind)])
        for (let at = 0; at <= stream.length; at++) {
          const framing = asking()
          const findings = [...framing.receive(stream.subarray(0, at)), ...framing.receive(stream.subarray(at))]
          assert.deepEqual(answersIn(findings), [RTU_ANSWER], `${before} ${behind} ${at}`)
        }
        const framing = asking()
        assert.deepEqual(answersIn([...stream].flatMap((byte) => framing.receive(Buffer.of(byte)))), [RTU_ANSWER])
      }
    }
  })

  it('does not look for frames within an answer of which only a part has come', () => {
    const framing = asking({}, { ...READ, count: 8 })
    const data = '0000 0000 0003 0183 0200 0000 0000 0000'
    const answer = hex(`${ID} 0000 0013 01 03 10 ${data}`)
    assert.deepEqual(framing.receive(answer.subarray(0, 20)), [])
    assert.deepEqual(answersIn(framing.receive(answer.subarray(20))), [
      withCrc(hex(`01 03 10 ${data}`)).toString('hex'),
    ])
  })

  const lengths: [what: string, answer: string, rtu: string][] = [
    ['an exception whose length counts a byte that does not come', `${ID} 0000 0004 01 83 02`, '01 83 02'],
    ['an exception whose length is one too small', `${ID} 0000 0002 01 83 02`, '01 83 02'],
    ['data with one byte more, which is counted', `${ID} 0000 0008 01 03 04 1234 5678 00`, '01 03 04 1234 5678'],
    ['data whose length is always 6', `${ID} 0000 0006 01 03 04 1234 5678`, '01 03 04 1234 5678'],
    ['data behind which comes a carriage return', `${ID} 0000 0007 01 03 04 1234 5678 0D`, '01 03 04 1234 5678'],
  ]
  for (const [what, answer, rtu] of lengths) {
    it(`takes ${what}, each time, and tells of it no more than once`, () => {
      const framing = new MbapStream(settingsOf())
      let told = 0
      for (let times = 0; times < 5; times++) {
        const request = framing.request(requestOf(READ), 0)
        const bytes = Buffer.concat([request.subarray(0, 2), hex(answer).subarray(2)])
        const findings = framing.receive(bytes)
        assert.deepEqual(answersIn(findings), [withCrc(hex(rtu)).toString('hex')])
        told += textsOf(findings).filter((text) => text.includes('length field')).length
      }
      assert.equal(told, answer.endsWith('0D') ? 0 : 1)
    })
  }

  for (const [what, id, next] of [
    ['', ID, '0006'],
    [', though ids tell nothing', '0000', '0000'],
  ] as const) {
    it(`finds the answer behind a late one that was cut short${what}, in every split behind its header`, () => {
      const long = { ...READ, count: 8 }
      const whole = hex(`${id} 0000 0013 01 03 10 0102 0304 0506 0708 090A 0B0C 0D0E 0F10`)
      for (let cut = 9; cut < whole.length; cut++) {
        const answer = hex(`${next} 0000 0007 01 03 04 1234 5678`)
        for (let at = 8; at <= answer.length; at++) {
          const framing = asking({}, long)
          assert.deepEqual(answersIn(framing.receive(whole.subarray(0, cut))), [])
          framing.giveUp()
          framing.request(requestOf(READ), TIMEOUT_MS)
          const findings = [...framing.receive(answer.subarray(0, at)), ...framing.receive(answer.subarray(at))]
          assert.deepEqual(answersIn(findings), [RTU_ANSWER], `${cut} ${at}`)
        }
      }
    })
  }

  const deviations: [what: string, frame: string, says: string][] = [
    [
      'another unit',
      `${ID} 0000 0007 02 03 04 1234 5678`,
      'it answers as unit 2, asked was unit 1; set that unit id, or answerUnit = any',
    ],
    ['an exception of another unit', `${ID} 0000 0003 02 83 02`, 'as unit 2'],
    ['another function', `${ID} 0000 0007 01 04 04 1234 5678`, 'function 4, asked was 3'],
    ['the exception of another function', `${ID} 0000 0003 01 84 02`, 'function 132, asked was 3'],
    ['fewer bytes', `${ID} 0000 0005 01 03 02 1234`, '2 bytes of data, asked was for 4; allow fewer registers'],
    ['more bytes', `${ID} 0000 0009 01 03 06 1234 5678 9ABC`, '6 bytes of data, asked was for 4'],
    ['twice the bytes', `${ID} 0000 000B 01 03 08 1234 5678 9ABC DEF0`, 'set width = 2 for this tag'],
    [
      'a byte count that lies',
      `${ID} 0000 0007 01 03 05 1234 5678`,
      '4 bytes of data and announces 5, asked was for 4',
    ],
    ['fewer bytes than announced', `${ID} 0000 0005 01 03 04 1234`, '2 bytes of data and announces 4, asked was for 4'],
    ['no data', `${ID} 0000 0002 01 03`, '0 bytes of data'],
  ]
  for (const [what, frame, says] of deviations) {
    it(`says so of ${what}, at once, and reads on`, () => {
      const framing = asking()
      const findings = framing.receive(hex(frame))
      assert.equal(findings[0]?.kind, 'deviation')
      assert.ok(textsOf(findings)[0]?.includes(says), textsOf(findings)[0])
      framing.giveUp()
      // one that comes after all is nobody's
      assert.deepEqual(kindsOf(framing.receive(ANSWER)), ['late'])
      framing.request(requestOf(READ), 0)
      const next = hex(`0006 0000 0007 01 03 04 1234 5678`)
      assert.deepEqual(answersIn(framing.receive(next)), [RTU_ANSWER])
    })
  }

  it('advises the width of one register, too', () => {
    const findings = asking({}, { ...READ, count: 1 }).receive(ANSWER)
    assert.deepEqual(textsOf(findings), [
      'it answers with 4 bytes of data, asked was for 2: are addresses 2 registers wide here? set width = 2 for this tag',
    ])
  })

  it('takes as many registers as an address has, where that is known', () => {
    assert.deepEqual(answersIn(asking({}, { ...READ, count: 1, width: 2 }).receive(ANSWER)), [RTU_ANSWER])
  })

  it('takes the answer of any unit where that is allowed, as from the one that was asked', () => {
    const framing = asking({ anyUnit: true })
    assert.deepEqual(answersIn(framing.receive(hex(`${ID} 0000 0007 00 03 04 1234 5678`))), [RTU_ANSWER])
  })

  it('skips what answers another transaction, and says at the end what came instead', () => {
    const framing = asking()
    const findings = framing.receive(hex('7000 0000 0007 01 03 04 1234 5678'))
    assert.deepEqual(kindsOf(findings), ['noise'])
    assert.equal(
      framing.giveUp(),
      'it answers transaction 28672, asked was 5; if the gateway counts by itself, set transactionId = ignore',
    )
    framing.request(requestOf(READ), TIMEOUT_MS)
    assert.equal(framing.giveUp(), undefined)
  })

  const nonsense: [bytes: Buffer, says: string][] = [
    [hex('fffd 18ff fd20'), 'protocol id 6399, Modbus TCP has 0; this may be a Telnet console: is the port right?'],
    [hex('ff'), 'it sends ff, which is no answer; this may be a Telnet console'],
    [Buffer.alloc(4096, 0xa5), 'protocol id 42405, Modbus TCP has 0; this is another service: is the port right?'],
    [hex('0005 0000 FFFF'), 'it announces 65535 bytes'],
    [hex(`${ID} 0000 0007 01 03 04 12`), 'its answer is cut short: 10 of 13 bytes came'],
    [hex(`${ID} 0000 0002 01 83`), 'its answer is cut short: 8 of 9 bytes came'],
    [withCrc(hex('01 03 04 1234 5678')), 'it answers in RTU frames; set transport = rtu-over-tcp'],
    [withCrc(hex('01 83 02')), 'it answers in RTU frames'],
    [Buffer.from(':0103041234567807\r\n'), 'it answers in ASCII frames; set transport = ascii-over-tcp'],
  ]
  for (const [bytes, says] of nonsense) {
    it(`says at the end that ${says}`, () => {
      const framing = asking()
      assert.deepEqual(answersIn([...bytes].flatMap((byte) => framing.receive(Buffer.of(byte)))), [])
      const instead = framing.giveUp()
      assert.ok(instead?.includes(says), instead)
    })
  }

  const strangers: [what: string, bytes: string, says: string][] = [
    ['a web server', Buffer.from('HTTP/1.1 400').toString('hex'), 'protocol id 21584, Modbus TCP has 0; this is a web'],
    ['a TLS alert', '1503 0100 0202', 'this service wants TLS'],
    ['a TLS handshake', '1603 0300 0202', 'this service wants TLS'],
    ['an SSH server', Buffer.from('SSH-2.0').toString('hex'), 'this is an SSH server: is the port right'],
    ['a mail server', Buffer.from('220 mail').toString('hex'), 'this is an FTP or mail server'],
  ]
  for (const [what, bytes, says] of strangers) {
    it(`ends at ${what}, as soon as it is seen, unless something was answered before`, () => {
      const framing = asking()
      const findings = [...hex(bytes)].flatMap((byte) => framing.receive(Buffer.of(byte)))
      const [text] = textsOf(findings.filter(({ kind }) => kind === 'violation'))
      assert.ok(text?.includes(says), text)
      const known = asking()
      known.receive(ANSWER)
      assert.ok(!kindsOf(known.receive(hex(bytes))).includes('violation'))
      known.restart()
      assert.ok(kindsOf(known.receive(hex(bytes))).includes('violation'))
    })
  }

  it('does not take an answer for TLS, though its id begins like that', () => {
    for (const id of [0x1503, 0x1603]) {
      const framing = new MbapStream(settingsOf({ chance: () => (id - 1) / 0xffff }))
      const request = framing.request(requestOf(READ), 0)
      assert.equal(request.readUInt16BE(0), id)
      const answer = Buffer.concat([request.subarray(0, 2), ANSWER.subarray(2)])
      assert.deepEqual(answersIn([...answer].flatMap((byte) => framing.receive(Buffer.of(byte)))), [RTU_ANSWER])
    }
  })

  it('bears heartbeats of gateways for ever, as long as there are answers', () => {
    const framing = new MbapStream(settingsOf())
    for (let times = 0; times < 2000; times++) {
      const request = framing.request(requestOf(READ), 0)
      const answer = Buffer.concat([
        Buffer.from('heartbeat \xff\xff', 'latin1'),
        request.subarray(0, 2),
        ANSWER.subarray(2),
        Buffer.of(0xff),
      ])
      const findings = framing.receive(answer)
      assert.deepEqual(answersIn(findings), [RTU_ANSWER])
      assert.ok(!kindsOf(findings).includes('violation'))
    }
  })

  it('ends at 64 KiB without an answer among them', () => {
    const framing = asking()
    assert.deepEqual(kindsOf(framing.receive(Buffer.alloc(65_536, 0xa5))), ['noise'])
    framing.receive(Buffer.alloc(8, 0xa5))
    assert.ok(kindsOf(framing.receive(Buffer.alloc(8, 0xa5))).includes('violation'))
  })

  it('accepts no frame that differs in transaction, protocol, unit, function or byte count', () => {
    for (const at of [0, 1, 2, 3, 6, 7, 8]) {
      for (let value = 0; value < 256; value++) {
        const changed = Buffer.from(ANSWER)
        changed[at] = value
        // an exception, or an id that tells nothing
        if (changed.equals(ANSWER) || (at === 7 && value === 0x83) || changed.readUInt16BE(0) === 0) continue
        assert.deepEqual(answersIn(asking().receive(changed)), [], changed.toString('hex'))
      }
    }
  })

  it('never throws, keeps little, and takes nothing that was not sent for the request, whatever comes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        ANSWER,
        ANSWER.subarray(0, 9),
        hex('0000 0000 0007 01 03 04 1234 5678'),
        hex('0004 0000 0003 01 83 02'),
        Buffer.alloc(20),
      ),
    )
    const flags = fc.record({ anyUnit: fc.boolean(), anyTransaction: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        flags,
        fc.constantFrom<MbapKind>(MbapStream, MbapDatagrams),
        (pieces, others, Kind) => {
          const framing = asking(others, READ, Kind)
          const all = Buffer.concat(pieces)
          for (const bytes of pieces) {
            for (const rtu of answersIn(framing.receive(bytes))) {
              const pdu = hex(rtu).subarray(1, -2)
              const isData = pdu[0] === 3 && pdu[1] === 4 && pdu.length === 6
              assert.ok(isData || (pdu[0] === 0x83 && pdu.length === 2), rtu)
              assert.ok(all.includes(pdu), rtu)
            }
          }
          framing.giveUp()
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('a Modbus TCP framing and ids that tell nothing', () => {
  const untold = (id: string, data = '1234 5678') => hex(`${id} 0000 0007 01 03 04 ${data}`)

  it('takes an answer with id 0 by itself, and the right ones as before', () => {
    const framing = asking()
    assert.deepEqual(answersIn(framing.receive(untold('0000'))), [RTU_ANSWER])
    // from here on a proof is asked for, as of a unit on a serial line
    assert.equal(framing.doubts(READ, 0), true)
    assert.equal(framing.probe(READ, 0).toString('hex', 6), '010300640001')
    assert.deepEqual(framing.receive(hex('0000 0000 0005 01 03 02 1234')), [])
    assert.equal(framing.doubts(READ, 0), false)
    const request = framing.request(requestOf(READ), 0)
    assert.deepEqual(answersIn(framing.receive(untold(request.toString('hex', 0, 2)))), [RTU_ANSWER])
  })

  it('never gives out id 0', () => {
    const framing = new MbapStream(settingsOf({ chance: () => 0.9999 }))
    const ids = Array.from({ length: 20 }, () => framing.request(requestOf(READ), 0).readUInt16BE(0))
    assert.ok(ids.includes(0xffff) && ids.includes(1) && !ids.includes(0), `${ids}`)
  })

  it('takes any id where that is allowed', () => {
    const framing = asking({ anyTransaction: true })
    assert.deepEqual(answersIn(framing.receive(untold('7777'))), [RTU_ANSWER])
  })

  it('gives the answer with id 0 to the earliest request that it may be for', () => {
    const framing = asking()
    framing.giveUp()
    framing.request(requestOf({ ...READ, address: 200 }), TIMEOUT_MS)
    assert.deepEqual(kindsOf(framing.receive(untold('0000', '0001 0001'))), ['late'])
    assert.deepEqual(answersIn(framing.receive(untold('0000'))), [RTU_ANSWER])
  })

  it('asks nothing while the answer to an earlier request could be taken for the next one', () => {
    const framing = asking({ anyTransaction: true })
    framing.giveUp()
    assert.equal(framing.doubts(READ, TIMEOUT_MS), true)
    framing.probe(READ, TIMEOUT_MS)
    // the unit answers in order
    assert.deepEqual(kindsOf(framing.receive(untold('0000'))), ['late'])
    framing.receive(hex('0000 0000 0005 01 03 02 1234'))
    assert.equal(framing.doubts(READ, TIMEOUT_MS), false)
  })

  for (const length of ['0000', '0001', '0100', 'FFFF']) {
    for (const [id, anyTransaction] of [
      ['0000', false],
      ['7777', true],
    ] as const) {
      const of = (data: string) => hex(`${id} 0000 ${length} ${data}`)
      const answer = of('01 03 04 1234 5678')
      const what = `id ${id} and length ${length}`

      it(`takes answers and exceptions with ${what}, in every split of the stream, with bytes around them`, () => {
        for (const [frame, rtu] of [
          [answer, '01 03 04 1234 5678'],
          [of('01 83 02'), '01 83 02'],
        ] as const) {
          for (const unit of [1, 7, 130]) {
            const [ofUnit, rtuOfUnit] = [Buffer.from(frame), hex(rtu)]
            ofUnit[6] = rtuOfUnit[0] = unit
            for (const before of ['', '0d', 'ff00ff', '000000']) {
              const stream = Buffer.concat([hex(before), ofUnit, hex('0d')])
              for (let at = 0; at <= stream.length; at++) {
                const framing = asking({ anyTransaction }, { ...READ, unit })
                const findings = [...framing.receive(stream.subarray(0, at)), ...framing.receive(stream.subarray(at))]
                assert.deepEqual(answersIn(findings), [withCrc(rtuOfUnit).toString('hex')], `${unit} ${before} ${at}`)
              }
            }
          }
        }
      })

      it(`knows what comes twice, and what comes late, with ${what}`, () => {
        const twice = asking({ anyTransaction })
        assert.deepEqual(
          kindsOf(twice.receive(Buffer.concat([answer, answer]))).filter((kind) => kind !== 'noise'),
          ['answer', 'late'],
        )
        const late = asking({ anyTransaction })
        late.giveUp()
        late.request(requestOf({ ...READ, address: 200 }), TIMEOUT_MS)
        assert.deepEqual(kindsOf(late.receive(answer)).includes('answer'), false)
        assert.deepEqual(answersIn(late.receive(of('01 03 04 0001 0001'))), [
          withCrc(hex('01 03 04 0001 0001')).toString('hex'),
        ])
      })

      it(`takes nothing with ${what} that fits no request, and finds the answer behind it`, () => {
        for (const other of [
          '02 03 04 1234 5678',
          '01 04 04 1234 5678',
          '01 03 06 1234 5678 9ABC',
          '01 10 0064 0002',
        ]) {
          const framing = asking({ anyTransaction })
          assert.deepEqual(answersIn(framing.receive(of(other))), [], other)
          assert.deepEqual(answersIn(framing.receive(answer)), [RTU_ANSWER], other)
        }
      })
    }
  }

  it('says what is wrong with the answer that is waited for, whatever its length field says', () => {
    const framing = asking({}, { ...READ, count: 1 })
    assert.deepEqual(textsOf(framing.receive(hex(`${ID} 0000 FFFF 01 03 04 1234 5678`))), [
      'it answers with 4 bytes of data, asked was for 2: are addresses 2 registers wide here? set width = 2 for this tag',
    ])
  })

  it('says of an id that tells nothing what else is wrong', () => {
    const framing = asking({ anyTransaction: true })
    framing.receive(hex('0000 0000 0007 09 03 04 1234 5678'))
    assert.equal(framing.giveUp(), 'it answers as unit 9, asked was unit 1; set that unit id, or answerUnit = any')
    const short = asking({ anyTransaction: true })
    assert.deepEqual(kindsOf(short.receive(hex('0000 0000 0005 01 03 02 1234'))), ['deviation'])
  })

  it('takes what comes twice for what it is', () => {
    const framing = asking()
    assert.deepEqual(kindsOf(framing.receive(Buffer.concat([untold('0000'), untold('0000')]))), ['answer', 'late'])
    framing.receive(framing.probe(READ, 0).subarray(0, 0))
    assert.deepEqual(kindsOf(framing.receive(untold('0000'))), ['late'])
  })
})

describe('a Modbus UDP framing', () => {
  it('takes an answer with bytes behind it, and one deviation', () => {
    assert.deepEqual(answersIn(asking({}, READ, MbapDatagrams).receive(Buffer.concat([ANSWER, Buffer.of(13)]))), [
      RTU_ANSWER,
    ])
    const other = asking({}, READ, MbapDatagrams)
    assert.deepEqual(kindsOf(other.receive(hex(`${ID} 0000 0007 02 03 04 1234 5678`))), ['deviation'])
  })

  it('joins nothing over datagrams', () => {
    const framing = asking({}, READ, MbapDatagrams)
    assert.deepEqual(kindsOf(framing.receive(ANSWER.subarray(0, 10))), ['noise'])
    assert.deepEqual(kindsOf(framing.receive(ANSWER.subarray(10))), ['noise'])
    assert.deepEqual(answersIn(framing.receive(ANSWER)), [RTU_ANSWER])
  })
})
