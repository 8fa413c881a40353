// A clock that stands still until a test moves it.

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../lib/child/clock'

type Timer = { atMs: number; callback: () => void }

export class SteppedClock implements Clock {
  #nowMs: number
  #wallAheadMs: number
  #timers: Timer[] = []

  constructor(nowMs = 0, wallMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
    this.#wallAheadMs = wallMs - nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.#wallAheadMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.length
  }

  /** Lets everything happen that is due until then, in order, each with its consequences. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await setImmediate()
    for (let next = this.#nextUntil(untilMs); next; next = this.#nextUntil(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      this.#timers = this.#timers.filter((other) => other !== next)
      next.callback()
      await setImmediate()
    }
    this.#nowMs = untilMs
  }

  /** Somebody sets the wall clock; durations do not notice. */
  setWall(wallMs: number): void {
    this.#wallAheadMs = wallMs - this.#nowMs
  }

  /** The process stood still: time passes and no timer fires. */
  freeze(ms: number): void {
    this.#nowMs += ms
  }

  #nextUntil(untilMs: number): Timer | undefined {
    return this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
  }
}
