// What a process said last. A flood costs a counter, not memory: lines above the rate are summarised.

import type { LogLine } from './face'

export const LOG_LINES = 500
/** Lines a second that are kept in the long run, and how many may come at once. */
export const LOG_RATE = 200
export const LOG_BURST = 1000

export class LogRing {
  #lines: LogLine[] = []
  #tokens = LOG_BURST
  #refilledAt: number | undefined
  #suppressed = 0

  /** `now` is ms on the monotonic clock, `time` the wall clock for the reader of the log. */
  add(source: LogLine['source'], text: string, now: number, time: Date): void {
    this.#refill(now)
    if (this.#tokens < 1) {
      this.#suppressed += 1
      return
    }
    this.#tokens -= 1
    this.#tellSuppressed(time)
    this.#push({ time: time.toISOString(), source, text })
  }

  /** Oldest first. */
  lines(): LogLine[] {
    const lines = this.#lines.slice(-LOG_LINES)
    const last = lines.at(-1)
    if (this.#suppressed > 0 && last) lines.push(suppressedLine(this.#suppressed, last.time))
    return lines.slice(-LOG_LINES)
  }

  #refill(now: number): void {
    const passedMs = now - (this.#refilledAt ?? now)
    this.#refilledAt = now
    this.#tokens = Math.min(LOG_BURST, this.#tokens + (passedMs * LOG_RATE) / 1000)
  }

  #tellSuppressed(time: Date): void {
    if (this.#suppressed === 0) return
    this.#push(suppressedLine(this.#suppressed, time.toISOString()))
    this.#suppressed = 0
  }

  #push(line: LogLine): void {
    this.#lines.push(line)
    // Cut seldom: shifting an array of 500 for every line would cost more than the line.
    if (this.#lines.length >= 2 * LOG_LINES) this.#lines = this.#lines.slice(-LOG_LINES)
  }
}

function suppressedLine(count: number, time: string): LogLine {
  return { time, source: 'warn', text: `(${count} lines suppressed)` }
}
