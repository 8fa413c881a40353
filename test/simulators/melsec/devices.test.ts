import assert from 'node:assert/strict'
import { DEVICE_NAMES, deviceOfCode, deviceOfLetters, deviceOfText, devices } from '../../../simulators/melsec/devices'

/** Binary code, in hexadecimal, and the two letters of ASCII. */
const CODES = `
  SM 91 SM  SD A9 SD  X 9C X*  Y 9D Y*  M 90 M*  L 92 L*  F 93 F*  V 94 V*  B A0 B*  S 98 S*  D A8 D*  W B4 W*
  TS C1 TS  TC C0 TC  TN C2 TN  STS C7 SS  STC C6 SC  STN C8 SN  CS C4 CS  CC C3 CC  CN C5 CN  SB A1 SB  SW B5 SW
  DX A2 DX  DY A3 DY  Z CC Z*  R AF R*  ZR B0 ZR`

/** With subcommand 0002 only, or as double words. */
const WIDE_CODES = `LTS 51 LTC 50 LTN 52 LSTS 59 LSTC 58 LSTN 5A LCS 55 LCC 54 LCN 56 LZ 62 RD 2C`

const HEX_NUMBERS = ['X', 'Y', 'B', 'W', 'SB', 'SW', 'DX', 'DY']

describe('The devices of a PLC', () => {
  it('have the codes of the manual', () => {
    const words = CODES.trim().split(/\s+/)
    for (let at = 0; at < words.length; at += 3) {
      const [name = '', code = '', short = ''] = words.slice(at)
      assert.equal(deviceOfCode(Number.parseInt(code, 16)), name)
      assert.equal(deviceOfText(short, false), name)
      assert.equal(deviceOfText(short.replace('*', ' '), false), name)
    }
    const wide = WIDE_CODES.split(' ')
    for (let at = 0; at < wide.length; at += 2) {
      const [name = '', code = ''] = wide.slice(at)
      assert.equal(deviceOfCode(Number.parseInt(code, 16)), name)
    }
    assert.equal(words.length / 3 + wide.length / 2, DEVICE_NAMES.length)
  })

  it('are named in full where four letters are', () => {
    for (const name of DEVICE_NAMES) assert.equal(deviceOfText(name.padEnd(4, '*'), true), name)
    assert.equal(deviceOfText('D   ', true), 'D')
    assert.equal(deviceOfText('D*', true), undefined)
  })

  it('are named by the letters of 1E', () => {
    assert.deepEqual([0x4420, 0x544e, 0x5453, 0x434e, 0x5a52].map(deviceOfLetters), ['D', 'TN', 'TS', 'CN', 'ZR'])
    assert.equal(deviceOfLetters(0x5151), undefined)
  })

  it('are numbered in hexadecimal where they stand for wires and links', () => {
    assert.deepEqual(DEVICE_NAMES.filter((name) => devices[name].base === 16).sort(), HEX_NUMBERS.sort())
  })
})
