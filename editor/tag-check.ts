// What is wrong in a tag list, cell by cell. Unlike the check of the whole list at runtime, one wrong cell does not keep
// the others from being looked at: the table is checked while it is typed.

import { checkField, type ListField, parseFields } from '../lib/contract/fields'
import { duplicateNames } from '../lib/contract/reader-fields'
import { isPlaceholder } from './placeholder'
import type { Cells } from './tag'

/** Column -> what is wrong in it. */
export type CellProblems = Map<string, string>

/** One entry a row, empty where all is well. */
export function checkTags(list: ListField, rows: readonly Cells[]): CellProblems[] {
  const problems = rows.map((cells) => checkCells(list, cells))
  const report = ({ index, field, message }: { index: number; field: string; message: string }): void => {
    const row = problems[index]
    if (row && !row.has(field)) row.set(field, message)
  }
  duplicateNames(rows.map((cells) => ({ name: cells.name ?? '' }))).forEach(report)

  // The list's own check expects tags that have passed all before.
  const sound = rows.flatMap((cells, index) => {
    const parsed = problems[index]?.size === 0 ? parseFields(list.item, cells) : undefined
    return parsed?.ok ? [{ index, tag: parsed.value }] : []
  })
  for (const { index, field, message } of list.checkAll?.(sound.map(({ tag }) => tag)) ?? []) {
    const row = sound[index]
    if (row) report({ index: row.index, field, message })
  }
  return problems
}

function checkCells({ item }: ListField, cells: Cells): CellProblems {
  const problems: CellProblems = new Map()
  for (const [column, field] of Object.entries(item)) {
    const cell = cells[column] ?? ''
    if (isPlaceholder(cell)) continue
    const message = checkField(field, cell)
    if (message !== undefined) problems.set(column, message)
  }
  return problems
}
