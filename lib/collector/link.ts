// How the collector gets on with its device: how long to wait between attempts, and telling the supervisor.

import type { Link } from '../contract/lifecycle'
import type { Clock } from './clock'

const FIRST_MS = 1000
const LONGEST_MS = 30_000
/** Part of the wait that chance takes away, so that many readers do not return to one device together. */
const JITTER = 0.25

/** ms to wait before an attempt, after so many failed ones. The first is made at once. `chance` is from [0, 1). */
export function backoffMs(failedAttempts: number, chance: number): number {
  if (failedAttempts === 0) return 0
  return Math.min(FIRST_MS * 2 ** (failedAttempts - 1), LONGEST_MS) * (1 - JITTER * chance)
}

/** Time between two reports, ms: a link that flaps must not flood the channel. */
export const REPORT_GAP_MS = 250

export type LinkReport = { link: Link; reason: string }

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

  report(link: Link, reason: string): void {
    this.#current = { link, reason }
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
