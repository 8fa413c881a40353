import assert from 'node:assert/strict'
import fc from 'fast-check'
import { concernOf, describeRefusal } from '../../../nodes/melsec-in/end-codes'
import type { Refusal } from '../../../nodes/melsec-in/frames/request'

const refused = (endCode: number, abnormalCode?: number): Refusal =>
  abnormalCode === undefined ? { kind: 'refused', endCode } : { kind: 'refused', endCode, abnormalCode }

describe('end codes in words', () => {
  it('name the place, what it is and what to change', () => {
    assert.equal(
      describeRefusal(refused(0xc050), '3E', 'D0'),
      "end code C050 at D0: the PLC is set to ASCII and got something else; set the node's encoding and the communication data code of the PLC alike",
    )
    assert.equal(
      describeRefusal(refused(0xc056), '4E', 'D8000 to D8099'),
      'end code C056 at D8000 to D8099: beyond the range of the device; look up how many points the device settings of the PLC give',
    )
    assert.match(describeRefusal(refused(0x57), '1E', 'M0'), /^end code 57 at M0: too many points, or beyond the range/)
    assert.equal(
      describeRefusal(refused(0x5b, 0x10), '1E', 'M0'),
      'end code 5B (abnormal code 10) at M0: there is no PLC with this PC number; set PC to 255, the PLC itself',
    )
    assert.match(
      describeRefusal(refused(0x5b, 0xc201), '1E', 'M0'),
      /^end code 5B \(abnormal code C201\) at M0: the port is locked by a remote password/,
    )
  })

  const concerns: [concern: string, frame: '1E' | '3E', codes: Refusal[]][] = [
    [
      'address',
      '3E',
      [0xc051, 0xc052, 0xc053, 0xc054, 0xc056, 0xc05b, 0xc05c, 0xc060, 0x4030, 0x4031].map((c) => refused(c)),
    ],
    [
      'config',
      '3E',
      [0x50, 0xc050, 0xc058, 0xc059, 0xc061, 0xc06f, 0xc0b5, 0xc200, 0xc201, 0xc205, 0xc810, 0xc816].map((c) =>
        refused(c),
      ),
    ],
    ['busy', '3E', [0xc05e, 0x4013].map((c) => refused(c))],
    ['route', '3E', [0xc05f, 0xd000, 0xd243, 0xf7c1].map((c) => refused(c))],
    ['request', '3E', [0x55, 0x4a00, 0x4fff, 0xc206, 0xc0d0, 0xc80f, 0xc817, 0x1234].map((c) => refused(c))],
    ['address', '1E', [0x56, 0x57, 0x58, 0x59].map((c) => refused(c))],
    ['config', '1E', [refused(0x50), refused(0x54), refused(0x5b, 0xc201)]],
    ['busy', '1E', [refused(0x60), refused(0x5b), refused(0x5b, 0x11), refused(0x5b, 0x18), refused(0x5b, 0x77)]],
    ['route', '1E', [refused(0x5b, 0x10)]],
    ['request', '1E', [refused(0x55), refused(0x5b, 0x12), refused(0x02)]],
  ]
  for (const [concern, frame, refusals] of concerns) {
    it(`tell what concerns the ${concern} in ${frame}`, () => {
      for (const refusal of refusals) assert.equal(concernOf(refusal, frame), concern, JSON.stringify(refusal))
    })
  }

  it('are no errors of a network where no network was asked for', () => {
    for (const code of [0xd000, 0xd243, 0xdf50, 0xdfff, 0xe001, 0xf7c1, 0xffff]) {
      assert.match(
        describeRefusal(refused(code), '3E', 'D0', 'own'),
        /^end code [0-9A-F]{4} at D0: no other network was asked for, .* its frame or format is wrong .*; set frame, data code/,
      )
      assert.equal(concernOf(refused(code), '3E', 'own'), 'config')
      assert.match(describeRefusal(refused(code), '3E', 'D0', 'other'), /the network behind this PLC reports an error/)
    }
    assert.match(
      describeRefusal(refused(0xc05f), '3E', 'D0', 'own'),
      /: this PLC cannot be asked this; choose the right s/,
    )
    assert.match(describeRefusal(refused(0xc070), '3E', 'D0', 'own'), /: this device cannot be read in this way; /)
    for (const code of [0xc05f, 0xc070]) {
      assert.doesNotMatch(describeRefusal(refused(code), '3E', 'D0', 'own'), /network/)
    }
    assert.match(describeRefusal(refused(0x5b, 0xd243), '1E', 'D0', 'own'), /frame or format is wrong/)
  })

  it('mean the same in either case where they speak of the PLC itself', () => {
    for (const code of [0x50, 0x4031, 0xc050, 0xc056, 0xc059, 0xc05c, 0xc0d0, 0xc201, 0x1234]) {
      const [own, other] = (['own', 'other'] as const).map((station) =>
        describeRefusal(refused(code), '3E', 'D0', station),
      )
      assert.equal(own, other)
    }
  })

  it('say where to look any other one up', () => {
    assert.match(describeRefusal(refused(0x4a00), '3E', 'x'), /manual of the CPU module/)
    assert.match(describeRefusal(refused(0xc0d0), '3E', 'x'), /Ethernet manual/)
    assert.match(describeRefusal(refused(0xd243), '3E', 'x'), /CC-Link IE manual/)
    assert.match(describeRefusal(refused(0x1234), '3E', 'x'), /not known here; look it up/)
    fc.assert(
      fc.property(fc.nat(0xffff), fc.constantFrom('1E', '3E', '4E'), (code, frame) => {
        assert.match(describeRefusal(refused(code), frame, 'x'), /^end code [0-9A-F]{2,4} at x: .+; .+$/)
      }),
    )
  })
})
