import assert from 'node:assert/strict'
import { parseMelsecConfig } from '../../../nodes/melsec-in/fields'
import { columnsOf, itemsOf, readingPlanOf } from '../../../nodes/melsec-in/items'
import { configOf, definitionOf, type ShortTag } from './config'

const spans = (tags: ShortTag[], others: object = {}) =>
  itemsOf(configOf(tags, others)).map(({ area, address, length }) => `${area} ${address}+${length}`)

describe('the items of a MELSEC reader', () => {
  const IQR = { series: 'iqr', frame: '4E' }
  const FX3 = { series: 'fx3', frame: '1E' }
  const table: [what: string, tags: ShortTag[], others: object, items: string[]][] = [
    ['count words of a register', [['t', 'D100', 'float64']], {}, ['D 100+4']],
    ['count points of a relay', [['t', 'X1F', 'bool', { length: 3 }]], {}, ['X 31+3']],
    ['count 16 points for a word of relays', [['t', 'M8', 'int32']], {}, ['M 8+32']],
    ['count octal where the PLC does', [['t', 'X10', 'bool']], { series: 'fx5' }, ['X 8+1']],
    ['count four words for a long timer', [['t', 'LTN5', 'uint32', { length: 2 }]], IQR, ['LTN 20+8']],
    [
      'read the state of a long timer with its value',
      [
        ['c', 'LTS5', 'bool'],
        ['v', 'LTN5', 'uint32'],
      ],
      IQR,
      ['LTN 20+4'],
    ],
    [
      'count two words for a long counter, in an area of its own',
      [
        ['t', 'CN200', 'int32'],
        ['u', 'CN199'],
      ],
      FX3,
      ['CN200 400+2', 'CN 199+1'],
    ],
    [
      'are shared by tags of the same words',
      [
        ['a', 'D1.0', 'bool'],
        ['b', 'D1.F', 'bool'],
        ['c', 'D1', 'int16'],
      ],
      {},
      ['D 1+1'],
    ],
    ['reach over as many words as bits need', [['t', 'D1.F', 'bool', { length: 2 }]], {}, ['D 1+2']],
  ]
  for (const [what, tags, others, items] of table) {
    it(what, () => assert.deepEqual(spans(tags, others), items))
  }

  it('know what kind of value comes out', () => {
    const tags: ShortTag[] = [
      ['a', 'D0'],
      ['b', 'M0', 'bool'],
      ['c', 'D4', 'string'],
      ['d', 'D8', 'int64'],
    ]
    assert.deepEqual(
      columnsOf(configOf(tags).tags).map(({ kind }) => kind),
      ['number', 'boolean', 'any', 'integer'],
    )
  })

  it('take the native order of the PLC where none is given', () => {
    const [item] = itemsOf(
      configOf([
        ['a', 'D0', 'uint64'],
        ['b', 'D0', 'uint64', { order: 'ABCDEFGH' }],
        ['c', 'D0', 'string', { length: 8 }],
        ['d', 'D0', 'string', { length: 8, order: 'AB' }],
      ]),
    )
    // D0 = 4241H, D1 = 4443H, D2 = 0045H, D3 = 0000H
    const view = new DataView(Uint8Array.of(0x42, 0x41, 0x44, 0x43, 0, 0x45, 0, 0).buffer)
    const values = item?.targets.map(({ decode }) => decode(view, 0))
    assert.deepEqual(values, [0x0045_4443_4241, 0x4241_4443_0045_0000n.toString(), 'ABCDE', 'BADC'])
  })
})

describe('the plan of a MELSEC reading', () => {
  const plan = (...tags: ShortTag[]) => {
    const { items, columns, width } = readingPlanOf(configOf(tags))
    const list = items.map(({ area, address, every, reach, targets }) => {
      const more = [every && `every ${every}`, reach && `to ${reach}`].filter(Boolean)
      return [`${area} ${address}:`, ...targets.map(({ column }) => column), ...more].join(' ')
    })
    return { list, columns: columns.length, width }
  }

  it('has a hidden column for a scale that is no tag', () =>
    assert.deepEqual(plan(['W', 'D100', 'int16', { scaleFrom: '10^D110', every: 2 }]), {
      list: ['D 100: 0 every 2 to 111', 'D 110: 1 every 2'],
      columns: 1,
      width: 2,
    }))

  it('has none where a tag is the scale', () =>
    assert.deepEqual(plan(['W', 'D100', 'int16', { scaleFrom: '*D110' }], ['D110', 'D5', 'float32']), {
      list: ['D 100: 0', 'D 5: 1 to 101'],
      columns: 2,
      width: 2,
    }))

  it('reads a date from its year on, and numbers with the low word first', () => {
    const [item] = itemsOf(
      configOf([
        ['a', 'D0', 'bcdtime48'],
        ['b', 'D0', 'uint48'],
        ['c', 'D0', 'stringl', { length: 3 }],
      ]),
    )
    const view = new DataView(Uint8Array.of(0x24, 0x02, 0x29, 0x12, 0x30, 0x15).buffer)
    const values = item?.targets.map(({ decode }) => decode(view, 0))
    assert.deepEqual(values?.slice(0, 2), ['2024-02-29T12:30:15.000Z', 0x3015_2912_2402])
  })

  const refused: [scaleFrom: string, problem: string][] = [
    ['X0', 'tags[0].scaleFrom: X0 is no word: a scale is one'],
    ['D5.3', 'tags[0].scaleFrom: D5.3 is no word: a scale is one'],
    ['LCN1', 'tags[0].scaleFrom: LCN1 is no word: a scale is one'],
    ['a', 'tags[0].scaleFrom: "a" is scaled by this tag itself'],
    ['Q', 'tags[0].scaleFrom: there is no tag "Q", and "Q" is no device of a PLC'],
  ]
  for (const [scaleFrom, problem] of refused) {
    it(`refuses ${scaleFrom} as a scale`, () => {
      const parsed = parseMelsecConfig(
        definitionOf([['a', 'D0', 'int16', { scaleFrom }]], { series: 'iqr', frame: '4E' }),
      )
      const [first] = parsed.ok ? [] : parsed.problems
      assert.equal(`${first?.path}: ${first?.message}`.slice(0, problem.length), problem)
    })
  }
})
