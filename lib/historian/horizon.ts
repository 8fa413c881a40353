// How far back the database keeps readings, as far as it has told: what is older is refused without asking again.

/** What it has said is believed so long, ms: then one request shows whether somebody keeps more by now. */
export const BELIEVED_MS = 60_000

export class Horizon {
  #known: { throughMs: number; reason: string; atMs: number } | undefined

  /** Readings up to this time, ms since the epoch, are refused. `nowMs`: of a monotonic clock. */
  learn(throughMs: number, reason: string, nowMs: number): void {
    if (this.coversUntil(nowMs) < throughMs) this.#known = { throughMs, reason, atMs: nowMs }
  }

  /** Why a reading of this time is refused, or undefined. */
  against(timeMs: number, nowMs: number): string | undefined {
    return timeMs <= this.coversUntil(nowMs) ? this.#known?.reason : undefined
  }

  /** It moves on with the clock. */
  coversUntil(nowMs: number): number {
    if (!this.#known || nowMs - this.#known.atMs >= BELIEVED_MS) return Number.NEGATIVE_INFINITY
    return this.#known.throughMs + (nowMs - this.#known.atMs)
  }
}
