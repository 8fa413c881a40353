import assert from 'node:assert/strict'
import { interpretList, plainPlace } from '../../../editor/list/interpretation'
import { parsePasted } from '../../../editor/pasted'
import { cellsOf } from '../../../editor/tag'
import { parseFields } from '../../../lib/contract/fields'
import { melsecFields } from '../../../nodes/melsec-in/fields'
import { modbusFields } from '../../../nodes/modbus-in/fields'
import { placeInList } from '../../../nodes/modbus-in/list-addresses'

const MODBUS = cellsOf(modbusFields.tags, {})
const MELSEC = cellsOf(melsecFields.tags, {})

const modbus = (...lines: string[]) =>
  interpretList(parsePasted(lines.join('\n')) ?? [], MODBUS, (place) =>
    placeInList(place, { area: undefined, base: 0, hex: false }),
  )

const METER = [
  'Register\tBezeichnung\tEinheit\tAdresse (hex)\tAnzahl\tFormat',
  '30001\tSpannung L1-N\tV\t0x0000\t2\tFLOAT',
  '30007\tStrom L1\tA\t0x0006\t2\tFLOAT',
  '30071\tFrequenz\tHz\t0x0046\t2\tFLOAT',
]
const DRIVE = [
  '变量名称\tPLC地址\tModbus地址\t十六进制地址\t数据类型\t单位\t倍率',
  '电机转速\tD100\t4196\t0x1064\tU16\trpm\t1',
  '有功功率\tD104\t4200\t0x1068\tFLOAT\tkW\t1',
  '炉温设定\tD110\t4206\t0x106E\tS16\t℃\t0,1',
]

describe('A list', () => {
  it('of a German meter becomes tags without a touch: its counts are no scales', () => {
    const tags = modbus(...METER)
    assert.deepEqual(tags, [
      { name: 'Spannung L1-N', address: '30001', type: 'float32', order: '', length: '1', unit: 'V' },
      { name: 'Strom L1', address: '30007', type: 'float32', order: '', length: '1', unit: 'A' },
      { name: 'Frequenz', address: '30071', type: 'float32', order: '', length: '1', unit: 'Hz' },
    ])
    assert.ok(tags?.every((tag) => parseFields(modbusFields.tags.item, withNumbers(tag)).ok))
  })

  it('of a Chinese drive is understood but for what it leaves open: the area of its addresses', () => {
    assert.deepEqual(modbus(...DRIVE)?.[2], {
      ...{ name: '炉温设定', address: '4206', type: 'int16', order: '', length: '1', unit: '℃', scale: '0.1' },
    })
  })

  it('gives each reader the addresses that it can read', () => {
    const tags = interpretList(parsePasted(DRIVE.join('\n')) ?? [], MELSEC, plainPlace)
    assert.deepEqual(
      tags?.map(({ address, type }) => [address, type]),
      [
        ['D100', 'uint16'],
        ['D104', 'float32'],
        ['D110', 'int16'],
      ],
    )
  })

  it('with function codes has areas', () => {
    const lines = ['Parameter\tAddress\tFC\tData type\tScale', 'Power\t100\t04\tINT32\tx0.1', 'On\t5\t01\tBOOL\t']
    assert.deepEqual(
      modbus(...lines)?.map(({ address, type, scale }) => [address, type, scale]),
      [
        ['input:100', 'int32', '0.1'],
        ['coil:5', 'bool', '1'],
      ],
    )
  })

  it('of ours with a column of remarks is still ours', () => {
    const lines = ['name\taddress\ttype\tlength\tnoValue\tComment', 'a\t40001\tstring\t16\t0x8000\tas in the manual']
    assert.deepEqual(modbus(...lines), [
      { name: 'a', address: '40001', type: 'string', length: '16', noValue: '0x8000' },
    ])
  })

  it('keeps what it says that is not understood, for the table to mark', () => {
    const lines = ['Name\tRegister\tFormat\tFactor', 'a\treserved\tenum of 3\tsee note']
    assert.deepEqual(
      modbus(...lines)?.map(({ address, type, scale }) => [address, type, scale]),
      [['reserved', 'enum of 3', 'see note']],
    )
  })

  it('without headers is none', () => {
    assert.equal(modbus('a\t40001\tfloat32', 'b\t40003\tfloat32'), undefined)
  })
})

/** As the table stores them. */
function withNumbers(cells: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(cells).filter(([, text]) => text !== ''))
}
