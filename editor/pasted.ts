// What a spreadsheet puts into the clipboard: rows of cells separated by tabs, cells with tabs, line ends or quotes in quotes.

import { interpretList, type PlaceReader } from './list/interpretation'
import type { Cells } from './tag'

/** undefined when it is not a table, but a text for one cell. */
export function parsePasted(text: string): string[][] | undefined {
  if (!/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ''))) return undefined
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim())
    if (end === '') break
    if (end !== '\t') rows.push([])
  }
  return rows.filter((row) => row.some((cell) => cell !== ''))
}

type PasteTarget = {
  /** All columns of the table, with what an empty cell of a list means. */
  standard: Cells
  /** Where cells without a header go from, to the right. */
  start: string
  readPlace: PlaceReader
}

/** One entry a row. A list with headers says what its cells mean; others go from `start` to the right. */
export function pastedRows(rows: readonly string[][], { standard, start, readPlace }: PasteTarget): Cells[] {
  const listed = interpretList(rows, standard, readPlace)
  if (listed) return listed
  const columns = Object.keys(standard)
  const from = columns.slice(Math.max(0, columns.indexOf(start)))
  return rows.map((row) => Object.fromEntries(row.slice(0, from.length).map((cell, index) => [from[index], cell])))
}
