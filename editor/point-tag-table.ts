// The rows of key and value in the dialog. It works on a copy: the node changes only by what `stored()` gives when the
// dialog is saved.

import { element } from './element'
import { checkPointTags, type Pair, pairsOf, storedOf } from './point-tags'
import type { Translate } from './wording'

export type PointTagTableOptions = {
  stored: unknown
  translate: Translate
  /** What a check says, in the user's language. */
  wording(message: string): string
}

type Row = { element: HTMLElement; key: HTMLInputElement; value: HTMLInputElement }

export class PointTagTable {
  readonly #options: PointTagTableOptions
  readonly #message = element('div', 'collector-pairs-message', { role: 'status' })
  readonly #addButton: HTMLElement
  #rows: Row[] = []

  constructor(parent: HTMLElement, options: PointTagTableOptions) {
    this.#options = options
    this.#addButton = element('button', 'red-ui-button red-ui-button-small', { type: 'button' })
    this.#addButton.append(element('i', 'fa fa-plus'), ` ${options.translate('pairs.add')}`)
    this.#addButton.addEventListener('click', () => this.#add({ key: '', value: '' }, this.#rows.length).key.focus())
    parent.append(this.#message, this.#addButton)
    for (const pair of pairsOf(options.stored)) this.#add(pair, this.#rows.length)
    this.#check()
  }

  /** As the flow has it. */
  stored(): Record<string, string> {
    return storedOf(this.#pairs())
  }

  #pairs(): Pair[] {
    return this.#rows.map(({ key, value }) => ({ key: key.value, value: value.value }))
  }

  #add({ key, value }: Pair, index: number): Row {
    const row: Row = {
      element: element('div', 'collector-pair'),
      key: this.#input('key', key),
      value: this.#input('value', value),
    }
    const title = this.#options.translate('pairs.remove')
    const remove = element('button', 'red-ui-button red-ui-button-small', {
      title,
      type: 'button',
      'aria-label': title,
    })
    remove.append(element('i', 'fa fa-trash-o'))
    row.element.append(row.key, ' = ', row.value, remove)
    row.element.addEventListener('input', () => this.#check())
    row.element.addEventListener('keydown', (event) => this.#onKey(event, row))
    remove.addEventListener('click', () => this.#remove(row))
    const before = this.#rows[index]?.element ?? this.#message
    before.before(row.element)
    this.#rows.splice(index, 0, row)
    return row
  }

  #input(part: 'key' | 'value', text: string): HTMLInputElement {
    const input = document.createElement('input')
    const name = this.#options.translate(`pairs.${part}`)
    Object.assign(input, { type: 'text', spellcheck: false, autocomplete: 'off', placeholder: name, value: text })
    input.setAttribute('aria-label', name)
    return input
  }

  /** Enter goes on with a new row; with Ctrl it is Node-RED's. */
  #onKey(event: KeyboardEvent, row: Row): void {
    if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey) return
    if (event.target instanceof HTMLButtonElement) return
    event.preventDefault()
    if (event.target === row.key) row.value.focus()
    else this.#add({ key: '', value: '' }, this.#rows.indexOf(row) + 1).key.focus()
  }

  #remove(row: Row): void {
    const index = this.#rows.indexOf(row)
    this.#rows.splice(index, 1)
    row.element.remove()
    this.#check()
    const next = this.#rows[Math.min(index, this.#rows.length - 1)]
    if (next) next.key.focus()
    else this.#addButton.focus()
  }

  /** Marks what is wrong, and says the first of it. */
  #check(): void {
    const problems = checkPointTags(this.#pairs())
    const said = this.#rows.flatMap((row, index) => [
      ...this.#mark(row.key, problems[index]?.key),
      ...this.#mark(row.value, problems[index]?.value),
    ])
    this.#message.textContent = said[0] ?? ''
  }

  #mark(input: HTMLInputElement, problem: string | undefined): string[] {
    const text = problem === undefined ? '' : this.#options.wording(problem)
    input.title = text
    input.classList.toggle('input-error', text !== '')
    if (text === '') input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
    return text === '' ? [] : [`${input.placeholder}: ${text}`]
  }
}
