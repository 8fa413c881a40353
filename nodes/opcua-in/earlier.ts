// Values that a later one followed before they were taken, where the server keeps more than one.

import type { LogLevel } from '../../lib/contract/control'
import type { Heard } from './source'

/** Between two readings. */
export const EARLIER_MAX = 100_000

export class Earlier {
  readonly #log: (level: LogLevel, text: string) => void
  #kept: Heard[] = []
  #fullTold = false

  constructor(log: (level: LogLevel, text: string) => void) {
    this.#log = log
  }

  keep(heard: Heard): void {
    if (this.#kept.length < EARLIER_MAX) this.#kept.push(heard)
    else if (!this.#fullTold) {
      this.#fullTold = true
      this.#log('warn', `more than ${EARLIER_MAX} values came between two readings: the further ones are lost`)
    }
  }

  take(): readonly Heard[] {
    const kept = this.#kept
    this.#kept = []
    return kept
  }
}
