// How often a request may be sent that was not answered the last time, where each silence costs the connection, and the next one cannot
// be had for a while: at most about one cycle in ten is spoiled by it.

import type { Cycle } from './cycle'

export type SilenceBudgetSettings = {
  /** From one cycle to the next. */
  intervalMs: number
  /** ms on a monotonic clock. */
  nowMs(): number
  /** For how long nothing can be read after a silence, as far as is known; absent = other requests can be sent at once. */
  silenceCostMs?(): number
}

/** Cycles for each one that is spoiled. */
const CYCLES_EACH = 10

/** From one such request to the next, where it is not answered. A cycle that is late by less than an interval is not lost. */
export function restMs(costMs: number, intervalMs: number): number {
  if (costMs < intervalMs) return 0
  return CYCLES_EACH * Math.ceil(costMs / intervalMs) * intervalMs
}

export class SilenceBudget {
  readonly #settings: SilenceBudgetSettings
  #silentAtMs = Number.NEGATIVE_INFINITY

  constructor(settings: SilenceBudgetSettings) {
    this.#settings = settings
  }

  /** Whether what may not be answered is to be left alone for now. */
  get isSpent(): boolean {
    const { intervalMs, nowMs, silenceCostMs } = this.#settings
    return nowMs() - this.#silentAtMs < restMs(silenceCostMs?.() ?? 0, intervalMs)
  }

  /** After a cycle. Where nothing was answered the device is off, and the silence is none of a search. */
  note({ answers, silences }: Pick<Cycle, 'answers' | 'silences'>): void {
    if (answers > 0 && silences > 0) this.#silentAtMs = this.#settings.nowMs()
  }
}
