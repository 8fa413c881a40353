// How much a search for what the database refuses may ask of it, so that what is fresh never waits for it: a bounded number
// of requests a minute, in turns that are short, with rests between them. Pure: the time comes in, ms of a monotonic clock.

/** Requests of searches in any such time, ms. */
export const SEARCH_REQUESTS_MAX = 64
export const SEARCH_WINDOW_MS = 60_000
/** Requests of one turn, so that one search leaves something to another, and how long a turn may last, ms. */
export const TURN_REQUESTS_MAX = 32
export const TURN_MS = 2000
/** It gets so many however long they take, so that it gets on. */
const TURN_REQUESTS_MIN = 4
/** What was set aside is taken up again after a rest of so many times the turn before. */
const REST_FACTOR = 2
/** It may be asked about what is known to be refused as long as so many requests are left. */
const RESERVE = SEARCH_REQUESTS_MAX / 2

export class SearchBudget {
  #askedAtMs: number[] = []
  #turn: { startedMs: number; requests: number; isResting: boolean } | undefined
  #restUntilMs = Number.NEGATIVE_INFINITY

  /** A claim is written; `resumed`: one that was set aside, which waits for the end of the rest. */
  begin(nowMs: number, resumed: boolean): void {
    this.#turn = { startedMs: nowMs, requests: 0, isResting: resumed && nowMs < this.#restUntilMs }
  }

  end(nowMs: number): void {
    const { startedMs = nowMs, requests = 0 } = this.#turn ?? {}
    if (requests > 0) this.#restUntilMs = nowMs + REST_FACTOR * (nowMs - startedMs)
    this.#turn = undefined
  }

  /** One more request; false = not now. `spare`: only while there is plenty. */
  take(nowMs: number, { spare = false } = {}): boolean {
    if (!this.#turn || this.#turn.isResting || this.#left(nowMs) <= (spare ? RESERVE : 0)) return false
    // the turn is the search's: what was written before it takes none of its time
    if (this.#turn.requests === 0) this.#turn.startedMs = nowMs
    const { requests, startedMs } = this.#turn
    const isOver = requests >= TURN_REQUESTS_MIN && nowMs - startedMs >= TURN_MS
    if (isOver || requests >= TURN_REQUESTS_MAX) return false
    this.#turn.requests++
    this.#askedAtMs.push(nowMs)
    return true
  }

  /** When a search may go on, ms from now. */
  freeInMs(nowMs: number): number {
    const [oldest] = this.#askedAtMs
    const full = this.#left(nowMs) <= 0 && oldest !== undefined ? oldest + SEARCH_WINDOW_MS - nowMs : 0
    return Math.max(full, this.#restUntilMs - nowMs, 0)
  }

  #left(nowMs: number): number {
    this.#askedAtMs = this.#askedAtMs.filter((atMs) => nowMs - atMs < SEARCH_WINDOW_MS)
    return SEARCH_REQUESTS_MAX - this.#askedAtMs.length
  }
}
