// What a row of the tag table reads, as the column "Reads" shows it.

import assert from 'node:assert/strict'
import { readsOf } from '../../../nodes/melsec-in/reads'
import type { Plc } from '../../../nodes/melsec-in/series'

const Q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const IQR: Plc = { series: 'iqr', frame: '4E', encoding: 'binary' }
const FX5: Plc = { series: 'fx5', frame: '3E', encoding: 'binary' }
const FX3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }

type Case = { plc: Plc; address: string; type?: string; length?: string; reads: string }

const cases: Case[] = [
  { plc: Q, address: 'D100', reads: 'D100 (10)' },
  { plc: Q, address: 'd 0100', reads: 'D100 (10)' },
  { plc: Q, address: 'D100', type: 'float32', reads: 'D100–D101 (10)' },
  { plc: Q, address: 'D100', type: 'int64', length: '3', reads: 'D100–D111 (10)' },
  { plc: Q, address: 'D100', type: 'string', length: '15', reads: 'D100–D107 (10)' },
  { plc: Q, address: 'D100.F', type: 'bool', reads: 'D100.F (10)' },
  { plc: Q, address: 'D100.3', type: 'bool', length: '2', reads: 'D100.3–D100.4 (10)' },
  { plc: Q, address: 'D100.E', type: 'bit', length: '20', reads: 'D100.E–D102.1 (10)' },
  { plc: Q, address: 'M0', type: 'bool', reads: 'M0 (10)' },
  { plc: Q, address: 'M0', type: 'uint16', reads: 'M0–M15 (10)' },
  { plc: Q, address: 'X10', type: 'bool', reads: 'X10 = 16 (16) · 1.0' },
  { plc: Q, address: 'X5', type: 'bool', reads: 'X5 = 5 (16) · 0.5' },
  { plc: Q, address: 'X10', type: 'bool', length: '16', reads: 'X10–X1F = 16–31 (16)' },
  { plc: Q, address: 'X10', type: 'uint16', reads: 'X10–X1F = 16–31 (16)' },
  { plc: Q, address: 'WFF', type: 'int32', reads: 'W0FF–W100 = 255–256 (16)' },
  { plc: Q, address: 'W0FF.A', type: 'bool', reads: 'W0FF.A = 255 (16)' },
  { plc: Q, address: 'SS3', type: 'bool', reads: 'STS3 (10)' },
  { plc: FX5, address: 'X10', type: 'bool', reads: 'X10 = 8 (8) · 0.8' },
  { plc: FX3, address: 'Y17', type: 'bool', length: '2', reads: 'Y17–Y20 = 15–16 (8)' },
  { plc: FX3, address: 'CN200', type: 'uint32', reads: 'CN200 (10)' },
  { plc: IQR, address: 'LTN3', type: 'uint32', length: '2', reads: 'LTN3–LTN4 (10)' },
  { plc: IQR, address: 'LTS3', type: 'bool', reads: 'LTS3 (10)' },
  { plc: Q, address: 'D100', length: 'many', reads: 'D100 (10)' },
  { plc: Q, address: 'D100', type: 'no type', length: '3', reads: 'D100 (10)' },
  { plc: Q, address: 'K4M0', reads: 'M0–M15 (10)' },
  { plc: Q, address: 'K1X10', reads: 'X10–X13 = 16–19 (16)' },
  { plc: Q, address: 'K8M0', type: 'int32', reads: 'M0–M31 (10)' },
  { plc: Q, address: 'D100:10', reads: 'D100–D109 (10)' },
  { plc: Q, address: 'D100:10', type: 'float32', reads: 'D100–D109 (10)' },
  { plc: Q, address: 'D100:10', type: 'string', reads: 'D100–D109 (10)' },
  { plc: Q, address: 'D100.3:2', type: 'bool', reads: 'D100.3–D100.4 (10)' },
  { plc: Q, address: 'M0:10', type: 'bool', reads: 'M0–M9 (10)' },
  { plc: FX3, address: 'K4M7679', reads: '' },
  { plc: FX3, address: 'D8511', type: 'float32', reads: '' },
  { plc: FX3, address: 'M7679', type: 'bool', length: '400', reads: '' },
  { plc: FX3, address: 'X8', type: 'bool', reads: '' },
  { plc: FX3, address: 'ZR0', reads: '' },
  { plc: Q, address: '', reads: '' },
]

describe('A row of the tag table of a MELSEC PLC', () => {
  for (const { plc, reads, ...cells } of cases) {
    it(`with ${Object.values(cells).join(' ')} reads ${reads || 'nothing'} of ${plc.series}`, () => {
      const found = readsOf({ type: 'uint16', length: '1', ...cells }, plc)
      if (!found) return assert.equal('', reads)
      const { number, decimal, base, place } = found
      const where = place ? ` · ${place.word}.${place.bit}` : ''
      assert.equal(`${number}${base === 10 ? '' : ` = ${decimal}`} (${base})${where}`, reads)
    })
  }
})
