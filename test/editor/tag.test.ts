import assert from 'node:assert/strict'
import { cellsOf, type Tag, tagOf } from '../../editor/tag'
import { modbusFields } from '../../nodes/modbus-in/fields'
import { placeholder } from '../support/placeholder'

const { tags: list } = modbusFields

describe('a tag in the table', () => {
  const stored: { what: string; tag: Tag }[] = [
    { what: 'a short one', tag: { name: 'a', address: '40001', type: 'int16' } },
    {
      what: 'one with defaults written out',
      tag: { name: 'a', address: '40001', type: 'int16', order: '', scale: 1, offset: 0 },
    },
    { what: 'numbers that are texts', tag: { name: 'a', address: '40001', type: 'int16', scale: '0.10' } },
    { what: 'an address that is a number', tag: { name: 'a', address: 40001, type: 'int16' } },
    {
      what: 'placeholders',
      tag: { name: placeholder('NAME'), address: placeholder('A'), type: 'int16', scale: placeholder('SCALE') },
    },
    { what: 'wrong values', tag: { name: 'a', address: 'x', type: 'int99', scale: 'much', length: 5 } },
    { what: 'properties of a later version', tag: { name: 'a', address: '40001', type: 'int16', color: 'red' } },
    { what: 'nothing', tag: {} },
  ]
  for (const { what, tag } of stored) {
    it(`comes out as it was when nothing is changed: ${what}`, () => {
      const expected = tag.name === undefined ? { name: '', address: '', type: 'uint16' } : tag
      assert.deepEqual(tagOf(list, cellsOf(list, tag), tag), expected)
    })
  }

  it('shows defaults where the flow has nothing', () => {
    const cells = cellsOf(list, { name: 'a', address: '40001' })
    assert.equal(cells.type, 'uint16')
    assert.equal(cells.scale, '1')
    assert.equal(cells.order, '')
  })
  it('that is new stores what is not default, numbers as numbers', () => {
    const cells = { ...cellsOf(list, {}), name: 'a', address: '40001', scale: '0.10', unit: 'bar', deadband: '' }
    assert.deepEqual(tagOf(list, cells, {}), { name: 'a', address: '40001', type: 'uint16', scale: 0.1, unit: 'bar' })
  })
  it('that goes back to a default keeps the property it has', () => {
    const tag = { name: 'a', address: '40001', type: 'uint16', scale: 2 }
    assert.deepEqual(tagOf(list, { ...cellsOf(list, tag), scale: '1' }, tag), { ...tag, scale: 1 })
  })
  it('keeps the text of what is no number, to be corrected later', () => {
    assert.equal(tagOf(list, { ...cellsOf(list, {}), scale: '1,5' }, {}).scale, '1,5')
  })
})
