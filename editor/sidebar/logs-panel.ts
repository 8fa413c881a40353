// The log of one process, instead of the table until it is closed.

import { messageOf } from '../../lib/contract/fault'
import { asRecord, asText } from '../../lib/contract/parse'
import { element } from '../element'
import type { Translate } from '../wording'
import { ask } from './gateway'

type Line = { time: string; source: string; text: string }

/** Lines come one after the other: they are fetched together. */
const PAUSE_MS = 500

export class LogsPanel {
  readonly root = element('div', 'collector-logs')
  readonly #translate: Translate
  readonly #title = element('span', 'collector-logs-title')
  readonly #lines = element('ol', 'collector-logs-lines', { tabindex: '0' })
  readonly #trouble = element('div', 'collector-trouble', { role: 'status' })
  readonly #back: HTMLElement
  #name: string | undefined
  #timer: number | undefined

  constructor(translate: Translate, closed: () => void) {
    this.#translate = translate
    this.#back = element('button', 'red-ui-button red-ui-button-small', { type: 'button' })
    this.#back.append(element('i', 'fa fa-angle-left', { 'aria-hidden': 'true' }), ` ${translate('logs.back')}`)
    this.#back.addEventListener('click', () => {
      this.hide()
      closed()
    })
    const head = element('div', 'collector-logs-head')
    head.append(this.#back, this.#title)
    this.root.append(head, this.#trouble, this.#lines)
    this.root.hidden = true
  }

  show(name: string): void {
    this.#name = name
    this.#title.textContent = translateTitle(this.#translate, name)
    this.#lines.replaceChildren()
    this.root.hidden = false
    this.#back.focus()
    void this.#load(name)
  }

  hide(): void {
    this.#name = undefined
    window.clearTimeout(this.#timer)
    this.root.hidden = true
  }

  /** Something happened to this process: it may have said why. */
  changed(name: string): void {
    if (name !== this.#name) return
    window.clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#load(name), PAUSE_MS)
  }

  async #load(name: string): Promise<void> {
    try {
      const answer = await ask('GET', `processes/${encodeURIComponent(name)}/logs`)
      if (name !== this.#name) return
      this.#trouble.textContent = ''
      this.#fill(Array.isArray(answer) ? answer.map(lineOf).filter((line) => line !== undefined) : [])
    } catch (error) {
      if (name === this.#name) this.#trouble.textContent = messageOf(error)
    }
  }

  #fill(lines: readonly Line[]): void {
    const list = this.#lines
    const wasAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4
    list.dataset.empty = this.#translate('logs.none')
    list.replaceChildren(...lines.map(lineElement))
    if (wasAtEnd) list.scrollTop = list.scrollHeight
  }
}

function translateTitle(translate: Translate, name: string): string {
  return translate('logs.title', { name })
}

function lineElement({ time, source, text }: Line): HTMLElement {
  const item = element('li', `collector-log collector-log-${source}`)
  const when = element('time', '', { datetime: time, title: time })
  when.textContent = new Date(time).toLocaleTimeString()
  const words = element('span', '')
  words.textContent = text
  item.append(when, words)
  return item
}

function lineOf(input: unknown): Line | undefined {
  const record = asRecord(input)
  const time = asText(record?.time, 100)
  const source = asText(record?.source, 20)
  const text = asText(record?.text, 100_000)
  if (time === undefined || source === undefined || text === undefined) return undefined
  return { time, source: /^\w+$/.test(source) ? source : 'other', text }
}
