import assert from 'node:assert/strict'
import { checkScaleFrom, checkScales, parseScaleFrom, scaledColumns } from '../../../lib/contract/scale-from'

type Tag = { name: string; scaleFrom: string; every: number; at: string }
const tag = (name: string, scaleFrom = '', every = 1): Tag => ({ name, scaleFrom, every, at: name })
const atAddress = ({ every }: Tag, { kind, from }: { kind: string; from: string }): Tag => ({
  name: from,
  scaleFrom: '',
  every,
  at: `${kind} at ${from}`,
})

/** Column <- column by which it is scaled, and the hidden columns. */
function columnsOf(...tags: Tag[]) {
  const { columns, scales } = scaledColumns(tags, atAddress)
  return {
    hidden: columns.slice(tags.length).map(({ at, every }) => `${at}, every ${every}`),
    scales: [...scales].map(([column, { kind, from, called }]) => `${column} ${kind} ${from} ${called}`),
  }
}

describe('where a scale comes from', () => {
  for (const [text, parsed] of [
    ['', undefined],
    ['10^SF', { kind: 'power', from: 'SF' }],
    [' 10 ^ my scale ', { kind: 'power', from: 'my scale' }],
    ['40085', { kind: 'power', from: '40085' }],
    ['*40085', { kind: 'factor', from: '40085' }],
    ['* CT ratio', { kind: 'factor', from: 'CT ratio' }],
  ] as const) {
    it(`is read out of ${JSON.stringify(text)}`, () => assert.deepEqual(parseScaleFrom(text), parsed))
  }
  for (const text of ['10^', '*', ' 10^ ']) {
    it(`is missing in ${JSON.stringify(text)}`, () =>
      assert.equal(
        checkScaleFrom(text),
        `${JSON.stringify(text)} names no scale: write 10^ or * and a tag or an address`,
      ))
  }
})

describe('the columns of tags with scales', () => {
  it('are the tags themselves where none has one', () => {
    const tags = [tag('a'), tag('b')]
    assert.equal(scaledColumns(tags, atAddress).columns, tags)
  })
  it('are no more where the scale is a tag, also one called like an address', () =>
    assert.deepEqual(columnsOf(tag('W', '10^40085'), tag('40085')), { hidden: [], scales: ['0 power 1 "40085"'] }))
  it('have one more for an address, once for all tags', () =>
    assert.deepEqual(columnsOf(tag('A', '40085'), tag('B', '10^40085'), tag('C', '*40085')), {
      hidden: ['power at 40085, every 1', 'factor at 40085, every 1'],
      scales: ['0 power 3 40085', '1 power 3 40085', '2 factor 4 40085'],
    }))
  it('have one more where the scale is read in other cycles', () =>
    assert.deepEqual(columnsOf(tag('A', 'SF', 2), tag('B', 'SF', 3), tag('SF', '', 3)), {
      hidden: ['SF, every 2'],
      scales: ['0 power 3 "SF"', '1 power 2 "SF"'],
    }))
  it('have none more where the scale is read in every cycle', () =>
    assert.deepEqual(columnsOf(tag('A', 'SF', 5), tag('SF')).hidden, []))
  it('hold the scales of what is hidden, too', () =>
    assert.deepEqual(columnsOf(tag('A', 'B'), tag('B', 'C', 4), tag('C', '', 9)), {
      hidden: ['B, every 1', 'C, every 4', 'C, every 1'],
      scales: ['0 power 3 "B"', '1 power 4 "C"', '3 power 5 "C"'],
    }))
})

describe('a scale', () => {
  const problems = (...tags: Tag[]): string[] =>
    checkScales(tags, {
      against: ({ name }) => (name === 'text' ? 'a text' : undefined),
      againstAddress: (_tag, from) => (from.startsWith('4') ? undefined : `nothing is called ${from}`),
    }).map(({ index, field, message }) => `${index} ${field}: ${message}`)

  it('may be a tag or an address', () => assert.deepEqual(problems(tag('A', 'SF'), tag('SF', '40001')), []))
  it('is refused where there is neither', () =>
    assert.deepEqual(problems(tag('A', '*SF')), ['0 scaleFrom: nothing is called SF']))
  it('is refused where the tag cannot be one', () =>
    assert.deepEqual(problems(tag('A', 'text'), tag('text')), ['0 scaleFrom: a text']))
  it('cannot be the tag itself', () =>
    assert.deepEqual(problems(tag('A', 'A')), ['0 scaleFrom: "A" is scaled by this tag itself']))
  it('cannot go round, and who only leads into a circle is not blamed', () =>
    assert.deepEqual(problems(tag('X', 'A'), tag('A', 'B'), tag('B', 'C'), tag('C', 'A')), [
      '1 scaleFrom: "B" is scaled by this tag itself',
      '2 scaleFrom: "C" is scaled by this tag itself',
      '3 scaleFrom: "A" is scaled by this tag itself',
    ]))
})
