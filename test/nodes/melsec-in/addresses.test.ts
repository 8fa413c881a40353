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
    const likely = fc.stringMatching(/^[DWXMTCSLZRUJ ]{0,3}[0-9A-Fa-f]{0,5}[.\\]?[0-9a-g]{0,2}$/)
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
