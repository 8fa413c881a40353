import assert from 'node:assert/strict'
import { nextName } from '../../editor/tag-name'

const rows = [
  { name: 'pump1', taken: [], next: 'pump2' },
  { name: 'pump1', taken: ['pump2', 'pump3'], next: 'pump4' },
  { name: 'tank_09', taken: [], next: 'tank_10' },
  { name: 'tank_08', taken: [], next: 'tank_09' },
  { name: 'tank_99', taken: [], next: 'tank_100' },
  { name: 'oven', taken: [], next: 'oven2' },
  { name: 'oven', taken: ['oven2'], next: 'oven3' },
  { name: 'a1b', taken: [], next: 'a1b2' },
  { name: '温度', taken: ['温度2'], next: '温度3' },
  { name: '7', taken: [], next: '8' },
  { name: 'order-90071992547409929', taken: [], next: 'order-90071992547409930' },
]

describe('the next name', () => {
  for (const { name, taken, next } of rows) {
    it(`after "${name}" is "${next}"${taken.length > 0 ? ` when ${taken} are taken` : ''}`, () => {
      assert.equal(nextName(name, new Set(taken)), next)
    })
  }
})
