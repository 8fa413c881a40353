import assert from 'node:assert/strict'
import { checkFilter, parseFilter } from '../../../nodes/status-broadcast/filter'
import { processRow } from '../../support/process-row'

const all = [
  processRow('press-1'),
  processRow('press-2', { status: 'error' }),
  processRow('oven', { type: 'opcua', status: 'crashed' }),
  processRow('PLC: hall 3', { type: 'melsec', status: 'stopped' }),
  processRow('炉子', { status: 'error' }),
]

function shown(filter: string): string[] {
  const parsed = parseFilter(filter)
  assert.ok('shows' in parsed, JSON.stringify(parsed))
  return all.filter(parsed.shows).map(({ name }) => name)
}

describe('A filter', () => {
  const mistakes: [string, RegExp][] = [
    ['status:broken', /unknown status "broken"; there are stopped, /],
    ['type:profinet', /unknown type "profinet"; there are modbus, /],
    ['press-1, status:', /says no status/],
    ['name: ', /says no name/],
  ]
  for (const [filter, problem] of mistakes) {
    it(`refuses ${filter}`, () => assert.match(checkFilter(filter) ?? '', problem))
  }

  const table: [string, string[]][] = [
    ['', all.map(({ name }) => name)],
    [' , ,', all.map(({ name }) => name)],
    ['*', all.map(({ name }) => name)],
    ['press-1', ['press-1']],
    ['press', []],
    ['PRESS-1', ['press-1']],
    ['press-*', ['press-1', 'press-2']],
    ['*-2', ['press-2']],
    ['p*-*1', ['press-1']],
    ['press-1*press-1', []],
    ['press-1*1', []],
    ['*ove*n*', ['oven']],
    ['o*v*e*n', ['oven']],
    ['o*vv*n', []],
    ['oven, press-1', ['press-1', 'oven']],
    ['oven，press-1', ['press-1', 'oven']],
    ['炉子', ['炉子']],
    ['PLC: hall 3', ['PLC: hall 3']],
    ['name:PLC: hall 3', ['PLC: hall 3']],
    [':x', []],
    ['type:modbus', ['press-1', 'press-2', '炉子']],
    ['status:error', ['press-2', '炉子']],
    ['Status: Error', ['press-2', '炉子']],
    ['status:error, status:crashed', ['press-2', 'oven', '炉子']],
    ['type:modbus, status:error', ['press-2', '炉子']],
    ['press-*, oven, status:error, status:crashed', ['press-2', 'oven']],
  ]
  for (const [filter, names] of table) {
    it(`"${filter}" shows ${names.join(', ') || 'nothing'}`, () => {
      assert.equal(checkFilter(filter), undefined)
      assert.deepEqual(shown(filter), names)
    })
  }

  it('with many stars takes no time on a long name', () => {
    const parsed = parseFilter(`${'*a'.repeat(80)}*b`)
    assert.ok('shows' in parsed)
    const startedAt = performance.now()
    assert.equal(parsed.shows(processRow('a'.repeat(200))), false)
    assert.ok(performance.now() - startedAt < 100)
  })
})
