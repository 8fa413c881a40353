// The button below a tag table that opens the menu of its extra columns. A tick shows a column; what is chosen lasts as long as
// the dialog.

import { element } from './element'
import type { Translate } from './wording'

export type ColumnMenuOptions = {
  /** Columns to choose from. */
  columns: readonly string[]
  translate: Translate
  /** Called with all that are shown, after each change. */
  changed(shown: ReadonlySet<string>): void
}

export class ColumnMenu {
  readonly root = element('span', 'collector-columns')
  readonly #options: ColumnMenuOptions
  readonly #button: HTMLElement
  readonly #panel: HTMLElement
  readonly #ticks: ReadonlyMap<string, HTMLInputElement>

  constructor(options: ColumnMenuOptions) {
    const { columns, translate } = options
    this.#options = options
    this.#button = element('button', 'red-ui-button red-ui-button-small', { type: 'button', 'aria-haspopup': 'true' })
    this.#button.append(element('i', 'fa fa-columns'), ` ${translate('tags.extra')}`)
    // It takes the focus of a click beside a box, which would else close it.
    this.#panel = element('div', 'collector-columns-menu', { role: 'group', tabindex: '-1' })
    this.#panel.setAttribute('aria-label', translate('tags.extra'))
    this.#ticks = new Map(columns.map((column) => [column, tick()]))
    for (const [column, box] of this.#ticks) {
      this.#panel.append(choiceOf(box, translate(`column.${column}`), translate(`column-hint.${column}`)))
    }
    this.root.append(this.#button, this.#panel)
    this.#open(false)
    this.#listen()
  }

  /** Besides those that are shown already. */
  show(columns: Iterable<string>): void {
    const hidden = [...columns].flatMap((column) => this.#ticks.get(column) ?? []).filter((box) => !box.checked)
    if (hidden.length === 0) return
    for (const box of hidden) box.checked = true
    this.#changed()
  }

  #listen(): void {
    this.#button.addEventListener('click', () => this.#open(this.#panel.hidden !== false))
    this.#panel.addEventListener('change', () => this.#changed())
    this.root.addEventListener('keydown', (event) => this.#pressed(event))
    this.root.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.root.contains(relatedTarget))) this.#open(false)
    })
  }

  #pressed(event: KeyboardEvent): void {
    if (this.#panel.hidden) return
    if (event.key === 'ArrowDown') this.#step(1)
    else if (event.key === 'ArrowUp') this.#step(-1)
    else if (event.key === 'Escape') this.#close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** To the box below or above, and round at the ends. */
  #step(step: number): void {
    const boxes = [...this.#ticks.values()]
    const here = boxes.findIndex((box) => box.matches(':focus'))
    boxes.at(here < 0 ? 0 : (here + step) % boxes.length)?.focus()
  }

  #close(): void {
    this.#open(false)
    this.#button.focus()
  }

  #open(open: boolean): void {
    this.#panel.hidden = !open
    this.#button.setAttribute('aria-expanded', String(open))
    this.#button.classList.toggle('selected', open)
    if (open) this.#ticks.values().next().value?.focus()
  }

  #changed(): void {
    const shown = [...this.#ticks].flatMap(([column, box]) => (box.checked ? [column] : []))
    this.#options.changed(new Set(shown))
  }
}

function tick(): HTMLInputElement {
  const box = document.createElement('input')
  box.type = 'checkbox'
  return box
}

function choiceOf(box: HTMLInputElement, name: string, hint: string): HTMLElement {
  const choice = element('label', 'collector-columns-choice')
  const title = element('span', 'collector-columns-name')
  title.textContent = name
  const text = element('span', 'collector-columns-hint')
  text.textContent = hint
  choice.append(box, title, text)
  return choice
}
