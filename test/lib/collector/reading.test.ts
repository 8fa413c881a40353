import assert from 'node:assert/strict'
import { allBad, columnsOf, earlierOf, NO_VALUE, NOT_A_NUMBER } from '../../../lib/collector/reading'
import type { Value } from '../../../lib/contract/batch'

describe('columns of a reading', () => {
  const none = new Map<number, string>()
  const table: { what: string; values: (Value | null)[]; bad?: [number, string][]; want: typeof allBadOfOne }[] = [
    { what: 'good values', values: [1, false, 'x', [1, 2]], want: { values: [1, false, 'x', [1, 2]], bad: [] } },
    { what: 'NaN', values: [Number.NaN], want: { values: [null], bad: [[0, NOT_A_NUMBER]] } },
    { what: 'Infinity', values: [1, -Infinity], want: { values: [1, null], bad: [[1, NOT_A_NUMBER]] } },
    {
      what: 'null in an array and an object',
      values: [[1, null], { a: [null] }],
      want: { values: [[1, null], { a: [null] }], bad: [] },
    },
    { what: 'NaN in an array', values: [[1, [Number.NaN]]], want: { values: [null], bad: [[0, NOT_A_NUMBER]] } },
    { what: 'NaN in an object', values: [{ a: Infinity }], want: { values: [null], bad: [[0, NOT_A_NUMBER]] } },
    { what: 'null without a reason', values: [null], want: { values: [null], bad: [[0, NO_VALUE]] } },
    { what: 'a bad tag', values: [null, 2], bad: [[0, 'no']], want: { values: [null, 2], bad: [[0, 'no']] } },
    { what: 'a bad tag with a value', values: [7], bad: [[0, 'old']], want: { values: [null], bad: [[0, 'old']] } },
    { what: 'a reason for no column', values: [7], bad: [[1, 'no']], want: { values: [7], bad: [] } },
  ]
  const allBadOfOne = { values: [] as (Value | null)[], bad: [] as [number, string][] }
  for (const { what, values, bad, want } of table) {
    it(`are true for ${what}`, () => {
      const columns = columnsOf({ values, bad: bad ? new Map(bad) : none }, values.length)
      assert.deepEqual({ values: columns.values, bad: [...columns.bad] }, want)
    })
  }

  it('leave of earlier values those that are one, however many there are of one time', () => {
    const earlier = [
      { column: 0, value: 1, time: 10 },
      { column: 0, value: 2, time: 10 },
      { column: 0, value: 3, time: 11 },
      { column: 0, value: Number.NaN, time: 12 },
      { column: 1, value: 4, time: 10 },
    ]
    assert.deepEqual(earlierOf({ values: [5], bad: none, earlier }, 1), earlier.slice(0, 3))
    assert.deepEqual(earlierOf({ values: [5], bad: none }, 1), [])
  })

  it('refuses a reading that does not fit the tags as a bug', () => {
    assert.throws(() => columnsOf({ values: [1, 2], bad: none }, 3), { kind: 'bug', code: 'reading-length' })
  })

  it('are all bad where nothing could be read', () => {
    const { values, bad } = allBad(3, 'off')
    assert.deepEqual(values, [null, null, null])
    assert.deepEqual(
      [...bad],
      [
        [0, 'off'],
        [1, 'off'],
        [2, 'off'],
      ],
    )
  })
})
