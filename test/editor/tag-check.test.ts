import assert from 'node:assert/strict'
import { cellsOf, type Tag } from '../../editor/tag'
import { checkTags } from '../../editor/tag-check'
import { modbusFields } from '../../nodes/modbus-in/fields'
import { placeholder } from '../support/placeholder'

const { tags: list } = modbusFields

/** [row, column] of everything that is marked. */
function marked(tags: Tag[]): [number, string][] {
  const problems = checkTags(
    list,
    tags.map((tag) => cellsOf(list, tag)),
  )
  return problems.flatMap((ofRow, row) => [...ofRow.keys()].map((column): [number, string] => [row, column]))
}

const good = { name: 'a', address: '40001', type: 'int16' }

describe('the check of a tag table', () => {
  it('finds nothing in good rows', () => assert.deepEqual(marked([good, { ...good, name: 'b' }]), []))
  it('finds nothing in no rows', () => assert.deepEqual(marked([]), []))
  it('marks every wrong cell, not only the first of a row', () => {
    assert.deepEqual(marked([{ name: '', address: '99', type: 'int16', scale: 'x' }]), [
      [0, 'name'],
      [0, 'address'],
      [0, 'scale'],
    ])
  })
  it('marks the second of two same names, also when another row is wrong', () => {
    assert.deepEqual(marked([{ ...good, name: 'x', address: '?' }, good, good]), [
      [0, 'address'],
      [2, 'name'],
    ])
  })
  it('does not call rows without a name duplicates', () => {
    const [, second] = checkTags(list, [cellsOf(list, { address: '40001' }), cellsOf(list, { address: '40002' })])
    assert.equal(second?.get('name'), 'must not be empty')
  })
  it('marks what does not go together in the right row, also behind a wrong one', () => {
    assert.deepEqual(
      marked([
        { ...good, address: '?' },
        { name: 'b', address: 'coil:1', type: 'int16' },
      ]),
      [
        [0, 'address'],
        [1, 'type'],
      ],
    )
  })
  it('leaves cells alone that are one placeholder', () => {
    assert.deepEqual(
      marked([{ name: placeholder('N'), address: placeholder('A'), type: 'int16', scale: placeholder('S') }]),
      [],
    )
  })
  it('does not take a placeholder within a text for one: Node-RED does not fill it in', () => {
    assert.deepEqual(marked([{ ...good, address: `4${placeholder('A')}` }]), [[0, 'address']])
  })
})
