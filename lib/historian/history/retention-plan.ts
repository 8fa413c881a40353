// What is to be deleted or given back next: decided from a few numbers about the file.

import { LOG_BYTES, PAGE_BYTES } from './layout'

/** Infinity = no limit. */
export type RetentionLimits = {
  /** Values older than this are deleted, ms. */
  keptMs: number
  /** Of the file and its log. */
  maxBytes: number
}

/** What is in `recent` needs some room by itself. */
export const HISTORY_MEGABYTES_MIN = 16

/** From what an operator sets: 0 = no limit, and no limit of the size is below HISTORY_MEGABYTES_MIN. */
export function retentionLimits({ days, megabytes }: { days: number; megabytes: number }): RetentionLimits {
  return {
    keptMs: days > 0 ? days * 86_400_000 : Number.POSITIVE_INFINITY,
    maxBytes: megabytes > 0 ? Math.max(megabytes, HISTORY_MEGABYTES_MIN) * 1024 * 1024 : Number.POSITIVE_INFINITY,
  }
}

export type HistoryFacts = {
  /** Of the file, the free ones among them. */
  pages: number
  freePages: number
  /** Time of the oldest value of all series, ms since the epoch; undefined if there is none. */
  oldestMs: number | undefined
  /** By the clock of the retention. */
  nowMs: number
}

export type RetentionStep =
  /** Values of the series with the oldest one, before this time. */
  | { kind: 'delete'; beforeMs: number; because: 'age' | 'size' }
  /** Free pages, to the file system. */
  | { kind: 'give-back'; pages: number }
  | { kind: 'nothing' }

/**
 * Series are cut in steps of this part of the time that they cover: cut at every value, each would cost as much as writing a
 * page. So values may become older by this much, and the size is brought as much below its limit.
 */
const GRAIN = 1 / 256
const GRAIN_MS_MIN = 1000
/** Free pages up to this part of the file are left: they are soon used again. */
const SPARE = 1 / 16
const SPARE_PAGES_MIN = 256

/** `isShrinking`: the step before deleted because of the size. */
export function nextStep(facts: HistoryFacts, limits: RetentionLimits, isShrinking: boolean): RetentionStep {
  const { pages, freePages, oldestMs, nowMs } = facts
  const limit = usedPagesMax(limits)
  if (oldestMs !== undefined) {
    if (pages - freePages > limit * (isShrinking ? 1 - GRAIN : 1)) {
      return {
        kind: 'delete',
        beforeMs: oldestMs + Math.max((nowMs - oldestMs) * GRAIN, GRAIN_MS_MIN),
        because: 'size',
      }
    }
    const horizonMs = nowMs - limits.keptMs
    if (oldestMs < horizonMs - limits.keptMs * GRAIN) return { kind: 'delete', beforeMs: horizonMs, because: 'age' }
  }
  const spare = Math.max(pages * SPARE, SPARE_PAGES_MIN)
  return freePages > spare ? { kind: 'give-back', pages: Math.ceil(freePages - spare) } : { kind: 'nothing' }
}

/** So that the file with its free pages and its log stays below the limit. */
function usedPagesMax({ maxBytes }: RetentionLimits): number {
  return ((maxBytes - LOG_BYTES) * (1 - SPARE)) / PAGE_BYTES
}
