import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import type { TagKind, Value } from '../../../../lib/contract/batch'
import { fromStoredTime, isStorableTime, toStoredTime } from '../../../../lib/historian/history/stored-time'
import { fromStored, toStored } from '../../../../lib/historian/history/stored-value'

/** Through SQLite, into a column like that of the history and back. */
function through(stored: number | bigint | string): { value: unknown; type: unknown } {
  const database = new DatabaseSync(':memory:')
  try {
    database.exec('CREATE TABLE t (value)')
    database.prepare('INSERT INTO t VALUES (?)').run(stored)
    const select = database.prepare('SELECT value, typeof(value) AS type FROM t')
    select.setReadBigInts(true)
    const row = select.get()
    return { value: row?.value, type: row?.type }
  } finally {
    database.close()
  }
}

describe('a value of the history', () => {
  const table: [TagKind, Value, string, Value?][] = [
    ['number', 1.5, 'real'],
    ['number', 5, 'integer'],
    ['number', -0, 'real'],
    ['number', 1e300, 'real'],
    ['number', 2 ** 53, 'real'],
    ['boolean', true, 'integer'],
    ['boolean', 0, 'integer', false],
    ['integer', '9223372036854775807', 'integer'],
    ['integer', '-9223372036854775808', 'integer'],
    ['integer', '9007199254740993', 'integer'],
    ['integer', '5', 'integer', 5],
    ['integer', Number.MAX_SAFE_INTEGER, 'integer'],
    ['unsigned', '9223372036854775808', 'text'],
    ['unsigned', '18446744073709551615', 'text'],
    ['any', '18446744073709551615', 'text'],
    ['any', '007', 'text'],
    ['any', '', 'text'],
    ['any', '"', 'text'],
    ['any', '\ud800 \0 温度 🚀', 'text'],
    ['any', true, 'text'],
    ['any', 7, 'integer'],
    ['any', [1, 'a', [true]], 'text'],
    ['any', { a: { b: 1 } }, 'text'],
    ['integer', 'no number', 'text'],
    ['boolean', 'open', 'text'],
  ]
  for (const [kind, value, type, back = value] of table) {
    it(`${kind} ${JSON.stringify(value)} is ${type} and comes back`, () => {
      const stored = toStored(value, kind)
      assert.ok(stored !== undefined)
      const row = through(stored)
      assert.equal(row.type, type)
      assert.deepEqual(fromStored(row.value, kind), back)
    })
  }

  it('that is not finite is none', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(toStored(value, 'number'), undefined)
  })

  it('that nobody of ours has written is none', () => {
    for (const stored of [null, undefined, new Uint8Array(2), 'no json', '']) {
      assert.equal(fromStored(stored, 'any'), undefined)
    }
  })

  it('of any shape comes back as it was', () => {
    void fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        if (value === null) return
        const stored = toStored(value as Value, 'any')
        assert.ok(stored !== undefined)
        assert.deepEqual(
          fromStored(through(stored).value, 'any'),
          typeof value === 'number' ? value : JSON.parse(JSON.stringify(value)),
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('a time of the history', () => {
  it('keeps its ms, and tells apart how often the clock was set back', () => {
    const times = [0, -1, 1.5, -1.5, Date.UTC(2030, 0), Date.UTC(1601, 0), Date.UTC(9999, 11), 8.64e15, -8.64e15]
    for (const time of times) {
      for (const steps of [0, 1, 255]) {
        assert.equal(fromStoredTime(BigInt(toStoredTime(time, steps))), Math.floor(time), `${time} ${steps}`)
      }
      assert.notEqual(BigInt(toStoredTime(time, 1)), BigInt(toStoredTime(time, 2)))
    }
  })

  it('is one that a clock can show', () => {
    assert.deepEqual([8.64e15, -8.64e15, 8.65e15, 1e300, Number.NaN].map(isStorableTime), [
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
