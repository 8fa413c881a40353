// One row of the tag table: its elements, and what they show. What happens to it is the table's (tag-table.ts).

import type { Field, ListField } from '../lib/contract/fields'
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
}

export const ROW_ACTIONS = { duplicate: 'fa-clone', remove: 'fa-trash-o' } as const
export type RowAction = keyof typeof ROW_ACTIONS

/** Makes the elements of a row once, to be copied for each tag: thousands of rows must come quickly. */
export function rowPattern(list: ListField, extra: readonly string[], translate: Translate): HTMLElement {
  const pattern = element('div', 'collector-tag')
  pattern.append(element('span', 'collector-tag-handle', { title: translate('tags.drag') }))
  for (const [column, field] of Object.entries(list.item)) {
    const input = inputFor(field, translate)
    input.classList.add('collector-cell')
    input.classList.toggle('collector-extra', extra.includes(column))
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
  return pattern
}

export function buildRow(pattern: HTMLElement, cells: Cells, stored: Tag): Row {
  const copy = pattern.cloneNode(true)
  if (!(copy instanceof HTMLElement)) throw new TypeError('the pattern of a row is an element')
  const inputs = new Map<string, CellInput>()
  for (const input of copy.querySelectorAll<CellInput>('.collector-cell')) inputs.set(input.dataset.column ?? '', input)
  const reads = copy.querySelector<HTMLElement>('.collector-tag-reads') ?? element('span', '')
  const row: Row = { stored, cells: {}, element: copy, inputs, reads }
  for (const [column, cell] of Object.entries(cells)) fillCell(row, column, cell)
  return row
}

export function fillCell(row: Row, column: string, cell: string): void {
  const input = row.inputs.get(column)
  const value = input instanceof HTMLSelectElement ? choose(input, cell) : cell
  row.cells[column] = value
  if (input) input.value = value
}

/** What is pasted may be written in capitals. A choice that does not exist is shown as it is and marked, not replaced. */
function choose(select: HTMLSelectElement, cell: string): string {
  const known = [...select.options].find(({ value }) => value.toLowerCase() === cell.toLowerCase())
  if (!known) select.add(new Option(cell, cell))
  return known?.value ?? cell
}

export function showProblems(row: Row, problems: CellProblems): void {
  for (const [column, input] of row.inputs) {
    const problem = problems.get(column) ?? ''
    if (input.title === problem) continue
    input.title = problem
    input.classList.toggle('input-error', problem !== '')
    if (problem === '') input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
}

export function showReads(row: Row, text: string): void {
  if (row.reads.textContent === text) return
  row.reads.textContent = text
  row.reads.title = text
}

function inputFor(field: Field, translate: Translate): CellInput {
  if (field.kind !== 'choice') {
    const input = document.createElement('input')
    input.type = 'text'
    input.spellcheck = false
    input.autocomplete = 'off'
    if (field.kind === 'number') input.inputMode = 'decimal'
    return input
  }
  const select = document.createElement('select')
  for (const choice of field.choices)
    select.add(new Option(choice === '' ? translate('tags.standard') : choice, choice))
  return select
}

export function element(tag: string, className: string, attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
