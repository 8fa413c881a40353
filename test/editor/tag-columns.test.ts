import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { plainPlace } from '../../editor/list/interpretation'
import { parsePasted, pastedRows } from '../../editor/pasted'
import { cellsOf, tagOf, usedColumns } from '../../editor/tag'
import { extraColumns, gridOf } from '../../editor/tag-columns'
import { parseFields } from '../../lib/contract/fields'
import { melsecFields } from '../../nodes/melsec-in/fields'
import { modbusFields } from '../../nodes/modbus-in/fields'
import { opcuaFields } from '../../nodes/opcua-in/fields'

const OF_ALL = ['noValue', 'min', 'max', 'scaleFrom', 'every', 'texts']

describe('the columns of a tag table', () => {
  it('are extra where they are not needed every day', () => {
    assert.deepEqual(extraColumns(modbusFields.tags), ['length', 'unitId', ...OF_ALL, 'charset', 'width'])
    assert.deepEqual(extraColumns(melsecFields.tags), ['length', ...OF_ALL, 'charset'])
    assert.deepEqual(extraColumns(opcuaFields.tags), ['filter', ...OF_ALL])
  })

  it('are used where a tag has anything but the default', () => {
    const list = modbusFields.tags
    assert.deepEqual(usedColumns(list, []), [])
    assert.deepEqual(usedColumns(list, [{ every: 1, min: '', width: '1' }]), [])
    assert.deepEqual(usedColumns(list, [{ name: 'a' }, { noValue: '0x8000', every: 10 }, { every: 1, min: 0 }]), [
      'name',
      'noValue',
      'min',
      'every',
    ])
  })

  it('each take room of their own, and an address takes more where its column is a name', () => {
    const few = gridOf(['name', 'address', 'type'])
    const more = gridOf(['name', 'address', 'type', 'texts', 'min'])
    // handle, reads and actions besides
    assert.equal(few.columns.match(/\d+px/g)?.length, 6)
    assert.equal(more.columns.match(/\d+px/g)?.length, 8)
    assert.ok(more.widthPx > few.widthPx + 200)
    assert.ok(gridOf(['name', 'address']).widthPx > few.widthPx - 84)
  })

  for (const [node, { tags }] of Object.entries({
    'modbus-in': modbusFields,
    'melsec-in': melsecFields,
    'opcua-in': opcuaFields,
  })) {
    for (const language of ['en-US', 'zh-CN']) {
      it(`have a short name and a hint with an example where one is needed: ${node}, ${language}`, () => {
        const file = resolve(__dirname, `../../nodes/${node}/locales/${language}/${node}.json`)
        const catalog = JSON.parse(readFileSync(file, 'utf8'))
        for (const column of Object.keys(tags.item)) {
          assert.match(catalog.column[column], /^.{2,14}$/, column)
          assert.match(catalog['column-hint'][column], /^.{5,}[^.。]$/, column)
        }
        for (const column of OF_ALL) assert.match(catalog['column-hint'][column], /\d/, column)
      })
    }
  }

  it('are filled by a table of a spreadsheet that names them as the properties are called', () => {
    const list = modbusFields.tags
    const text = [
      'name\taddress\ttype\tnoValue\tMIN\tmax\tscalefrom\tevery\ttexts\tcharset\twidth',
      'power\t40084\tint16\t0x8000, NaN\t-40\t400\t10^40085\t10\t\t\t2',
      'state\t40108\tuint16\t65535\t\t\t\t\t0=off;1=on\t\t',
      'maker\t40005\tstring\t\t\t\t\t\t\tgbk\t',
    ].join('\r\n')
    const pasted = pastedRows(parsePasted(text) ?? [], {
      standard: cellsOf(list, {}),
      start: 'name',
      readPlace: plainPlace,
    })
    const tags = pasted.map((cells) => tagOf(list, { ...cellsOf(list, {}), ...cells }, {}))
    assert.deepEqual(tags, [
      {
        ...{ name: 'power', address: '40084', type: 'int16', noValue: '0x8000, NaN', min: '-40', max: '400' },
        ...{ scaleFrom: '10^40085', every: 10, width: 2 },
      },
      { name: 'state', address: '40108', type: 'uint16', noValue: '65535', texts: '0=off;1=on' },
      { name: 'maker', address: '40005', type: 'string', charset: 'gbk' },
    ])
    assert.deepEqual(usedColumns(list, tags), ['name', 'address', 'type', ...OF_ALL, 'charset', 'width'])
    assert.ok(tags.every((tag) => parseFields(list.item, tag).ok))
  })
})
