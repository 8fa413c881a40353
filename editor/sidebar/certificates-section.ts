// Certificates of OPC UA servers: those that a reader has met and not let in, to be trusted by one action; those that are trusted;
// and our own, for the servers' lists.

import { messageOf } from '../../lib/contract/fault'
import { asRecord, asText } from '../../lib/contract/parse'
import { element } from '../element'
import type { Translate } from '../wording'
import { confirmedButton } from './confirmed-button'
import { ask, download } from './gateway'
import { Section } from './section'

type Shown = {
  supervisor: string
  fingerprint: string
  subject: string
  validTo: string
  flaws: string[]
  met: string[]
}
type Decision = 'trust' | 'reject' | 'forget'

const BUTTONS: Record<'rejected' | 'trusted', Decision[]> = { rejected: ['trust', 'forget'], trusted: ['reject'] }
const ICONS: Record<Decision, string> = { trust: 'fa-check', reject: 'fa-ban', forget: 'fa-trash-o' }
/** Several readers meet the same server at once. */
const PAUSE_MS = 1000

export class CertificatesSection {
  readonly #translate: Translate
  readonly #section: Section
  readonly #rejected = element('ul', 'collector-letters')
  readonly #trusted = element('ul', 'collector-letters')
  readonly #own = element('div', 'collector-own')
  readonly #trouble = element('div', 'collector-trouble', { role: 'status' })
  readonly #mayControl: boolean
  #timer: number | undefined

  constructor(translate: Translate, mayControl: boolean) {
    this.#translate = translate
    this.#mayControl = mayControl
    this.#section = new Section(translate('certificates.title'), () => void this.#load())
    const title = (key: string): HTMLElement => {
      const made = element('h5', '')
      made.textContent = translate(`certificates.${key}`)
      return made
    }
    const { body } = this.#section
    body.append(this.#trouble, title('rejected'), this.#rejected, title('trusted'), this.#trusted, this.#own)
    this.#section.root.hidden = true
  }

  get root(): HTMLElement {
    return this.#section.root
  }

  /** There is an OPC UA reader, or something has happened to one. */
  changed(): void {
    if (this.#timer !== undefined) return
    this.#section.root.hidden = false
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined
      void this.#load()
    }, PAUSE_MS)
  }

  async #load(): Promise<void> {
    try {
      this.#show(asRecord(await ask('GET', 'certificates')) ?? {})
      this.#trouble.textContent = ''
    } catch (error) {
      this.#tell(error)
    }
  }

  #show(bySupervisor: Record<string, unknown>): void {
    const all = Object.entries(bySupervisor)
    const rejected = all.flatMap(([name, lists]) => shownIn(name, asRecord(lists)?.rejected))
    const trusted = all.flatMap(([name, lists]) => shownIn(name, asRecord(lists)?.trusted))
    this.#section.badge(rejected.length === 0 ? '' : String(rejected.length), true)
    this.#rejected.replaceChildren(...rejected.map((one) => this.#itemOf(one, BUTTONS.rejected)))
    this.#trusted.replaceChildren(...trusted.map((one) => this.#itemOf(one, BUTTONS.trusted)))
    for (const list of [this.#rejected, this.#trusted]) list.dataset.empty = this.#translate('certificates.none')
    const owners = all.filter(([, lists]) => asRecord(asRecord(lists)?.own)).map(([name]) => name)
    this.#own.replaceChildren(...owners.map((name) => this.#ownOf(name)))
  }

  #itemOf(shown: Shown, decisions: readonly Decision[]): HTMLElement {
    const item = element('li', 'collector-letter')
    const line = (text: string, className = ''): HTMLElement => {
      const made = element('div', className)
      made.textContent = text
      return made
    }
    const until = this.#translate('certificates.until', { date: shown.validTo })
    item.append(line(shown.subject, 'collector-letter-what'), line(until, 'collector-letter-note'))
    item.append(line(`SHA-256 ${inGroups(shown.fingerprint)}`, 'collector-fingerprint'))
    for (const met of shown.met) item.append(line(met, 'collector-letter-note'))
    for (const flaw of shown.flaws) item.append(line(flaw, 'collector-process-problem'))
    if (!this.#mayControl) return item
    for (const decision of decisions) {
      const texts = {
        icon: ICONS[decision],
        label: this.#translate(`certificates.${decision}`, { subject: shown.subject }),
        question: this.#translate(`certificates.question-${decision}`),
      }
      item.append(confirmedButton(texts, () => void this.#decide(decision, shown)).root)
    }
    return item
  }

  #ownOf(supervisor: string): HTMLElement {
    const button = element('button', 'red-ui-button red-ui-button-small', { type: 'button' })
    const text = this.#translate('certificates.own', { supervisor })
    button.append(element('i', 'fa fa-download', { 'aria-hidden': 'true' }), ` ${text}`)
    button.title = this.#translate('certificates.own-hint')
    button.addEventListener('click', () => {
      const path = `certificates/own?supervisor=${encodeURIComponent(supervisor)}`
      download(path, 'node-red-collectors.der').catch((error: unknown) => this.#tell(error))
    })
    return button
  }

  async #decide(decision: Decision, { supervisor, fingerprint }: Shown): Promise<void> {
    try {
      await ask('POST', `certificates/${decision}`, { supervisor, fingerprint })
      await this.#load()
    } catch (error) {
      this.#tell(error)
    }
  }

  #tell(error: unknown): void {
    this.#trouble.textContent = messageOf(error)
  }
}

const TEXT_MAX = 10_000

function shownIn(supervisor: string, list: unknown): Shown[] {
  return (Array.isArray(list) ? list : []).flatMap((input: unknown) => {
    const record = asRecord(input)
    const fingerprint = asText(record?.fingerprint, 100)
    if (fingerprint === undefined) return []
    return {
      supervisor,
      fingerprint,
      subject: asText(record?.subject, TEXT_MAX)?.replaceAll('\n', ', ') ?? '',
      validTo: asText(record?.valid_to, 100)?.slice(0, 10) ?? '?',
      flaws: textsOf(record?.flaws, 'text'),
      met: recordsOf(record?.met).map(
        ({ reader, endpoint }) => `${asText(reader, TEXT_MAX) ?? ''} · ${asText(endpoint, TEXT_MAX) ?? ''}`,
      ),
    }
  })
}

function recordsOf(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.map(asRecord).filter((record) => record !== undefined) : []
}

function textsOf(list: unknown, key: string): string[] {
  return recordsOf(list).flatMap((record) => asText(record[key], TEXT_MAX) ?? [])
}

/** As people compare it: in groups of four. */
function inGroups(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ')
}
