// What a row of the tag table reads, as the column "Reads" shows it.

import assert from 'node:assert/strict'
import { readsOf } from '../../../nodes/modbus-in/reads'

type Case = { address: string; type?: string; length?: string; unitId?: string; width?: string; reads: string }

const cases: Case[] = [
  { address: '40001', reads: 'holding 40001 · 0' },
  { address: '400001', reads: 'holding 40001 · 0' },
  { address: '465536', reads: 'holding 465536 · 65535' },
  { address: '30010', reads: 'input 30010 · 9' },
  { address: '10001', type: 'bool', reads: 'discrete 10001 · 0' },
  { address: '00001', type: 'bool', reads: 'coil 00001 · 0' },
  { address: 'holding:0', reads: 'holding 40001 · 0' },
  { address: 'hr 10000', reads: 'holding 410001 · 10000' },
  { address: 'ir5', reads: 'input 30006 · 5' },
  { address: 'di:0x10', type: 'bool', reads: 'discrete 10017 · 16' },
  { address: '40010.3', type: 'bool', reads: 'holding 40010.3 · 9' },
  { address: '40001', type: 'float32', reads: 'holding 40001–40002 · 0–1' },
  { address: '40001', type: 'float64', reads: 'holding 40001–40004 · 0–3' },
  { address: '40001', type: 'uint16', length: '10', reads: 'holding 40001–40010 · 0–9' },
  { address: '40001', type: 'int32', length: '10', reads: 'holding 40001–40020 · 0–19' },
  { address: '40001', type: 'string', length: '15', reads: 'holding 40001–40008 · 0–7' },
  { address: 'coil:3', type: 'bool', length: '20', reads: 'coil 00004–00023 · 3–22' },
  { address: '40010.3', type: 'bool', length: '2', reads: 'holding 40010.3–40010.4 · 9' },
  { address: '40010.14', type: 'bool', length: '20', reads: 'holding 40010.14–40012.1 · 9–11' },
  { address: 'hr9998', type: 'float64', reads: 'holding 49999–410002 · 9998–10001' },
  { address: '40001', unitId: '17', reads: 'holding 40001 · 0 · unit 17' },
  { address: '40001', unitId: ' 0 ', reads: 'holding 40001 · 0 · unit 0' },
  { address: '40001', unitId: 'x', reads: 'holding 40001 · 0' },
  { address: '40001', length: 'many', reads: 'holding 40001 · 0' },
  { address: '40001', type: 'no type', length: '3', reads: 'holding 40001 · 0' },
  { address: '40001', type: 'float32', width: '2', reads: 'holding 40001 · 0' },
  { address: '40001', type: 'float64', width: '2', reads: 'holding 40001–40002 · 0–1' },
  { address: '40001', type: 'float64', width: '4', reads: 'holding 40001 · 0' },
  { address: '40001', type: 'uint16', width: '2', reads: 'holding 40001 · 0' },
  { address: '40001', type: 'float32', width: 'two', reads: 'holding 40001–40002 · 0–1' },
  { address: 'coil:3', type: 'bool', length: '20', width: '2', reads: 'coil 00004–00023 · 3–22' },
  { address: 'hr65535', type: 'float32', reads: '' },
  { address: 'hr65535', type: 'float32', width: '2', reads: 'holding 465536 · 65535' },
  { address: 'hr7000', type: 'uint32', length: '3', width: '2', reads: 'holding 47001–47003 · 7000–7002' },
  { address: '123', reads: '' },
  { address: '', reads: '' },
]

describe('A row of the tag table', () => {
  for (const { reads, ...cells } of cases) {
    it(`with ${Object.values(cells).join(' ')} reads ${reads || 'nothing'}`, () => {
      const found = readsOf({ type: 'uint16', length: '1', unitId: '', ...cells })
      const unit = found?.unit === undefined ? '' : ` · unit ${found.unit}`
      assert.equal(found ? `${found.area} ${found.number} · ${found.wire}${unit}` : '', reads)
    })
  }
})
