import assert from 'node:assert/strict'
import { RANDOM } from '../../../nodes/melsec-in/areas'
import { codeOf, melsecProtocol, refusalOf } from '../../../nodes/melsec-in/protocol'
import type { Slot } from '../../../nodes/melsec-in/random'
import type { Plc } from '../../../nodes/melsec-in/series'

const Q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const FX3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }
const IQR: Plc = { series: 'iqr', frame: '4E', encoding: 'binary' }
const SLOTS: Slot[] = [
  { device: 'D', number: 5, isDouble: false },
  { device: 'M', number: 16, isDouble: false },
  { device: 'W', number: 0xff, isDouble: true },
]

const TCP = { transport: 'tcp', timeout: 500, network: 0, pc: 255 } as const

describe('MELSEC in the words of the poller', () => {
  it('keeps a refusal in one number', () => {
    for (const refusal of [
      { kind: 'refused', endCode: 0xc056 },
      { kind: 'refused', endCode: 0x5b, abnormalCode: 0x10 },
      { kind: 'refused', endCode: 0x5b, abnormalCode: 0 },
    ] as const) {
      assert.deepEqual(refusalOf(codeOf(refusal)), refusal)
    }
  })

  it('takes a code of networks for one only where a network was asked for', () => {
    const at = { unit: 0, area: 'D', address: 0, length: 2 }
    const says = (route: object): string => melsecProtocol(Q, [], { ...TCP, ...route }).describeException(0xdf50, at)
    assert.match(says({}), /^end code DF50 at D0 to D1: no other network was asked for/)
    for (const route of [{ network: 1 }, { pc: 3 }]) assert.match(says(route), /the network behind this PLC/)
  })

  const places: [plc: Plc, area: string, address: number, length: number, where: string][] = [
    [Q, 'D', 100, 10, 'D100 to D109'],
    [Q, 'X', 31, 1, 'X1F'],
    [FX3, 'X', 8, 8, 'X10 to X17'],
    [FX3, 'CN200', 400, 4, 'CN200 to CN201'],
    [IQR, 'LTN', 20, 4, 'LTN5'],
    [Q, RANDOM, 0, 1, 'D5'],
    [Q, RANDOM, 1, 1, 'M16 to M31'],
    [Q, RANDOM, 2, 1, 'W0FF to W100'],
    [Q, RANDOM, 0, 3, 'D5 and 2 more points'],
  ]
  for (const [plc, area, address, length, where] of places) {
    it(`says ${where} for ${area} ${address}+${length} of ${plc.series}`, () => {
      const { describeException } = melsecProtocol(plc, SLOTS, TCP)
      const text = describeException(0x56, { unit: 0, area, address, length })
      assert.ok(text.includes(` at ${where}: `), text)
    })
  }

  const concerns: [code: number, concern: string][] = [
    [0xc056, 'address'],
    [0x4031, 'address'],
    [0x4013, 'busy'],
    [0xc050, 'settings'],
    [0xc05f, 'request'],
    [0xcfff, 'request'],
  ]
  for (const [code, concern] of concerns) {
    it(`takes end code ${code.toString(16)} for a matter of ${concern}`, () => {
      assert.equal(melsecProtocol(Q, [], TCP).concernOf(code), concern)
    })
  }

  it('counts bits, words and points', () => {
    const { addressStep, describeAmount } = melsecProtocol(Q, SLOTS, TCP)
    assert.deepEqual(['M', 'D', RANDOM].map(addressStep), [1, 2, 4])
    assert.deepEqual(
      ['M', 'D', RANDOM].map((area) => describeAmount(area, 8)),
      ['8 points of M', '8 words of D', '8 points picked at random'],
    )
  })
})

describe('a PLC that answers nothing', () => {
  for (const [transport, who] of [
    ['tcp', 'the PLC is connected but left'],
    ['udp', 'the PLC left'],
  ] as const) {
    it(`is told of with what to look at, over ${transport}`, () => {
      const { kind, code, message } = melsecProtocol(Q, [], { ...TCP, transport }).noAnswer(2)
      assert.deepEqual([kind, code], ['link', 'no-answer'])
      assert.ok(
        message.startsWith(`${who} 2 requests unanswered for 500 ms; are frame (1E, 3E, 4E) and data code`),
        message,
      )
    })
  }
})
