// What a spreadsheet puts into the clipboard: rows of cells separated by tabs, cells with tabs, line ends or quotes in quotes.

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

/**
 * Which column each cell of a pasted row belongs to. A first row of column names says so itself and is not data;
 * else the cells go from `start` to the right.
 */
export function assignColumns(
  rows: readonly string[][],
  columns: readonly string[],
  start: string,
): { columns: (string | undefined)[]; data: string[][] } {
  const [first = [], ...rest] = rows
  const named = first.map((cell) => columns.find((column) => column.toLowerCase() === cell.toLowerCase()))
  if (first.length > 1 && named.every((column, index) => column !== undefined || first[index] === '')) {
    return { columns: named, data: rest }
  }
  return { columns: columns.slice(Math.max(0, columns.indexOf(start))), data: [...rows] }
}
