// What a process said last. A flood costs a counter, not memory: lines above the rate are summarised.

import type { LogLine } from './face'

export const LOG_LINES = 500
/** Lines a second that are kept in the long run, and how many may come at once. */
export const LOG_RATE = 200
export const LOG_BURST = 1000
/** Of lines above the rate the last ones are kept: what a process says last is why it ended. */
export const LOG_HELD = 20

export class LogRing {
  #lines: LogLine[] = []
  #tokens = LOG_BURST
  #refilledAt: number | undefined
  #suppressed = 0
  /** The last lines above the rate, oldest first. */
  #held: LogLine[] = []

  /** `now` is ms on the monotonic clock, `time` the wall clock for the reader of the log. */
  add(source: LogLine['source'], text: string, now: number, time: Date): void {
    this.#refill(now)
    const line = { time: time.toISOString(), source, text }
    if (this.#tokens < 1) {
      this.#hold(line)
      return
    }
    this.#tokens -= 1 + this.#held.length
    for (const held of this.#takeHeld()) this.#push(held)
    this.#push(line)
  }

  /** Oldest first. */
  lines(): LogLine[] {
    return [...this.#lines, ...this.#note(), ...this.#held].slice(-LOG_LINES)
  }

  #hold(line: LogLine): void {
    this.#held.push(line)
    if (this.#held.length <= LOG_HELD) return
    this.#held.shift()
    this.#suppressed += 1
  }

  #takeHeld(): LogLine[] {
    const held = [...this.#note(), ...this.#held]
    this.#held = []
    this.#suppressed = 0
    return held
  }

  /** How many lines are missing before the held ones. */
  #note(): LogLine[] {
    const [next] = this.#held
    if (this.#suppressed === 0 || !next) return []
    return [{ time: next.time, source: 'warn', text: `(${this.#suppressed} lines suppressed)` }]
  }

  #refill(now: number): void {
    const passedMs = now - (this.#refilledAt ?? now)
    this.#refilledAt = now
    this.#tokens = Math.min(LOG_BURST, this.#tokens + (passedMs * LOG_RATE) / 1000)
  }

  #push(line: LogLine): void {
    this.#lines.push(line)
    // Cut seldom: shifting an array of 500 for every line would cost more than the line.
    if (this.#lines.length >= 2 * LOG_LINES) this.#lines = this.#lines.slice(-LOG_LINES)
  }
}
