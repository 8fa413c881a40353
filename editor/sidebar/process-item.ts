// One process in the sidebar: a line with its state, and behind it what else is known of it. Only what changed is touched.

import type { ProcessRow } from '../../lib/contract/process-row'
import { element } from '../element'
import type { Translate } from '../wording'
import { type ConfirmedButton, confirmedButton } from './confirmed-button'
import { type Action, actionsFor, countOf, durationOf, problemOf, spanOf } from './facts'
import { extend, pathOf, type Trail } from './trail'

export type ItemFace = {
  translate: Translate
  /** Without: the user may only look. */
  command?: (action: Action, name: string) => void
  reveal(row: ProcessRow): void
  showLogs(name: string): void
}

const ICONS: Record<Action, string> = { start: 'fa-play', stop: 'fa-stop', restart: 'fa-refresh' }
const ACTIONS = ['start', 'stop', 'restart'] as const
const LINE = { width: 90, height: 18 }
/** What the lines are drawn against as long as less is used: a tenth of a core, 64 MB. */
const LEAST = { cpu: 10, memory: 64 }

export class ProcessItem {
  readonly root = element('li', 'collector-process')
  readonly #face: ItemFace
  readonly #dot = element('span', 'collector-process-dot', { 'aria-hidden': 'true' })
  readonly #name = element('button', 'collector-process-name', { type: 'button' })
  readonly #state = element('span', 'collector-process-state')
  readonly #tags = element('span', 'collector-process-tags')
  readonly #usage = element('span', 'collector-process-usage')
  readonly #problem = element('div', 'collector-process-problem')
  readonly #details = element('dl', 'collector-process-details')
  readonly #more: HTMLElement
  readonly #actions = new Map<Action, ConfirmedButton>()
  readonly #facts = new Map<string, HTMLElement>()
  readonly #cpuLine = new SmallLine(LEAST.cpu)
  readonly #memoryLine = new SmallLine(LEAST.memory)
  #row: ProcessRow
  #measured = ''

  constructor(row: ProcessRow, face: ItemFace) {
    this.#row = row
    this.#face = face
    const { translate } = face
    this.#more = element('button', 'collector-process-more', { type: 'button', 'aria-expanded': 'false' })
    this.#more.append(element('i', 'fa fa-angle-right', { 'aria-hidden': 'true' }))
    this.#more.addEventListener('click', () => this.#open(Boolean(this.#details.hidden)))
    this.#name.addEventListener('click', () => face.reveal(this.#row))
    const head = element('div', 'collector-process-head')
    head.append(this.#more, this.#dot, this.#name, this.#state, this.#tags, this.#usage, this.#actionsOf(row.name))
    head.addEventListener('click', (event) => {
      if (event.target instanceof Element && !event.target.closest('button')) face.reveal(this.#row)
    })
    this.#details.hidden = true
    this.root.append(head, this.#problem, this.#details)
    this.#more.setAttribute('aria-label', translate('process.details', { name: row.name }))
    this.update(row)
  }

  get row(): ProcessRow {
    return this.#row
  }

  update(row: ProcessRow): void {
    this.#row = row
    const { translate } = this.#face
    const status = translate(`status.${row.status}`)
    const link = row.status === 'running' ? translate(`link.${row.link}`) : ''
    this.root.dataset.health = row.health
    setText(this.#name, row.name)
    this.#name.title = translate('process.reveal')
    setText(this.#state, link === '' ? status : `${status} · ${link}`)
    const { good, total } = row.tags
    setText(this.#tags, total === 0 ? '' : `${good}/${total}`)
    this.#tags.title = translate('process.tags', { good, total })
    setText(this.#usage, row.pid === null ? '' : `${percentOf(row)} · ${memoryOf(row)}`)
    setText(this.#problem, problemOf(row))
    for (const [action, possible] of Object.entries(actionsFor(row.status))) {
      const known = ACTIONS.find((one) => one === action)
      if (known) this.#actions.get(known)?.setEnabled(possible)
    }
    this.#measure(row)
    if (!this.#details.hidden) this.#showFacts()
  }

  /** What moves by itself between two changes: how long it runs, when it starts again. */
  tick(): void {
    if (!this.#details.hidden) this.#showFacts()
  }

  #open(opened: boolean): void {
    this.#details.hidden = !opened
    this.#more.setAttribute('aria-expanded', String(opened))
    if (opened) this.#showFacts()
  }

  #actionsOf(name: string): HTMLElement {
    const { translate, command } = this.#face
    const actions = element('span', 'collector-process-actions')
    if (!command) return actions
    for (const action of ACTIONS) {
      const texts = {
        icon: ICONS[action],
        label: translate(`action.${action}`, { name }),
        question: translate(`question.${action}`),
      }
      const button = confirmedButton(texts, () => command(action, name))
      this.#actions.set(action, button)
      actions.append(button.root)
    }
    return actions
  }

  #measure(row: ProcessRow): void {
    // A change of anything else is no measurement.
    const measured = `${row.generation} ${row.uptime_s}`
    if (row.pid === null || measured === this.#measured) return
    this.#measured = measured
    this.#cpuLine.add(row.cpu_percent)
    this.#memoryLine.add(row.memory_mb)
  }

  #showFacts(): void {
    const { translate } = this.#face
    const row = this.#row
    const now = Date.now()
    const runs = row.start_time !== null
    this.#fact('type', `${row.type} · ${row.supervisor}`)
    this.#fact('pid', row.pid === null ? '–' : String(row.pid))
    this.#fact('cpu', percentOf(row), this.#cpuLine.root)
    this.#fact('memory', memoryOf(row), this.#memoryLine.root)
    this.#fact('uptime', runs ? durationOf((now - (row.start_time ?? now)) / 1000) : '–')
    this.#fact('restarts', String(row.restart_count))
    if (row.tags.total > 0) {
      this.#fact('good', `${row.tags.good} · ${row.tags.bad} ${translate('process.bad')}`)
      this.#fact('speed', `${countOf(row.speed)} /s`)
      this.#fact('cycle', translate('process.cycle', { p50: spanOf(row.cycle_ms.p50), p99: spanOf(row.cycle_ms.p99) }))
      this.#fact('lost', translate('process.lost', { overruns: row.overruns, dropped: row.dropped }))
    }
    this.#fact('next', row.next_restart_at === null ? '' : durationOf((row.next_restart_at - now) / 1000))
    // Of a process that is not well it stands above.
    this.#fact('error', problemOf(row) === '' ? (row.last_error ?? '') : '')
    if (this.#details.querySelector('.collector-process-logs')) return
    const logs = element('button', 'red-ui-button red-ui-button-small collector-process-logs', { type: 'button' })
    logs.append(element('i', 'fa fa-file-text-o', { 'aria-hidden': 'true' }), ` ${translate('logs.show')}`)
    logs.addEventListener('click', () => this.#face.showLogs(row.name))
    this.#details.append(logs)
  }

  /** A pair that has nothing to say is not shown. */
  #fact(key: string, text: string, ...more: Element[]): void {
    let value = this.#facts.get(key)
    if (!value) {
      value = element('dd', '')
      const term = element('dt', '')
      term.textContent = this.#face.translate(`fact.${key}`)
      const pair = element('div', `collector-fact collector-fact-${key}`)
      const words = element('span', '')
      value.append(words, ...more)
      pair.append(term, value)
      this.#details.append(pair)
      this.#facts.set(key, words)
      value = words
    }
    setText(value, text)
    const pair = value.closest<HTMLElement>('.collector-fact')
    if (pair) pair.hidden = text === ''
  }
}

/** The last minutes of one measurement. */
class SmallLine {
  readonly root = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  readonly #path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  readonly #least: number
  #trail: Trail = []

  constructor(least: number) {
    this.#least = least
    this.root.setAttribute('class', 'collector-line')
    this.root.setAttribute('viewBox', `0 0 ${LINE.width} ${LINE.height}`)
    this.root.setAttribute('aria-hidden', 'true')
    this.root.append(this.#path)
  }

  add(value: number): void {
    this.#trail = extend(this.#trail, value)
    this.#path.setAttribute('d', pathOf(this.#trail, LINE.width, LINE.height, this.#least))
  }
}

function percentOf(row: ProcessRow): string {
  return `${row.cpu_percent.toFixed(1)} %`
}

function memoryOf(row: ProcessRow): string {
  return `${Math.round(row.memory_mb)} MB`
}

function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
