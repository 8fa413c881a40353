import assert from 'node:assert/strict'
import { nextAddress } from '../../../nodes/melsec-in/next-address'
import type { Plc } from '../../../nodes/melsec-in/series'
import { placeholder } from '../../support/placeholder'

const Q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const IQR: Plc = { series: 'iqr', frame: '4E', encoding: 'binary' }
const FX3: Plc = { series: 'fx3', frame: '1E', encoding: 'binary' }

const rows: { plc?: Plc; address: string; type?: string; length?: string; next: string }[] = [
  { address: 'D100', next: 'D101' },
  { address: 'D100', type: 'float32', next: 'D102' },
  { address: 'D100', type: 'float64', next: 'D104' },
  { address: 'D100', type: 'int32', length: '10', next: 'D120' },
  { address: 'D100', type: 'string', length: '21', next: 'D111' },
  { address: 'D0099', next: 'D0100' },
  { address: 'd100', next: 'd101' },
  { address: 'Ｄ１００', next: 'D101' },
  { address: 'D100.3', type: 'bool', next: 'D100.4' },
  { address: 'D100.9', type: 'bool', next: 'D100.A' },
  { address: 'D100.F', type: 'bool', next: 'D101.0' },
  { address: 'D100.3', type: 'bit', length: '20', next: 'D101.7' },
  { address: 'M9', type: 'bool', next: 'M10' },
  { address: 'M0', type: 'uint16', next: 'M16' },
  { address: 'M0', type: 'int32', next: 'M32' },
  { address: 'X9', type: 'bool', next: 'X0A' },
  { address: 'X0A', type: 'bool', next: 'X0B' },
  { address: 'X0F', type: 'bool', next: 'X10' },
  { address: 'X1F', type: 'bool', next: 'X20' },
  { address: 'x1f', type: 'bool', next: 'x20' },
  { address: 'W9F', next: 'W0A0' },
  { address: 'WFE', next: 'WFF' },
  { address: 'WFF', next: 'W100' },
  { address: 'B0FF', type: 'bool', next: 'B100' },
  { address: 'BB', type: 'bool', next: 'BC' },
  { address: 'SB9', type: 'bool', next: 'SB0A' },
  { address: 'SS9', type: 'bool', next: 'SS10' },
  { address: 'DX0F', type: 'bool', next: 'DX10' },
  { address: 'D100', type: 'no type', next: 'D101' },
  { address: 'D100', length: 'many', next: 'D101' },
  { plc: FX3, address: 'X7', type: 'bool', next: 'X10' },
  { plc: FX3, address: 'Y077', type: 'bool', next: 'Y100' },
  { plc: FX3, address: 'CN200', type: 'uint32', next: 'CN201' },
  { plc: FX3, address: 'M7679', type: 'bool', next: '' },
  { plc: FX3, address: 'D8511', next: '' },
  { plc: IQR, address: 'LTN3', type: 'uint32', next: 'LTN4' },
  { plc: IQR, address: 'LTS3', type: 'bool', length: '2', next: 'LTS5' },
  { address: 'K4M0', next: 'K4M16' },
  { address: 'K1X0E', next: 'K1X12' },
  { address: 'k8b0', type: 'uint32', next: 'k8b20' },
  { address: 'D100:10', next: 'D110:10' },
  { address: 'D100:10', type: 'float32', next: 'D110:10' },
  { address: 'D100:10', type: 'string', length: '20', next: 'D110:10' },
  { address: 'D100.E:5', type: 'bool', next: 'D101.3:5' },
  { address: 'M0:32', type: 'uint16', next: 'M32:32' },
  { address: 'D100:UD', type: 'uint32', next: 'D102:UD' },
  { plc: FX3, address: 'K4Y0', next: 'K4Y20' },
  { address: '', next: '' },
  { address: 'nonsense', next: '' },
  { address: placeholder('ADDRESS'), next: '' },
]

describe('the address of a MELSEC PLC behind', () => {
  for (const { plc = Q, address, type = 'uint16', length, next } of rows) {
    it(`${type} ${length ?? ''} at "${address}" of ${plc.series} is "${next}"`, () =>
      assert.equal(nextAddress(address, type, length, plc), next))
  }
})
