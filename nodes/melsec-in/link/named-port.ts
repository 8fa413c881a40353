// The one port of this computer that all requests of a reader come from. It outlives connections: what is still to come to it, comes
// to the next one.

import { setImmediate, setTimeout } from 'node:timers/promises'
import { arrived, gaveUp, NOTHING_OWED, type OwedAnswers, waitMs } from './owed-answers'

type Fits = (datagram: Buffer) => boolean

export class NamedPort {
  readonly #timeoutMs: number
  #owed: OwedAnswers
  /** Of the requests that were given up. */
  #fits: Fits[] = []
  #waiting: AbortController | undefined

  /** A process that had the port before may have asked from it a moment ago: what it was owed cannot be told, and is waited for. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#owed = gaveUp(NOTHING_OWED, performance.now(), timeoutMs)
  }

  /** @param fits whether a datagram is the answer, as far as can be seen */
  gaveUp(fits: Fits): void {
    this.#owed = gaveUp(this.#owed, performance.now(), this.#timeoutMs)
    this.#fits.push(fits)
  }

  /** A datagram came while nothing was asked. Whether it is an answer that was waited for. */
  arrived(datagram: Buffer): boolean {
    const index = this.#fits.findIndex((fits) => fits(datagram))
    if (index < 0) return false
    this.#fits.splice(index, 1)
    this.#owed = arrived(this.#owed)
    this.#waiting?.abort()
    return true
  }

  /** Resolves when the next request may be sent, or at once when the signal aborts. */
  async quiet(signal: AbortSignal): Promise<void> {
    for (let ms = this.#waitMs; ms > 0 && !signal.aborted; ms = this.#waitMs) {
      this.#waiting = new AbortController()
      const either = AbortSignal.any([signal, this.#waiting.signal])
      await setTimeout(ms, undefined, { signal: either }).catch(() => {})
    }
    if (this.#waitMs === 0) {
      this.#owed = NOTHING_OWED
      this.#fits = []
    }
    // what the operating system has for us is taken first: this process may have stood still, or a datagram have come twice
    await setImmediate()
  }

  get #waitMs(): number {
    return waitMs(this.#owed, performance.now())
  }
}
