import assert from 'node:assert/strict'
import { plainPlace } from '../../editor/list/interpretation'
import { parsePasted, pastedRows } from '../../editor/pasted'

const COLUMNS = ['name', 'address', 'type', 'scale']

describe('what is pasted', () => {
  const tables: { what: string; text: string; rows: string[][] | undefined }[] = [
    { what: 'one word is a text for the cell', text: 'pump', rows: undefined },
    {
      what: 'one cell of a spreadsheet, which ends its line, is a text for the cell',
      text: 'pump\r\n',
      rows: undefined,
    },
    { what: 'nothing is no table', text: '', rows: undefined },
    { what: 'tabs separate cells', text: 'a\tb', rows: [['a', 'b']] },
    { what: 'lines separate rows, whatever they end with', text: 'a\r\nb\nc\rd', rows: [['a'], ['b'], ['c'], ['d']] },
    {
      what: 'an empty cell stays a cell',
      text: 'a\t\tc\n\t\td',
      rows: [
        ['a', '', 'c'],
        ['', '', 'd'],
      ],
    },
    {
      what: 'empty rows are left out',
      text: 'a\tb\n\t\n\nc\td\n',
      rows: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    { what: 'blanks around a cell are left out', text: ' a \t" b "', rows: [['a', 'b']] },
    {
      what: 'a cell in quotes may have tabs, line ends and quotes',
      text: '"a\tb"\t"c\nd"\t"say ""x"""\ne\tf',
      rows: [
        ['a\tb', 'c\nd', 'say "x"'],
        ['e', 'f'],
      ],
    },
    { what: 'a quote within a cell is only a quote', text: '5" pipe\tb', rows: [['5" pipe', 'b']] },
    {
      what: 'a quote that is never closed is only a quote',
      text: '"a\tb\nc\td',
      rows: [
        ['"a', 'b'],
        ['c', 'd'],
      ],
    },
  ]
  for (const { what, text, rows } of tables) it(what, () => assert.deepEqual(parsePasted(text), rows))

  it('of 10 000 rows is parsed in a moment, also when it is one endless quote', () => {
    const text = '"'.concat('a\tb\n'.repeat(10_000))
    const startedMs = performance.now()
    assert.equal(parsePasted(text)?.length, 10_000)
    assert.ok(performance.now() - startedMs < 1000)
  })
})

describe('the columns of what is pasted', () => {
  const STANDARD = Object.fromEntries(COLUMNS.map((column) => [column, '']))
  const rowsOf = (rows: string[][], start: string) =>
    pastedRows(rows, { standard: STANDARD, start, readPlace: plainPlace })

  it('go from the cell with the focus to the right', () => {
    assert.deepEqual(rowsOf([['40001', 'bool']], 'address'), [{ address: '40001', type: 'bool' }])
  })
  it('end with the table', () => {
    assert.deepEqual(rowsOf([['1', 'too much']], COLUMNS.at(-1) ?? ''), [{ [COLUMNS.at(-1) ?? '']: '1' }])
  })
  it('have the names of a first row that consists of names, in any order and case', () => {
    const rows = [
      ['Address', 'NAME'],
      ['40001', 'a'],
    ]
    assert.deepEqual(rowsOf(rows, 'scale'), [{ address: '40001', name: 'a' }])
  })
  it('are not taken from a first row with a word that is no column', () => {
    assert.deepEqual(rowsOf([['name', 'pressure']], 'name'), [{ name: 'name', address: 'pressure' }])
  })
  it('are not taken from a single cell, which may be the name of a tag', () => {
    assert.deepEqual(rowsOf([['name'], ['b']], 'name'), [{ name: 'name' }, { name: 'b' }])
  })
})
