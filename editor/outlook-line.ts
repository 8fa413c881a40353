// The line at the foot of a reader's dialog that says what a cycle will ask of the device and how long that will take, and
// warns when that is too long. It follows what is typed, when typing pauses.

import { element } from './element'
import type { Translate } from './wording'

/** What keeps anything from being said, in the user's language, or what is to be expected. */
export type Outlook = { problem: string } | Expected
type Expected = {
  requests: number
  cycleMs: number
  intervalMs: number
  /** What would make a cycle shorter that is too long. */
  advice: readonly string[]
}

const PAUSE_MS = 200

export class OutlookLine {
  readonly #outlook: () => Outlook | undefined
  readonly #translate: Translate
  readonly #text = element('span', 'collector-outlook-text')
  readonly #warning = element('span', 'collector-outlook-warning')
  readonly #form: HTMLElement
  readonly #changed = (): void => this.changed()
  #timer: number | undefined

  /** At the end of the form. Where nothing can be said yet, `outlook` gives undefined and the line stays empty. */
  constructor(form: HTMLElement, translate: Translate, outlook: () => Outlook | undefined) {
    this.#translate = translate
    this.#form = form
    this.#outlook = outlook
    const line = element('div', 'collector-outlook', { role: 'status' })
    line.append(element('i', 'fa fa-exchange'), ' ', this.#text, this.#warning)
    form.append(line)
    for (const event of ['input', 'change']) form.addEventListener(event, this.#changed)
  }

  changed(): void {
    window.clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => this.#show(), PAUSE_MS)
  }

  close(): void {
    window.clearTimeout(this.#timer)
    for (const event of ['input', 'change']) this.#form.removeEventListener(event, this.#changed)
  }

  #show(): void {
    const outlook = this.#outlook()
    const expected = outlook && !('problem' in outlook) ? outlook : undefined
    const problem = outlook && 'problem' in outlook ? outlook.problem : ''
    this.#text.textContent = expected ? this.#describe(expected) : ''
    this.#warning.textContent = expected && expected.cycleMs > expected.intervalMs ? this.#warn(expected) : problem
  }

  #describe({ requests, cycleMs }: Expected): string {
    return this.#translate(requests === 1 ? 'outlook.one-request' : 'outlook.requests', {
      requests,
      cycle: aboutMs(cycleMs),
    })
  }

  #warn({ cycleMs, intervalMs, advice }: Expected): string {
    const all = [this.#translate('outlook.help-interval', { ms: aboutMs(cycleMs) }), ...advice]
    return this.#translate('outlook.too-long', { ms: intervalMs, advice: all.join(this.#translate('outlook.or')) })
  }
}

/** Rounded up to two digits that count: more would promise what cannot be known. */
export function aboutMs(ms: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(ms)) - 1)
  return Math.max(1, Math.ceil(ms / step) * step)
}
