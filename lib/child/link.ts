// Tells the supervisor how the process gets on with its device or database.

import type { Link } from '../contract/lifecycle'
import type { Clock } from './clock'

/** Time between two reports, ms: a link that flaps must not flood the channel. */
export const REPORT_GAP_MS = 250

/** `code`: of the Fault that is the reason, for programs. */
export type LinkReport = { link: Link; reason: string; code?: string }

/** Passes on what is new: the first change at once, later ones at most every REPORT_GAP_MS, the last one always. */
export class LinkReporter {
  readonly #clock: Clock
  readonly #send: (report: LinkReport) => void
  #current: LinkReport | undefined
  #sent: LinkReport | undefined
  #cancelGap: (() => void) | undefined

  constructor(clock: Clock, send: (report: LinkReport) => void) {
    this.#clock = clock
    this.#send = send
  }

  report(link: Link, reason: string, code?: string): void {
    this.#current = { link, reason, ...(code !== undefined && { code }) }
    if (!this.#cancelGap) this.#sendIfNew()
  }

  close(): void {
    this.#cancelGap?.()
    this.#cancelGap = undefined
  }

  #sendIfNew(): void {
    if (!this.#current) return
    const { link, reason } = this.#current
    if (link === this.#sent?.link && reason === this.#sent.reason) return
    this.#sent = this.#current
    this.#send(this.#current)
    this.#cancelGap = this.#clock.after(REPORT_GAP_MS, () => {
      this.#cancelGap = undefined
      this.#sendIfNew()
    })
  }
}
