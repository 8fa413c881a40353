import assert from 'node:assert/strict'
import { keyAction } from '../../editor/tag-keys'

const none = { ctrlKey: false, metaKey: false, altKey: false, isComposing: false }
const ctrl = { ...none, ctrlKey: true }
const command = { ...none, metaKey: true }
const alt = { ...none, altKey: true }

describe('a key in a cell of the tag table', () => {
  const table: [key: string, held: typeof none, does: string | undefined][] = [
    ['a', none, undefined],
    ['Tab', none, undefined],
    ['d', none, undefined],
    ['Delete', none, undefined],
    ['Enter', { ...none, isComposing: true }, undefined],
    ['ArrowDown', { ...none, isComposing: true }, undefined],
    ['Enter', ctrl, undefined],
    ['ArrowUp', ctrl, undefined],
    ['Enter', none, 'add'],
    ['d', ctrl, 'duplicate'],
    ['D', command, 'duplicate'],
    ['Delete', ctrl, 'remove'],
    ['Delete', command, 'remove'],
    ['ArrowUp', alt, 'move up'],
    ['ArrowDown', alt, 'move down'],
    ['ArrowUp', none, 'go up'],
    ['ArrowDown', none, 'go down'],
  ]
  for (const [key, held, does] of table) {
    it(`does what it should: ${JSON.stringify({ key, ...held })}`, () => {
      const action = keyAction({ key, ...held }, 'input')
      assert.equal(action && Object.values(action).join(' '), does)
    })
  }
  it('goes through a list to choose from, but moves its row', () => {
    assert.equal(keyAction({ key: 'ArrowUp', ...none }, 'list'), undefined)
    assert.deepEqual(keyAction({ key: 'ArrowUp', ...alt }, 'list'), { kind: 'move', direction: 'up' })
  })
})
