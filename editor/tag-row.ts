// One row of the tag table: its elements, and what they show. What happens to it is the table's (tag-table.ts).

import type { Field, ListField } from '../lib/contract/fields'
import { element } from './element'
import type { Cells, Tag } from './tag'
import type { CellProblems } from './tag-check'
import type { Translate } from './wording'

export type CellInput = HTMLInputElement | HTMLSelectElement

export type Row = {
  /** As the flow has it; what the table does not know of is kept. */
  readonly stored: Tag
  readonly cells: Cells
  readonly element: HTMLElement
  readonly inputs: ReadonlyMap<string, CellInput>
  /** Shows how the address is understood. */
  readonly reads: HTMLElement
  readonly pattern: RowPattern
  /** What stood in the cells when the notes were made, and the notes. */
  noted: { cells: string; notes: RowNotes } | undefined
}

/** What the protocol says of a row besides its problems. */
export type RowNotes = {
  /** How the address is understood, e.g. "holding 40124 · wire 123"; '' when it cannot be. */
  reads: string
  /** Column -> what fits this row, where that is less than the field allows. */
  choices: Readonly<Record<string, readonly string[]>>
  /** Columns that mean nothing in this row, e.g. the scale of a bit. */
  idle: readonly string[]
  /** Columns that this row cannot do without. */
  needed: readonly string[]
  /** Column -> key of the text that says what its choice means; other cells are explained by the hint of their column. */
  hints: Readonly<Record<string, string>>
}

/** Choices that are shown together, below a title. */
export type ChoiceGroup = { title: string; choices: readonly string[] }

export type RowPattern = {
  element: HTMLElement
  /** Of the columns to choose in: all that there is, in groups if it has some. */
  choices: ReadonlyMap<string, { all: readonly string[]; groups: readonly ChoiceGroup[] }>
  translate: Translate
}

export const ROW_ACTIONS = { duplicate: 'fa-clone', remove: 'fa-trash-o' } as const
export type RowAction = keyof typeof ROW_ACTIONS

/** Makes the elements of a row once, to be copied for each tag: thousands of rows must come quickly. */
export function rowPattern(
  list: ListField,
  { groups, translate }: { groups: Readonly<Record<string, readonly ChoiceGroup[]>>; translate: Translate },
): RowPattern {
  const choices: RowPattern['choices'] = new Map(
    Object.entries(list.item).flatMap(([column, field]) =>
      field.kind === 'choice' ? [[column, { all: field.choices, groups: groups[column] ?? [] }]] : [],
    ),
  )
  const pattern = element('div', 'collector-tags-line collector-tag')
  pattern.append(element('span', 'collector-tag-handle', { title: translate('tags.drag') }))
  for (const [column, field] of Object.entries(list.item)) {
    const input = inputFor(field)
    input.classList.add('collector-cell')
    input.dataset.column = column
    input.setAttribute('aria-label', translate(`column.${column}`))
    pattern.append(input)
    if (column === 'address') pattern.append(element('span', 'collector-tag-reads'))
  }
  const actions = element('span', 'collector-tag-actions')
  for (const [action, icon] of Object.entries(ROW_ACTIONS)) {
    // Not in the tab order, so that Tab goes from cell to cell; each has its key (tag-table.ts).
    const title = translate(`tags.${action}`)
    const button = element('button', 'red-ui-button red-ui-button-small', { title, type: 'button', tabindex: '-1' })
    button.setAttribute('aria-label', title)
    button.dataset.action = action
    button.append(element('i', `fa ${icon}`))
    actions.append(button)
  }
  pattern.append(actions)
  return { element: pattern, choices, translate }
}

export function buildRow(pattern: RowPattern, cells: Cells, stored: Tag): Row {
  const copy = pattern.element.cloneNode(true)
  if (!(copy instanceof HTMLElement)) throw new TypeError('the pattern of a row is an element')
  const inputs = new Map<string, CellInput>()
  for (const input of copy.querySelectorAll<CellInput>('.collector-cell')) inputs.set(input.dataset.column ?? '', input)
  const reads = copy.querySelector<HTMLElement>('.collector-tag-reads') ?? element('span', '')
  const row: Row = { stored, cells: {}, element: copy, inputs, reads, pattern, noted: undefined }
  for (const [column, cell] of Object.entries(cells)) fillCell(row, column, cell)
  return row
}

export function fillCell(row: Row, column: string, cell: string): void {
  const input = row.inputs.get(column)
  const value = input instanceof HTMLSelectElement ? meant(row.pattern.choices.get(column)?.all, cell) : cell
  row.cells[column] = value
  if (input instanceof HTMLSelectElement) input.replaceChildren(optionFor(value, row.pattern.translate))
  if (input) input.value = value
}

/** What is pasted may be written in capitals. A choice that does not exist is shown as it is and marked, not replaced. */
function meant(choices: readonly string[] = [], given: string): string {
  return choices.find((choice) => choice.toLowerCase() === given.toLowerCase()) ?? given
}

/**
 * Called when somebody comes to a cell. Until then it holds its own choice only: some thirty options in each of thousands of
 * rows would take seconds. It offers what fits the row, and keeps what is chosen even if it does not.
 */
export function offerChoices(row: Row, column: string): void {
  const select = row.inputs.get(column)
  const choices = row.pattern.choices.get(column)
  if (!(select instanceof HTMLSelectElement) || !choices) return
  const chosen = select.value
  const fitting = row.noted?.notes.choices[column] ?? choices.all
  const offered = fitting.includes(chosen) ? fitting : [...fitting, chosen]
  const { options } = select
  const known = new Set([...options].map(({ value }) => value))
  // Not while the list is already open.
  if (known.size === offered.length && offered.every((choice) => known.has(choice))) return
  const { translate } = row.pattern
  const grouped = choices.groups.map(({ title, choices }) => groupOf(title, choices, translate))
  const ungrouped = offered.filter((choice) => !choices.groups.some((group) => group.choices.includes(choice)))
  select.replaceChildren(...grouped, ...ungrouped.map((choice) => optionFor(choice, translate)))
  select.value = chosen
}

function groupOf(title: string, choices: readonly string[], translate: Translate): HTMLElement {
  const group = element('optgroup', '', { label: title })
  group.append(...choices.map((choice) => optionFor(choice, translate)))
  return group
}

/** The notes of a row, anew only when anything stands in it that did not before. */
export function notesOf(row: Row, notes: (cells: Cells) => RowNotes): RowNotes {
  const cells = Object.values(row.cells).join('\0')
  if (row.noted?.cells !== cells) row.noted = { cells, notes: notes(row.cells) }
  return row.noted.notes
}

export function showReads(row: Row, text: string): void {
  if (row.reads.textContent === text) return
  row.reads.textContent = text
  row.reads.title = text
}

/** Marks what is wrong, and what means nothing. */
export function markCells(row: Row, problems: CellProblems, { idle }: RowNotes): void {
  for (const [column, input] of row.inputs) {
    const problem = problems.get(column) ?? ''
    const isIdle = problem === '' && idle.includes(column)
    const title = isIdle ? row.pattern.translate('tags.idle', { type: row.cells.type ?? '' }) : problem
    if (input.title === title) continue
    input.title = title
    input.classList.toggle('collector-idle', isIdle)
    input.classList.toggle('input-error', problem !== '')
    if (problem === '') input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
}

function inputFor(field: Field): CellInput {
  if (field.kind === 'choice') return document.createElement('select')
  const input = document.createElement('input')
  input.type = 'text'
  input.spellcheck = false
  input.autocomplete = 'off'
  if (field.kind === 'number') input.inputMode = 'decimal'
  return input
}

function optionFor(choice: string, translate: Translate): HTMLOptionElement {
  return new Option(choice === '' ? translate('tags.standard') : choice, choice)
}
