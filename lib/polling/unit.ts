// One unit of a connection: whether it is worth asking, in words why not, and how long its answers take.

import { type Breaker, CLOSED, mayAsk, step } from './breaker'

/** Part of a new round trip in the smoothed one, as in TCP (RFC 6298, 2.3). */
const NEWEST = 1 / 8

export class Unit {
  readonly id: number
  /** As in "unit 7 does not answer". */
  readonly name: string
  #breaker: Breaker = CLOSED
  #reason = ''
  #spentMs: number | undefined

  constructor(id: number, name: string) {
    this.id = id
    this.name = name
  }

  get breaker(): Breaker {
    return this.#breaker
  }

  get mayAsk(): boolean {
    return mayAsk(this.#breaker)
  }

  /** When it is asked again, on the monotonic clock. */
  get untilMs(): number {
    return this.#breaker.state === 'open' ? this.#breaker.untilMs : Number.NEGATIVE_INFINITY
  }

  /** Why it is not asked: the same text until it has been asked again. */
  get reason(): string {
    return this.#reason
  }

  /** Requests in a row that did not get through: what little is to be hoped for comes last. */
  get losses(): number {
    return this.#breaker.state === 'closed' ? this.#breaker.lost : this.#breaker.tries + 1
  }

  /** Smoothed: what a request takes beside its bytes on the line; undefined before the first answer. */
  get spentMs(): number | undefined {
    return this.#spentMs
  }

  begin(nowMs: number): void {
    this.#breaker = step(this.#breaker, { type: 'cycle', nowMs })
  }

  makeDue(): void {
    this.#breaker = step(this.#breaker, { type: 'due' })
  }

  answered(spentMs: number): void {
    this.#breaker = step(this.#breaker, { type: 'answered' })
    this.#spentMs = this.#spentMs === undefined ? spentMs : this.#spentMs + (spentMs - this.#spentMs) * NEWEST
  }

  /** A request did not get through. */
  lost(nowMs: number, chance: number): void {
    const breaker = step(this.#breaker, { type: 'lost', nowMs, chance })
    this.#breaker = breaker
    const again =
      breaker.state === 'open' ? `; it is asked again after ${Math.max(Math.round(breaker.waitMs / 1000), 1)} s` : ''
    this.#reason = `${this.name} does not answer${again}`
  }
}
