import assert from 'node:assert/strict'
import { isHeaderRow, rolesOf } from '../../../editor/list/headers'

const LISTS: [string, string[], (string | undefined)[]][] = [
  [
    'a German meter',
    ['Register', 'Bezeichnung', 'Einheit', 'Adresse (hex)', 'Anzahl', 'Format'],
    ['address', 'name', 'unit', 'hex address', 'count', 'type'],
  ],
  [
    'a Chinese drive',
    ['变量名称', 'PLC地址', 'Modbus地址', '十六进制地址', '数据类型', '单位', '倍率'],
    ['name', 'plc address', 'modbus address', 'hex address', 'type', 'unit', 'scale'],
  ],
  [
    'an English inverter',
    ['Parameter', 'Register Address', 'Function Code', 'Data Type', 'No.', 'Scale Factor', 'Units', 'R/W', 'Remarks'],
    ['name', 'address', 'area', 'type', undefined, 'scale', 'unit', 'access', 'comment'],
  ],
  ['descriptions instead of names', ['Address', 'Description', 'Type'], ['address', 'name', 'type']],
  ['names and descriptions', ['Name', 'Address', 'Description'], ['name', 'address', 'comment']],
  ['umlauts', ['Messgröße', 'Auflösung', 'Gerät'], ['name', 'scale', undefined]],
]

describe('The headers of a list', () => {
  for (const [what, headers, roles] of LISTS)
    it(`say what its columns hold: ${what}`, () => {
      assert.deepEqual(rolesOf(headers), roles)
      assert.equal(isHeaderRow(headers), true)
    })

  it('are none where a row holds values', () => {
    for (const row of [
      ['Voltage', '40001', 'FLOAT'],
      ['a', 'b'],
      ['', ''],
      ['name', '1'],
      ['30001', 'Unit', 'Type'],
    ])
      assert.equal(isHeaderRow(row), false, row.join())
  })
})
