import assert from 'node:assert/strict'
import { holds, parseCondition } from '../../editor/condition'
import { placeholder } from '../support/placeholder'

const cases: [condition: string, given: Record<string, string>, expected: boolean][] = [
  ['historian=influxdb', { historian: 'influxdb' }, true],
  ['historian=influxdb', { historian: 'none' }, false],
  ['historian=influxdb', {}, false],
  ['historian=embedded,influxdb', { historian: 'embedded' }, true],
  ['historian=embedded,influxdb', { historian: 'none' }, false],
  ['historian=influxdb influxVersion=1,3', { historian: 'influxdb', influxVersion: '3' }, true],
  ['historian=influxdb influxVersion=1,3', { historian: 'influxdb', influxVersion: '2' }, false],
  ['historian=influxdb influxVersion=1,3', { historian: 'none', influxVersion: '1' }, false],
  ['historian=influxdb', { historian: placeholder('HISTORIAN') }, true],
]

describe('The condition of a row', () => {
  for (const [condition, given, expected] of cases) {
    it(`"${condition}" ${expected ? 'holds' : 'does not hold'} with ${JSON.stringify(given)}`, () => {
      assert.equal(
        holds(parseCondition(condition), (property) => given[property] ?? ''),
        expected,
      )
    })
  }
})
