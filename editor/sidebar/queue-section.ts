// The way into the database, supervisor by supervisor, and what the database refused.

import { messageOf } from '../../lib/contract/fault'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { element } from '../element'
import type { Translate } from '../wording'
import { confirmedButton } from './confirmed-button'
import { countOf } from './facts'
import { ask } from './gateway'
import { Section } from './section'

type Letter = { supervisor: string; id: number; collector: string; time: string; reason: string; samples: number }
type All = Readonly<Record<string, ProcessorStatus>>

const FIGURES = ['queue_pending', 'queue_retry', 'queue_dead', 'dropped', 'speed', 'processed_today'] as const
/** Of which none is well. */
const ALARMING: readonly string[] = ['queue_retry', 'queue_dead', 'dropped']
const LETTERS_SHOWN = 20

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
      const answer = hasDead ? await ask('GET', `dead-letters?max=${LETTERS_SHOWN}`) : []
      this.#trouble.textContent = ''
      this.#showLetters(Array.isArray(answer) ? answer.map(letterOf).filter((letter) => letter !== undefined) : [])
    } catch (error) {
      this.#tell(error)
    }
  }

  #showLetters(letters: readonly Letter[]): void {
    const items = letters.slice(0, LETTERS_SHOWN).map((letter) => {
      const item = element('li', 'collector-letter')
      const what = element('div', 'collector-letter-what')
      what.textContent = `${letter.collector} · ${new Date(letter.time).toLocaleString()} · ${countOf(letter.samples)}`
      const reason = element('div', 'collector-process-problem')
      reason.textContent = letter.reason
      item.append(what, reason, ...this.#buttons({ supervisor: letter.supervisor, ids: [letter.id] }))
      return item
    })
    const all = element('li', 'collector-letter-all')
    all.append(...(letters.length > 1 ? this.#buttons({}, this.#translate('queue.all')) : []))
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

function letterOf(input: unknown): Letter | undefined {
  const record = asRecord(input)
  const [supervisor, collector, time, reason] = [
    record?.supervisor,
    record?.collector,
    record?.time,
    record?.reason,
  ].map((text) => asText(text, 100_000))
  const id = asCount(record?.id)
  const samples = asCount(record?.samples)
  if (supervisor === undefined || collector === undefined || time === undefined || reason === undefined)
    return undefined
  return id === undefined || samples === undefined ? undefined : { supervisor, collector, time, reason, id, samples }
}
