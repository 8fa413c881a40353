import assert from 'node:assert/strict'
import { addressInList, areaNamed, type ListChoices } from '../../../nodes/modbus-in/list-addresses'

const OPEN: ListChoices = { area: undefined, base: 0, hex: false }
const HOLDING: ListChoices = { ...OPEN, area: 'holding' }

const address = (text: string) => ({ kind: 'address', address: text })

describe('An address in a list', () => {
  for (const [text, expected] of [
    ['40001', '40001'],
    ['400001', '400001'],
    ['40 001', '40001'],
    ['40001-40002', '40001'],
    ['40001 … 40002', undefined],
    ['40001/40002', '40001'],
    ['30001', '30001'],
    ['3x0001', '30001'],
    ['4:0001', '40001'],
    ['4x10', '40010'],
    ['holding:5', 'holding:5'],
    ['%MW100', 'holding:100'],
    ['%M5', 'coil:5'],
    ['40001.3', '40001.3'],
  ] as const)
    if (expected !== undefined)
      it(`says all by itself: ${text}`, () => assert.deepEqual(addressInList(text, OPEN), address(expected)))

  for (const [text, choices, expected] of [
    ['0x0000', HOLDING, 'holding:0'],
    ['0x1064', HOLDING, 'holding:4196'],
    ['3000h', HOLDING, `holding:${0x3000}`],
    ['100', HOLDING, 'holding:100'],
    ['100', { ...HOLDING, base: 1 }, 'holding:99'],
    ['0x0010', { ...HOLDING, base: 1 }, 'holding:16'],
    ['100', { ...HOLDING, hex: true }, 'holding:256'],
    ['1A', { ...HOLDING, hex: true }, 'holding:26'],
  ] as const)
    it(`is ${expected} by the choices for the list: ${text}`, () =>
      assert.deepEqual(addressInList(text, choices), address(expected)))

  it('is in the area that its row names', () => {
    assert.deepEqual(addressInList('4196', OPEN, { area: 'input' }), address('input:4196'))
    assert.deepEqual(addressInList('40001', OPEN, { area: 'holding' }), address('40001'))
    assert.deepEqual(addressInList('0x0002', OPEN, { area: 'coil' }), address('coil:2'))
  })

  it('is open as long as the area is', () => {
    for (const text of ['0x0000', '100', '3000h']) assert.deepEqual(addressInList(text, OPEN), { kind: 'open' })
  })

  it('is not guessed', () => {
    for (const [text, choices] of [
      ['', HOLDING],
      ['reserved', HOLDING],
      ['70000', HOLDING],
      ['0', { ...HOLDING, base: 1 }],
      ['5x0001', HOLDING],
    ] as const)
      assert.deepEqual(addressInList(text, choices), { kind: 'unknown' }, text)
  })

  it('has an area of its own in a column of areas or function codes', () => {
    for (const [text, area] of [
      ['Holding Register', 'holding'],
      ['03', 'holding'],
      ['FC04', 'input'],
      ['0x02', undefined],
      ['3x', 'input'],
      ['4x', 'holding'],
      ['离散输入', 'discrete'],
      ['coil', 'coil'],
      ['06', undefined],
      ['', undefined],
    ] as const)
      assert.equal(areaNamed(text), area, text)
  })
})
