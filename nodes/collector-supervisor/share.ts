// How much of something one process may have: a rate, and as much at once as may have gathered while nobody looked. Pure.

export type ShareLimit = { perSecond: number; burst: number }

export class Share {
  readonly #limit: ShareLimit
  #left: number
  #at: number

  /** `now`: ms on the monotonic clock. */
  constructor(limit: ShareLimit, now: number) {
    this.#limit = limit
    this.#left = limit.burst
    this.#at = now
  }

  /** False when that is more than its share. What came while nobody looked had all that time. */
  take(amount: number, now: number): boolean {
    const { perSecond, burst } = this.#limit
    this.#left = Math.min(burst, this.#left) + ((now - this.#at) * perSecond) / 1000 - amount
    this.#at = now
    if (this.#left >= 0) return true
    this.#left = 0
    return false
  }
}
