// The tab in the editor's sidebar: the process table as it is pushed, the way into the database, logs, certificates.

import type { ClientState } from '../../lib/client/line'
import { type ProcessorWatch, type ProcessWatch, watchProcesses, watchProcessor } from '../../lib/client/watch'
import { messageOf } from '../../lib/contract/fault'
import { type ProcessRow, summarize } from '../../lib/contract/process-row'
import { element } from '../element'
import type { Translate } from '../wording'
import { revealNode } from './canvas-node'
import { CertificatesSection } from './certificates-section'
import { type ConfirmedButton, confirmedButton } from './confirmed-button'
import type { Action } from './facts'
import { accessToken, editorUrl, mayControl } from './gateway'
import { LogsPanel } from './logs-panel'
import { ProcessList } from './process-list'
import { QueueSection } from './queue-section'

const TICK_MS = 1000

export class Sidebar {
  readonly root = element('div', 'collector-sidebar')
  readonly #translate: Translate
  readonly #main = element('div', 'collector-sidebar-main')
  readonly #summary = element('div', 'collector-summary', { role: 'status' })
  readonly #connection = element('div', 'collector-connection', { role: 'status' })
  readonly #list: ProcessList
  readonly #logs: LogsPanel
  readonly #queue: QueueSection
  readonly #certificates: CertificatesSection
  readonly #all = new Map<'start-all' | 'stop-all', ConfirmedButton>()
  #processes: ProcessWatch | undefined
  #processor: ProcessorWatch | undefined

  constructor(translate: Translate) {
    this.#translate = translate
    const controls = mayControl()
    this.#list = new ProcessList({
      translate,
      ...(controls && { command: (action: Action, name: string) => void this.#command({ command: action, name }) }),
      reveal: (row) => this.#reveal(row),
      showLogs: (name) => this.#showLogs(name),
    })
    this.#logs = new LogsPanel(translate, () => {
      this.#main.hidden = false
    })
    this.#queue = new QueueSection(translate, controls)
    this.#certificates = new CertificatesSection(translate, controls)
    const head = element('div', 'collector-sidebar-head')
    head.append(this.#summary, ...(controls ? [this.#buttonsForAll()] : []))
    this.#main.append(this.#connection, head, this.#list.root, this.#queue.root, this.#certificates.root)
    this.root.append(this.#main, this.#logs.root)
  }

  /** Follows this Node-RED until the page is left. */
  connect(): void {
    const options = { url: editorUrl(), token: accessToken }
    this.#showState('connecting')
    this.#processes = watchProcesses(options, {
      state: (state) => this.#showState(state),
      rows: (changed, removed) => this.#take(changed, removed),
      event: ({ name }) => this.#logs.changed(name),
    })
    this.#processor = watchProcessor(options, { status: (all) => this.#queue.update(all) })
    window.setInterval(() => {
      if (this.root.offsetParent) this.#list.tick()
    }, TICK_MS)
  }

  close(): void {
    this.#processes?.close()
    this.#processor?.close()
  }

  #take(changed: readonly ProcessRow[], removed: readonly string[]): void {
    if (changed.some((row) => row.type === 'opcua' && this.#isNews(row))) this.#certificates.changed()
    this.#list.update(changed, removed)
    const rows = this.#processes?.rows() ?? changed
    const { total_processes: total, running_processes: running, unwell_processes: unwell } = summarize(rows)
    const parts = [this.#translate('summary.running', { running, total })]
    if (unwell > 0) parts.push(this.#translate('summary.unwell', { unwell }))
    this.#summary.textContent = parts.join(' · ')
    this.#summary.classList.toggle('collector-alarming', unwell > 0)
    this.#all.get('start-all')?.setEnabled(rows.some(({ status }) => status === 'stopped' || status === 'error'))
    this.#all.get('stop-all')?.setEnabled(rows.some(({ status }) => status !== 'stopped'))
  }

  /** Its link is another, or says something else: a certificate may be the reason. */
  #isNews({ name, link, last_error }: ProcessRow): boolean {
    const known = this.#list.row(name)
    return known?.link !== link || known.last_error !== last_error
  }

  #buttonsForAll(): HTMLElement {
    const buttons = element('span', 'collector-process-actions')
    for (const [command, icon] of [
      ['start-all', 'fa-play'],
      ['stop-all', 'fa-stop'],
    ] as const) {
      const texts = {
        icon,
        label: this.#translate(`action.${command}`),
        question: this.#translate(`question.${command}`),
      }
      const button = confirmedButton(texts, () => void this.#command({ command }))
      this.#all.set(command, button)
      buttons.append(button.root)
    }
    return buttons
  }

  async #command(command: Parameters<ProcessWatch['command']>[0]): Promise<void> {
    try {
      await this.#processes?.command(command)
    } catch (error) {
      RED.notify(this.#escaped(messageOf(error)), 'error')
    }
  }

  #reveal(row: ProcessRow): void {
    if (!revealNode(row)) RED.notify(this.#escaped(this.#translate('process.nowhere', { name: row.name })), 'warning')
  }

  #showLogs(name: string): void {
    this.#main.hidden = true
    this.#logs.show(name)
  }

  /** What is not known to be true is dimmed, and said to be old. */
  #showState(state: ClientState): void {
    this.#connection.textContent = state === 'connected' ? '' : this.#translate(`connection.${state}`)
    this.root.classList.toggle('collector-sidebar-old', state !== 'connected')
  }

  /** RED.notify takes HTML. */
  #escaped(text: string): string {
    const holder = element('span', '')
    holder.textContent = text
    return holder.innerHTML
  }
}
