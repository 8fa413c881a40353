// What stands around the rows of a tag table: the header above, below it buttons, counts and what is wrong.

import type { ListField } from '../lib/contract/fields'
import { element } from './element'
import type { Translate } from './wording'

/** At least so many px, and the share of the room that is left. */
type Width = { px: number; share?: number }
/** A column that is not named here is narrow. */
const WIDTHS: Record<string, Width> = {
  handle: { px: 34 },
  name: { px: 120, share: 2 },
  address: { px: 92, share: 1 },
  reads: { px: 148, share: 1.4 },
  type: { px: 84 },
  order: { px: 100 },
  unit: { px: 54 },
  deadband: { px: 68 },
  actions: { px: 60 },
}
const NARROW: Width = { px: 60 }
/** Where the device knows the types, its addresses are names. */
const NAME_AS_ADDRESS: Width = { px: 170, share: 5 }
const GAP_PX = 3
/** Always shown where the protocol has them; all others are behind a button. */
const MAIN_COLUMNS = ['name', 'address', 'type', 'order', 'scale', 'offset', 'unit', 'deadband']

export type Frame = {
  root: HTMLElement
  header: HTMLElement
  footer: HTMLElement
  addButton: HTMLElement
  problemsButton: HTMLElement
  /** Shows the columns that are not needed every day. */
  showExtra(shown: boolean): void
  showCounts(tags: number, problems: number): void
  /** What is wrong in the cell that has the focus. */
  showMessage(text: string): void
}

export function extraColumns(list: ListField): string[] {
  return Object.keys(list.item).filter((column) => !MAIN_COLUMNS.includes(column))
}

export function buildFrame(list: ListField, translate: Translate): Frame {
  const extra = extraColumns(list)
  const root = element('div', 'collector-tags', { tabindex: '-1' })
  const setGrid = (shown: boolean): void => {
    const { columns, widthPx } = gridOf(Object.keys(list.item).filter((column) => shown || !extra.includes(column)))
    root.style.setProperty('--collector-columns', columns)
    root.style.setProperty('--collector-width', `${widthPx}px`)
  }

  const footer = element('div', 'collector-tags-footer')
  const addButton = button('fa-plus', translate('tags.add'))
  const extraButton = button('fa-columns', translate('tags.extra'))
  const message = element('span', 'collector-tags-message', { role: 'status' })
  const count = element('span', 'collector-tags-count')
  const problemsButton = element('button', 'collector-tags-problems', { type: 'button' })
  problemsButton.title = translate('tags.next-problem')
  footer.append(addButton, ...(extra.length > 0 ? [extraButton] : []), message, count, problemsButton)

  const showExtra = (shown: boolean): void => {
    setGrid(shown)
    root.classList.toggle('collector-tags-extra', shown)
    extraButton.classList.toggle('selected', shown)
    extraButton.setAttribute('aria-pressed', String(shown))
  }
  extraButton.addEventListener('click', () => showExtra(!root.classList.contains('collector-tags-extra')))

  return {
    root,
    header: headerOf(list, extra, translate),
    footer,
    addButton,
    problemsButton,
    showExtra,
    showCounts(tags, problems) {
      count.textContent = translate('tags.count', { tags })
      problemsButton.textContent = translate('tags.problems', { problems })
      problemsButton.hidden = problems === 0
    },
    showMessage(text) {
      message.textContent = text
      message.title = text
    },
  }
}

function headerOf(list: ListField, extra: readonly string[], translate: Translate): HTMLElement {
  const header = element('div', 'collector-tags-header')
  header.append(element('span', ''))
  for (const column of Object.keys(list.item)) {
    const cell = element('span', extra.includes(column) ? 'collector-extra' : '')
    cell.dataset.column = column
    cell.textContent = translate(`column.${column}`)
    cell.title = translate(`column-hint.${column}`)
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

/** Header and rows are grids of their own, so every width is given and none depends on what is in a row. */
function gridOf(shown: readonly string[]): { columns: string; widthPx: number } {
  const columns = [
    'handle',
    ...shown.flatMap((column) => (column === 'address' ? [column, 'reads'] : column)),
    'actions',
  ]
  const widthOf = (column: string): Width =>
    column === 'address' && !columns.includes('type') ? NAME_AS_ADDRESS : (WIDTHS[column] ?? NARROW)
  const widths = columns.map(widthOf)
  return {
    columns: widths.map(({ px, share }) => (share === undefined ? `${px}px` : `minmax(${px}px, ${share}fr)`)).join(' '),
    widthPx: widths.reduce((sum, { px }) => sum + px + GAP_PX, 0),
  }
}

function button(icon: string, text: string): HTMLElement {
  const made = element('button', 'red-ui-button red-ui-button-small', { type: 'button' })
  made.append(element('i', `fa ${icon}`), ` ${text}`)
  return made
}
