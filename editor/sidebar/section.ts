// A part of the sidebar that opens and closes, with a number in its title that wants to be seen.

import { element } from '../element'

let made = 0

export class Section {
  readonly root = element('section', 'collector-section')
  readonly body: HTMLElement
  readonly #title: HTMLElement
  readonly #badge = element('span', 'collector-section-badge')
  readonly #opened: () => void

  /** `opened`: its content may be looked at now. */
  constructor(title: string, opened: () => void) {
    made += 1
    this.#opened = opened
    const id = `collector-section-${made}`
    this.body = element('div', 'collector-section-body', { id })
    this.body.hidden = true
    this.#title = element('button', 'collector-section-title', {
      type: 'button',
      'aria-expanded': 'false',
      'aria-controls': id,
    })
    const words = element('span', '')
    words.textContent = title
    this.#title.append(element('i', 'fa fa-angle-right', { 'aria-hidden': 'true' }), words, this.#badge)
    this.#title.addEventListener('click', () => this.open(!this.isOpen))
    this.root.append(this.#title, this.body)
  }

  get isOpen(): boolean {
    return !this.body.hidden
  }

  open(opened: boolean): void {
    this.body.hidden = !opened
    this.#title.setAttribute('aria-expanded', String(opened))
    if (opened) this.#opened()
  }

  /** '' = nothing. */
  badge(text: string, alarming: boolean): void {
    this.#badge.textContent = text
    this.#badge.classList.toggle('collector-section-alarming', alarming)
  }
}
