// The one port of this computer that all requests of a reader come from. It outlives connections: what is still to come to it, comes
// to the next one.

import { setImmediate, setTimeout } from 'node:timers/promises'
import { arrived, gaveUp, NOTHING_OWED, waitMs } from './owed-answers'

export class NamedPort {
  readonly #timeoutMs: number
  #owed = NOTHING_OWED
  #waiting: AbortController | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  gaveUp(): void {
    this.#owed = gaveUp(this.#owed, performance.now(), this.#timeoutMs)
  }

  /** A datagram came while nothing was asked. */
  arrived(): void {
    this.#owed = arrived(this.#owed)
    this.#waiting?.abort()
  }

  /** Resolves when the next request may be sent, or at once when the signal aborts. */
  async quiet(signal: AbortSignal): Promise<void> {
    for (let ms = this.#waitMs; ms > 0 && !signal.aborted; ms = this.#waitMs) {
      this.#waiting = new AbortController()
      const either = AbortSignal.any([signal, this.#waiting.signal])
      await setTimeout(ms, undefined, { signal: either }).catch(() => {})
    }
    if (this.#waitMs === 0) this.#owed = NOTHING_OWED
    // what the operating system has for us is taken first: this process may have stood still, or a datagram have come twice
    await setImmediate()
  }

  get #waitMs(): number {
    return waitMs(this.#owed, performance.now())
  }
}
