// What stands around the rows of a tag table: the header above, below it buttons, counts and what is to be said of a cell.

import type { ListField } from '../lib/contract/fields'
import { ColumnMenu } from './column-menu'
import { element } from './element'
import { extraColumns, gridOf } from './tag-columns'
import type { Translate } from './wording'

export type Frame = {
  root: HTMLElement
  header: HTMLElement
  footer: HTMLElement
  addButton: HTMLElement
  problemsButton: HTMLElement
  /** Shows these columns, too; others than the extra ones always are. */
  showColumns(columns: Iterable<string>): void
  showCounts(tags: number, problems: number): void
  /** Of the cell that has the focus: what is wrong in it, else what it is for. */
  showMessage(text: string, kind: 'problem' | 'hint'): void
}

export function buildFrame(list: ListField, translate: Translate): Frame {
  const extra = extraColumns(list)
  const root = element('div', 'collector-tags', { tabindex: '-1' })
  // One rule hides a column in however many rows.
  const hiding = element('style', '')
  const setColumns = (shown: ReadonlySet<string>): void => {
    const isHidden = (column: string): boolean => extra.includes(column) && !shown.has(column)
    const { columns, widthPx } = gridOf(Object.keys(list.item).filter((column) => !isHidden(column)))
    root.style.setProperty('--collector-columns', columns)
    root.style.setProperty('--collector-width', `${widthPx}px`)
    // With the precedence that it takes over Node-RED's rules for inputs.
    const hidden = extra
      .filter(isHidden)
      .map((column) => `.collector-tags .collector-tags-line > [data-column="${column}"]`)
    hiding.textContent = hidden.length === 0 ? '' : `${hidden.join(', ')} { display: none; }`
  }
  setColumns(new Set())

  const footer = element('div', 'collector-tags-footer')
  const addButton = element('button', 'red-ui-button red-ui-button-small', { type: 'button' })
  addButton.append(element('i', 'fa fa-plus'), ` ${translate('tags.add')}`)
  const menu = new ColumnMenu({ columns: extra, translate, changed: setColumns })
  const message = element('span', 'collector-tags-message', { role: 'status' })
  const count = element('span', 'collector-tags-count')
  const problemsButton = element('button', 'collector-tags-problems', { type: 'button' })
  problemsButton.title = translate('tags.next-problem')
  footer.append(addButton, ...(extra.length > 0 ? [menu.root] : []), message, count, problemsButton)
  root.append(hiding)

  return {
    root,
    header: headerOf(list, translate),
    footer,
    addButton,
    problemsButton,
    showColumns: (columns) => menu.show(columns),
    showCounts(tags, problems) {
      count.textContent = translate('tags.count', { tags })
      problemsButton.textContent = translate('tags.problems', { problems })
      problemsButton.hidden = problems === 0
    },
    showMessage(text, kind) {
      message.textContent = text
      message.title = text
      message.classList.toggle('collector-tags-hint', kind === 'hint')
    },
  }
}

function headerOf(list: ListField, translate: Translate): HTMLElement {
  const header = element('div', 'collector-tags-line collector-tags-header')
  header.append(element('span', ''))
  for (const column of Object.keys(list.item)) {
    const cell = element('span', '')
    cell.dataset.column = column
    cell.textContent = translate(`column.${column}`)
    // the name is also that of the column in a pasted table
    cell.title = `${column}: ${translate(`column-hint.${column}`)}`
    header.append(cell)
    if (column === 'address') {
      const reads = element('span', '', { title: translate('column-hint.reads') })
      reads.textContent = translate('column.reads')
      header.append(reads)
    }
  }
  header.append(element('span', ''))
  return header
}
