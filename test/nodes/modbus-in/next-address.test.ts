import assert from 'node:assert/strict'
import { nextAddress } from '../../../nodes/modbus-in/next-address'
import { placeholder } from '../../support/placeholder'

const rows: { address: string; type: string; length?: string; width?: string; next: string }[] = [
  { address: '40001', type: 'uint16', next: '40002' },
  { address: '40001', type: 'float32', next: '40003' },
  { address: '400001', type: 'int32', next: '400003' },
  { address: '00001', type: 'bool', next: '00002' },
  { address: 'holding:0', type: 'uint16', next: 'holding:1' },
  { address: 'hr9', type: 'uint32', next: 'hr11' },
  { address: 'input: 5', type: 'int16', next: 'input: 6' },
  { address: 'coil:9', type: 'bool', next: 'coil:10' },
  { address: 'di:0x0F', type: 'bool', next: 'di:0x10' },
  { address: '40001.3', type: 'bool', next: '40001.4' },
  { address: '40001.15', type: 'bool', next: '40002.0' },
  { address: '40001', type: 'float64', next: '40005' },
  { address: '40001', type: 'int8h', next: '40002' },
  { address: '40001', type: 'float32', length: '10', next: '40021' },
  { address: '40001', type: 'string', length: '21', next: '40012' },
  { address: '40001.3', type: 'bool', length: '20', next: '40002.7' },
  { address: '40001.3', type: 'bit', length: '13', next: '40002.0' },
  { address: 'coil:9', type: 'bool', length: '100', next: 'coil:109' },
  { address: '40001', type: 'uint16', length: 'many', next: '40002' },
  { address: '49999', type: 'uint16', next: '410000' },
  { address: '39999', type: 'float32', next: '310001' },
  { address: '09999', type: 'bool', next: '010000' },
  { address: '09998.1', type: 'bool', next: '' },
  { address: 'holding:65535', type: 'uint16', next: '' },
  { address: 'holding:65534', type: 'float32', next: '' },
  { address: '465536.15', type: 'bool', next: '' },
  { address: '', type: 'uint16', next: '' },
  { address: 'nonsense', type: 'uint16', next: '' },
  { address: placeholder('ADDRESS'), type: 'uint16', next: '' },
  { address: '40001', type: 'no type', next: '40002' },
  { address: '40001', type: 'float32', width: '2', next: '40002' },
  { address: '40001', type: 'float64', width: '2', next: '40003' },
  { address: '40001', type: 'float32', width: '', next: '40003' },
  { address: 'coil:9', type: 'bool', width: '2', next: 'coil:10' },
]

describe('the address behind', () => {
  for (const { address, type, length, width, next } of rows) {
    it(`${type} ${length ?? ''} at "${address}" is "${next}"`, () =>
      assert.equal(nextAddress(address, type, length, width), next))
  }
})
