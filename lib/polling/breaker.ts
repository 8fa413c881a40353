// Whether a unit is worth asking: one that requests do not get through to is left alone, and tried again now and then with
// a single request, so that it costs the other units of the connection at most one timeout a try.

import { backoffMs } from '../contract/backoff'

export type Breaker =
  /** `lost`: requests in a row that did not get through; `heard`: one did, in this cycle. */
  | { readonly state: 'closed'; readonly lost: number; readonly heard: boolean }
  /** `tries`: how often it has been opened in a row. */
  | { readonly state: 'open'; readonly tries: number; readonly waitMs: number; readonly untilMs: number }
  /** The next request shows whether the unit is back. */
  | { readonly state: 'half-open'; readonly tries: number }

export type BreakerEvent =
  | { readonly type: 'cycle'; readonly nowMs: number }
  | { readonly type: 'answered' }
  /** `chance` is from [0, 1). */
  | { readonly type: 'lost'; readonly nowMs: number; readonly chance: number }
  /** Do not wait any longer, e.g. since the connection is a new one: the next request is sent. */
  | { readonly type: 'due' }

/** A unit that so many requests in a row did not get through to is taken for dead. */
export const LOST_MAX = 2

export const CLOSED: Breaker = { state: 'closed', lost: 0, heard: false }
const HEARD: Breaker = { state: 'closed', lost: 0, heard: true }

export function step(breaker: Breaker, event: BreakerEvent): Breaker {
  switch (event.type) {
    case 'answered':
      return HEARD
    case 'cycle':
      if (breaker === HEARD) return CLOSED
      if (breaker.state === 'closed') return { ...breaker, heard: false }
      return breaker.state === 'open' && event.nowMs >= breaker.untilMs ? halfOpen(breaker.tries) : breaker
    case 'due':
      // a try before its time makes the wait no longer
      if (breaker.state === 'open') return halfOpen(breaker.tries - 1)
      return mayAsk(breaker) ? breaker : { state: 'closed', lost: LOST_MAX - 1, heard: true }
    case 'lost': {
      if (breaker.state !== 'closed') return open(breaker.tries + 1, event)
      const lost = breaker.lost + 1
      // A unit that has just answered is slow, or has died a moment ago: the next cycle will show it.
      return lost >= LOST_MAX && !breaker.heard ? open(1, event) : { ...breaker, lost }
    }
  }
}

/** Whether to ask the unit now. */
export function mayAsk(breaker: Breaker): boolean {
  if (breaker.state === 'closed') return !(breaker.heard && breaker.lost >= LOST_MAX)
  return breaker.state === 'half-open'
}

function halfOpen(tries: number): Breaker {
  return { state: 'half-open', tries }
}

function open(tries: number, { nowMs, chance }: { nowMs: number; chance: number }): Breaker {
  const waitMs = backoffMs(tries, chance)
  return { state: 'open', tries, waitMs, untilMs: nowMs + waitMs }
}
