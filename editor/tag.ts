// A tag as it is stored in the flow, and as texts in the cells of the table.

import type { Field, ListField } from '../lib/contract/fields'

/** As stored: properties that have their default may be absent. */
export type Tag = { [property: string]: unknown }
/** One text a column. */
export type Cells = { [column: string]: string }

/** Columns that are stored even when they have their default: a tag should be readable in the flow file. */
const ALWAYS_STORED = ['name', 'address', 'type']

export function cellsOf(list: ListField, tag: Tag): Cells {
  return Object.fromEntries(
    Object.entries(list.item).map(([column, field]) => [column, textOf(tag[column] ?? field.default)]),
  )
}

/** Columns in which some tag has something else than the default. */
export function usedColumns(list: ListField, tags: readonly Tag[]): string[] {
  return Object.entries(list.item).flatMap(([column, { default: standard }]) => {
    const unused = textOf(standard)
    return tags.some((tag) => textOf(tag[column] ?? standard) !== unused) ? [column] : []
  })
}

/** Keeps what the table does not know of, and stays equal to `stored` where no cell was changed. */
export function tagOf(list: ListField, cells: Cells, stored: Tag): Tag {
  const tag: Tag = { ...stored }
  for (const [column, field] of Object.entries(list.item)) {
    const cell = cells[column] ?? ''
    if (column in stored && textOf(stored[column]) === cell) continue
    const value = storedOf(field, cell)
    if (value !== field.default || column in stored || ALWAYS_STORED.includes(column)) tag[column] = value
  }
  return tag
}

/** What is no number stays the text that was typed, so that nothing is lost. */
function storedOf(field: Field, cell: string): unknown {
  if (field.kind !== 'number') return cell
  if (cell.trim() === '') return field.default
  const value = Number(cell)
  return Number.isFinite(value) ? value : cell
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}
