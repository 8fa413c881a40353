import assert from 'node:assert/strict'
import { encodeBatch } from '../../../lib/contract/batch'
import { encodeReadings, encodeSource } from '../../../lib/contract/readings'
import { causeOf } from '../../../lib/contract/refused-cause'
import { Grouping } from '../../../lib/historian/dead-letter-groups'

const T0 = Date.parse('2026-11-22T04:00:00.000Z')

function letter(id: number, reason: string, { origin = 'press', fields = ['t'], times = [T0] } = {}) {
  const columns = fields.map((name) => ({ name, unit: '', kind: 'number' as const }))
  const source = encodeSource({ collector: origin, type: 'modbus', measurement: 'plant', pointTags: {}, columns })
  const batches = times.map((time) =>
    encodeBatch({
      generation: 0,
      revision: 0,
      cycle: 0,
      time,
      values: fields.map(() => 1),
      bad: new Map(),
      sourceTimes: new Map(),
    }),
  )
  const data = encodeReadings(source, batches)
  const weight = fields.length * times.length
  return { id, to: 'historian', title: 'readings', origin, time: '2026-11-22T05:00:00.000Z', weight, reason, data }
}

describe('dead letters by cause', () => {
  it('are one group for all that one thing is wrong with, whatever number or date the words have', () => {
    const grouping = new Grouping()
    const words = (count: number) => `field type conflict: input field "t 1" is type string dropped=${count}`
    grouping.add(letter(3, words(1), { times: [T0 + 2000] }))
    grouping.add(letter(4, words(22), { origin: 'oven', times: [T0, T0 + 1000] }))
    grouping.add(letter(5, words(1), { fields: ['u'] }))
    grouping.add(letter(6, 'older than 2026-11-15T04:00:00Z', { fields: ['t', 'u'] }))
    grouping.add(letter(7, 'older than 2026-11-15T04:00:09.5Z', { fields: ['t', 'u'] }))
    assert.deepEqual(
      grouping.groups.map(({ field, collectors, samples, letters, ids }) => [field, collectors, samples, letters, ids]),
      [
        ['t', ['press', 'oven'], 3, 2, [3, 4]],
        ['u', ['press'], 1, 1, [5]],
        ['', ['press'], 4, 2, [6, 7]],
      ],
    )
    const [first] = grouping.groups
    assert.equal(first?.reason, 'field type conflict: input field "t 1" is type string dropped=#')
    assert.deepEqual([first.first, first.last], ['2026-11-22T04:00:00.000Z', '2026-11-22T04:00:02.000Z'])
  })

  it('can be such as nobody can read', () => {
    const grouping = new Grouping()
    grouping.add({ ...letter(1, 'no message'), data: 'x' })
    assert.deepEqual(
      grouping.groups.map(({ measurement, field, first }) => [measurement, field, first]),
      [['', '', '2026-11-22T05:00:00.000Z']],
    )
  })

  it('leave names in the words as they are', () => {
    assert.equal(causeOf('tag "press 12": 3.5 is above 2e9 of t1'), 'tag "press 12": # is above 2e9 of t1')
    assert.equal(
      causeOf(
        'dropped 4 points outside retention policy of duration 24h0m0s - oldest point m at 1970-01-01T00:00:01Z dropped',
      ),
      'dropped # points outside retention policy of duration 24h0m0s',
    )
  })
})
