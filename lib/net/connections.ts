// Requests over as many connections as it takes: a device may close one between any two requests, and may need a moment before it
// takes the next one.

import { setTimeout } from 'node:timers/promises'
import { Fault } from '../contract/fault'
import { CLOSED_AT_ONCE, CONNECTION_CLOSED, CONNECTION_REFUSED, isClose, NO_ANSWER, STOPPED } from './faults'
import { mayBeHeld, NEVER_HELD, type PlaceEvent, step } from './held-place'

/** Closes that are forgiven for one request, of connections that had answered before. */
const CLOSES_MAX = 2
/** Before each further try where a connection is refused, or closed at its first request. */
const WAITS_MS = [20, 200]

/** Where connections are closed, and nothing has been answered for this long, a cycle opens no more of them. */
const VAIN_MS = 2000

export type Outcome<T> =
  | { readonly kind: 'answered'; readonly answer: T }
  /** Each connection was closed instead of an answer. */
  | { readonly kind: 'closed' }
  /** It was not sent: no connection can be had any more in this cycle, in which others were answered. */
  | { readonly kind: 'unsent'; readonly reason: string }

export class Connections {
  /** When the cycle began, or the last answer came. */
  #progressAtMs = 0
  /** What the first connection since then was closed with. */
  #closedSince: Fault | undefined
  #answers = 0
  #waits = 0
  /** Why no connection could be had. */
  #lost: Fault | undefined
  /** What the first of the connections ended with that were closed in this cycle. */
  #closed: Fault | undefined
  #place = NEVER_HELD

  /** In this cycle. */
  get hasAnswered(): boolean {
    return this.#answers > 0
  }

  /** For how long no connection can be had after we have let go of one, where that costs cycles. */
  get heldMs(): number {
    return this.#place.heldMs
  }

  /** We have ended a connection on which the device would have gone on. */
  letGo(): void {
    this.#note({ type: 'let-go', atMs: performance.now() })
  }

  /** A cycle begins. */
  begin(): void {
    this.#progress()
    this.#answers = 0
    this.#waits = 0
    this.#lost = undefined
    this.#closed = undefined
  }

  /** Why nothing was answered in this cycle, if it was for closed connections; else what was thrown. */
  explain(thrown: unknown): unknown {
    const isSilence = thrown instanceof Fault && thrown.code === NO_ANSWER
    return isSilence && this.#answers === 0 && this.#closed ? this.#closed : thrown
  }

  /**
   * `once` opens a connection where there is none. Throws what `once` throws where that is no close, or where nothing has been answered in
   * this cycle and no connection can be had.
   */
  async ask<T extends { readonly kind: string }>(once: () => Promise<T>, signal: AbortSignal): Promise<Outcome<T>> {
    for (let closes = 0; ; ) {
      if (this.#lost) return { kind: 'unsent', reason: this.#lost.message }
      if (this.#closedSince && performance.now() - this.#progressAtMs > VAIN_MS) return this.#inVain(this.#closedSince)
      try {
        const answer = await once()
        if (answer.kind !== 'silence') this.#answered()
        return { kind: 'answered', answer }
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.kind !== 'link' || thrown.code === STOPPED) throw thrown
        if (thrown.code === CLOSED_AT_ONCE || thrown.code === CONNECTION_REFUSED) this.#note({ type: 'turned-away' })
        if (isClose(thrown)) {
          this.#closed ??= thrown
          this.#closedSince ??= thrown
        }
        const isForgiven = thrown.code === CONNECTION_CLOSED && closes++ < CLOSES_MAX
        if (isForgiven || (thrown.code !== CONNECTION_CLOSED && (await this.#waited(thrown, signal)))) continue
        // what is closed because the place is taken says nothing of the request
        const isForPlace = thrown.code === CLOSED_AT_ONCE && mayBeHeld(this.#place, performance.now())
        if (isClose(thrown) && !isForPlace) return { kind: 'closed' }
        if (this.#answers === 0) throw thrown
        this.#lost = thrown
      }
    }
  }

  #inVain({ message }: Fault): Outcome<never> {
    return this.#answers === 0 ? { kind: 'closed' } : { kind: 'unsent', reason: message }
  }

  #answered(): void {
    this.#answers++
    this.#waits = 0
    this.#note({ type: 'served', atMs: performance.now() })
    this.#progress()
  }

  #note(event: PlaceEvent): void {
    this.#place = step(this.#place, event)
  }

  #progress(): void {
    this.#progressAtMs = performance.now()
    this.#closedSince = undefined
  }

  /** False where another try is not worth it. */
  async #waited({ code }: Fault, signal: AbortSignal): Promise<boolean> {
    if (code !== CLOSED_AT_ONCE && code !== CONNECTION_REFUSED) return false
    const waitMs = WAITS_MS[this.#waits++]
    if (waitMs === undefined) return false
    await setTimeout(waitMs, undefined, { signal }).catch(() => {})
    return true
  }
}
