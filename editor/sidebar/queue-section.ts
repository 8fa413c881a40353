// The way into the database, supervisor by supervisor, and what the database refused.

import { messageOf } from '../../lib/contract/fault'
import { asCount, asRecord, asText, everyParsed } from '../../lib/contract/parse'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { element } from '../element'
import type { Translate } from '../wording'
import { confirmedButton } from './confirmed-button'
import { countOf } from './facts'
import { ask } from './gateway'
import { Section } from './section'

/** Dead letters of one cause. */
type Group = {
  supervisor: string
  /** What is refused: readers, or a field. */
  what: string
  first: string
  last: string
  reason: string
  samples: number
  ids: number[]
}
type All = Readonly<Record<string, ProcessorStatus>>

const FIGURES = ['queue_pending', 'queue_retry', 'queue_dead', 'dropped', 'speed', 'processed_today'] as const
/** Of which none is well. */
const ALARMING: readonly string[] = ['queue_retry', 'queue_dead', 'dropped']
const GROUPS_SHOWN = 20
const TEXT_MAX = 100_000

export class QueueSection {
  readonly #translate: Translate
  readonly #section: Section
  readonly #ways = element('div', 'collector-ways')
  readonly #letters = element('ul', 'collector-letters')
  readonly #trouble = element('div', 'collector-trouble', { role: 'status' })
  readonly #mayControl: boolean
  #all: All = {}
  #shownDead = ''

  constructor(translate: Translate, mayControl: boolean) {
    this.#translate = translate
    this.#mayControl = mayControl
    this.#section = new Section(translate('queue.title'), () => this.#opened())
    this.#section.body.append(this.#ways, this.#trouble, this.#letters)
  }

  get root(): HTMLElement {
    return this.#section.root
  }

  update(all: All): void {
    this.#all = all
    const dead = Object.values(all).reduce((sum, { queue_dead }) => sum + queue_dead, 0)
    const waiting = Object.values(all).reduce((sum, { queue_retry }) => sum + queue_retry, 0)
    this.#section.badge(dead + waiting === 0 ? '' : countOf(dead + waiting), true)
    if (this.#section.isOpen) this.#show()
  }

  #opened(): void {
    this.#shownDead = ''
    this.#show()
  }

  #show(): void {
    this.#ways.replaceChildren(...Object.entries(this.#all).map(([name, status]) => this.#wayOf(name, status)))
    this.#ways.dataset.empty = this.#translate('queue.none')
    const dead = Object.entries(this.#all)
      .map(([name, { queue_dead }]) => `${name} ${queue_dead}`)
      .join()
    if (dead === this.#shownDead) return
    this.#shownDead = dead
    void this.#load()
  }

  #wayOf(name: string, status: ProcessorStatus): HTMLElement {
    const way = element('div', 'collector-way')
    const title = element('div', 'collector-way-title')
    title.textContent = `${name} · ${this.#translate(status.running ? 'queue.running' : 'queue.stopped')}`
    const figures = element('dl', 'collector-way-figures')
    for (const key of FIGURES) {
      const [pair, term, value] = [element('div', ''), element('dt', ''), element('dd', '')]
      term.textContent = this.#translate(`queue.${key}`)
      value.textContent = countOf(status[key]) + (key === 'speed' ? ' /s' : '')
      pair.classList.toggle('collector-alarming', ALARMING.includes(key) && status[key] > 0)
      pair.append(term, value)
      figures.append(pair)
    }
    const error = element('div', 'collector-process-problem')
    error.textContent = status.last_error ?? ''
    way.append(title, figures, error)
    return way
  }

  async #load(): Promise<void> {
    const hasDead = Object.values(this.#all).some(({ queue_dead }) => queue_dead > 0)
    try {
      const answer = hasDead ? await ask('GET', 'dead-letters?group=1') : []
      this.#trouble.textContent = ''
      this.#showGroups(Array.isArray(answer) ? answer.map(groupOf).filter((group) => group !== undefined) : [])
    } catch (error) {
      this.#tell(error)
    }
  }

  #showGroups(groups: readonly Group[]): void {
    const items = groups.slice(0, GROUPS_SHOWN).map(({ supervisor, what, first, last, reason, samples, ids }) => {
      const item = element('li', 'collector-letter')
      const title = element('div', 'collector-letter-what')
      const times = [...new Set([first, last])].map((time) => new Date(time).toLocaleString())
      title.textContent = `${what} · ${times.join(' – ')} · ${this.#translate('queue.samples', { count: countOf(samples) })}`
      const problem = element('div', 'collector-process-problem')
      problem.textContent = reason
      item.append(title, problem, ...this.#buttons({ supervisor, ids }))
      return item
    })
    const all = element('li', 'collector-letter-all')
    all.append(...(groups.length > 1 ? this.#buttons({}, this.#translate('queue.all')) : []))
    this.#letters.replaceChildren(...items, all)
  }

  #buttons(scope: object, title = ''): HTMLElement[] {
    if (!this.#mayControl) return []
    const buttons = (['requeue', 'discard'] as const).map((how) => {
      const { root } = confirmedButton(
        {
          icon: how === 'requeue' ? 'fa-repeat' : 'fa-trash-o',
          label: `${this.#translate(`queue.${how}`)} ${title}`.trim(),
          question: this.#translate(`queue.question-${how}`),
        },
        () =>
          void ask('POST', `dead-letters/${how}`, scope).then(
            () => this.#load(),
            (error: unknown) => this.#tell(error),
          ),
      )
      return root
    })
    if (title === '') return buttons
    const words = element('span', '')
    words.textContent = title
    return [words, ...buttons]
  }

  #tell(error: unknown): void {
    this.#trouble.textContent = messageOf(error)
  }
}

/** A letter by itself is a group of one. */
function groupOf(input: unknown): Group | undefined {
  const record = asRecord(input)
  if (!record) return undefined
  const text = (value: unknown): string | undefined => asText(value, TEXT_MAX)
  const [supervisor, reason] = [text(record.supervisor), text(record.reason)]
  const [first, last] = [text(record.first ?? record.time), text(record.last ?? record.time)]
  const ids = everyParsed(record.ids ?? [record.id], asCount)
  const collectors = everyParsed(record.collectors ?? [record.collector], text)
  const samples = asCount(record.samples)
  if (supervisor === undefined || reason === undefined || first === undefined || last === undefined) return undefined
  if (!ids || !collectors || samples === undefined) return undefined
  const field = text(record.field) ?? ''
  const what = collectors.join(', ') + (field === '' ? '' : ` · ${field}`)
  return { supervisor, what, first, last, reason, samples, ids }
}
