// When the next status message is due. Time comes in as an argument.

export type Pace = {
  /** From one message to the next when nothing changes, ms; 0 = only after a change. */
  intervalMs: number
  /** From one message to the next at least, ms. */
  gapMs: number
}

/**
 * Several changes within a gap become one message, and the last one is never left unsaid.
 * The state at the start counts as a change. Times are ms of a monotonic clock.
 */
export class Throttle {
  readonly #pace: Pace
  #sentAt: number | undefined
  #changed = true

  constructor(pace: Pace) {
    this.#pace = pace
  }

  changed(): void {
    this.#changed = true
  }

  sent(now: number): void {
    this.#sentAt = now
    this.#changed = false
  }

  /** Infinity while nothing is due. */
  dueAt(): number {
    const { intervalMs, gapMs } = this.#pace
    if (this.#changed) return this.#sentAt === undefined ? -Infinity : this.#sentAt + gapMs
    if (intervalMs === 0 || this.#sentAt === undefined) return Infinity
    return this.#sentAt + Math.max(intervalMs, gapMs)
  }
}
