import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describeAddress, describeRange, parseAddress } from '../../../nodes/melsec-in/addresses'
import { devicesOf } from '../../../nodes/melsec-in/devices'
import type { Plc } from '../../../nodes/melsec-in/series'
import { allPlcs, firstFrame } from './plcs'

type Row = { text: string; series: Plc['series']; frame?: Plc['frame']; encoding?: Plc['encoding'] }
type Table = { good: (Row & { is: string; shown: string })[]; bad: (Row & { says: string })[] }
const table: Table = JSON.parse(readFileSync(join('test', 'fixtures', 'melsec-addresses.json'), 'utf8'))

function plcOf({ series, frame, encoding }: Row): Plc {
  return { series, frame: frame ?? firstFrame(series), encoding: encoding ?? 'binary' }
}

const titleOf = ({ series, frame, encoding }: Row) => [series, frame, encoding].filter(Boolean).join(' ')

describe('parseAddress', () => {
  for (const row of table.good) {
    it(`reads "${row.text}" of ${titleOf(row)} as ${row.is}`, () => {
      const parsed = parseAddress(row.text, plcOf(row))
      assert.ok(!('problem' in parsed), JSON.stringify(parsed))
      const { device, number, bit } = parsed
      assert.equal(`${device} ${number}${bit === undefined ? '' : ` bit ${bit}`}`, row.is)
      assert.equal(describeAddress(parsed, plcOf(row)), row.shown)
    })
  }

  for (const row of table.bad) {
    it(`refuses "${row.text}" of ${titleOf(row)}: ${row.says}`, () => {
      const parsed = parseAddress(row.text, plcOf(row))
      assert.ok('problem' in parsed, JSON.stringify(parsed))
      assert.ok(parsed.problem.includes(row.says), parsed.problem)
      assert.ok(parsed.problem.startsWith(JSON.stringify(row.text)), parsed.problem)
    })
  }

  const forms: [text: string, series: Plc['series'], is: object][] = [
    ['K4M0', 'q', { device: 'M', number: 0, nibbles: 4 }],
    ['k1x1f', 'q', { device: 'X', number: 0x1f, nibbles: 1 }],
    ['K8 Y 010', 'fx3', { device: 'Y', number: 8, nibbles: 8 }],
    ['K4B0', 'q', { device: 'B', number: 0, nibbles: 4 }],
    ['K4F0', 'q', { device: 'F', number: 0, nibbles: 4 }],
    ['K2SB0A', 'q', { device: 'SB', number: 10, nibbles: 2 }],
    ['D100:10', 'q', { device: 'D', number: 100, count: 10 }],
    ['D100：10', 'q', { device: 'D', number: 100, count: 10 }],
    ['W0FF : 2', 'q', { device: 'W', number: 255, count: 2 }],
    ['D100.3:5', 'q', { device: 'D', number: 100, bit: 3, count: 5 }],
    ['D100:U', 'iqr', { device: 'D', number: 100, type: 'uint16' }],
    ['D100:D', 'iqr', { device: 'D', number: 100, type: 'int32' }],
    ['D100:UD', 'iqr', { device: 'D', number: 100, type: 'uint32' }],
    ['D100:E', 'iqr', { device: 'D', number: 100, type: 'float32' }],
    ['D100 ', 'q', { device: 'D', number: 100 }],
    ['X001F', 'q', { device: 'X', number: 0x1f }],
    ['TN5', 'q', { device: 'TN', number: 5 }],
    ['ZR1000', 'q', { device: 'ZR', number: 1000 }],
    ['Z5', 'q', { device: 'Z', number: 5 }],
    ['E0', 'q', { problem: '"E0" is a constant: write the device to be read, as D100 or K4M0' }],
  ]
  for (const [text, series, is] of forms) {
    it(`reads "${text}" of ${series} as GX Works means it`, () =>
      assert.deepEqual(parseAddress(text, plcOf({ text, series })), is))
  }

  it('has first and last of every device of every series, and nothing beyond', () => {
    for (const plc of allPlcs) {
      for (const { name, ranges, base } of devicesOf(plc).values()) {
        const written = (number: number) => `${name}${number.toString(base)}`
        for (const [first, last] of ranges) {
          assert.deepEqual(parseAddress(written(first), plc), { device: name, number: first })
          assert.deepEqual(parseAddress(written(last), plc), { device: name, number: last })
        }
        for (const number of ranges.flatMap(([first, last]) => [first - 1, last + 1])) {
          const inside = ranges.some(([first, last]) => number >= first && number <= last)
          if (number < 0 || inside) continue
          const parsed = parseAddress(written(number), plc)
          assert.ok('problem' in parsed, `${written(number)} ${JSON.stringify(plc)}`)
          assert.match(parsed.problem, /out of range/)
        }
      }
    }
  })

  it('understands what describeAddress shows', () => {
    for (const plc of allPlcs) {
      for (const { name, ranges } of devicesOf(plc).values()) {
        const [first, last] = ranges[0] ?? [0, 0]
        for (let number = first; number <= last; number = number * 3 + 7) {
          const [shown = ''] = describeAddress({ device: name, number }, plc).split(' ')
          assert.deepEqual(parseAddress(shown, plc), { device: name, number })
        }
      }
    }
  })

  it('says something about any text', () => {
    const likely = fc.stringMatching(/^(K[0-9])?[@%DWXMTCSLZRUJ ]{0,3}[0-9A-Fa-f]{0,5}[.\\:]?[0-9a-gUDE]{0,2}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 30 }), likely), fc.constantFrom(...allPlcs), (text, plc) => {
        const parsed = parseAddress(text, plc)
        if ('problem' in parsed) return parsed.problem.length > 0
        const { device, number, bit = 0 } = parsed
        const ranges = devicesOf(plc).get(device)?.ranges ?? []
        return bit >= 0 && bit <= 15 && ranges.some(([first, last]) => number >= first && number <= last)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('describeRange', () => {
  it('names both ends in the base of the device', () => {
    const plc: Plc = { series: 'fx5', frame: '3E', encoding: 'binary' }
    assert.equal(describeRange('D', 0, 100, plc), 'D0 to D99')
    assert.equal(describeRange('X', 8, 8, plc), 'X10 to X17')
    assert.equal(describeRange('W', 255, 2, plc), 'W0FF to W100')
    assert.equal(describeRange('TN', 5, 1, plc), 'TN5')
  })
})
